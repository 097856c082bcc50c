create table cash (
    shard int4 not null,
    account_id uuid not null,
    currency text not null,
    settled numeric(39,9) not null,
    receivable numeric(39,9) not null,
    payable numeric(39,9) not null,
    dividends_due numeric(39,9) not null,
    interest_due numeric(39,9) not null,
    fees_due numeric(39,9) not null,
    income numeric(39,9) not null,
    expense numeric(39,9) not null,
    realised numeric(39,9) not null,
    contributed numeric(39,9) not null,
    position_cost numeric(39,9) not null,
    transit numeric(39,9) not null,
    suspense numeric(39,9) not null,
    rounding numeric(39,9) not null,
    currency_trading numeric(39,9) not null,
    changed_position int8 not null,
    state bytea not null,
    constraint cash_pkey primary key (shard, account_id, currency)
) with (fillfactor = 50);
comment on table cash is 'the ledger of each account in each currency: a column for each account of the chart that holds money';
comment on column cash.income is 'dividends and interest earned; like payable, fees_due, realised and contributed positive where the ledger credits';
comment on index cash_pkey is 'the balances of an account';

create table fees (
    shard int4 not null,
    account_id uuid not null,
    currency text not null,
    kind text not null,
    paid numeric(39,9) not null,
    state bytea not null,
    constraint fees_pkey primary key (shard, account_id, currency, kind)
) with (fillfactor = 50);
comment on table fees is 'what each account paid, by kind; COMMISSION holds all expenses that are no fee beside it';
comment on index fees_pkey is 'the fees of an account';

create table positions (
    shard int4 not null,
    account_id uuid not null,
    instrument_id uuid not null,
    currency text not null,
    quantity numeric(39,9) not null,
    settled numeric(39,9) not null,
    unsettled numeric(39,9) not null,
    cost numeric(39,9) not null,
    realised numeric(39,9) not null,
    income numeric(39,9) not null,
    changed_position int8 not null,
    split_date date,
    split_new int8 not null,
    split_old int8 not null,
    state bytea not null,
    constraint positions_pkey primary key (shard, account_id, instrument_id)
) with (fillfactor = 50);
comment on table positions is 'units of each instrument in each account, closed positions too: their profit and income stay';
comment on column positions.cost is 'of the open lots; realised is the profit of closed ones, before commission';
comment on column positions.split_date is 'the ex-date of the latest split, of split_new units for split_old: a mark before it is of old units';
comment on index positions_pkey is 'the positions of an account';

create table days (
    shard int4 not null,
    account_id uuid not null,
    date date not null,
    currency text not null,
    equity numeric(39,9) not null,
    settled_cash numeric(39,9) not null,
    position_value numeric(39,9) not null,
    unrealised numeric(39,9) not null,
    realised numeric(39,9) not null,
    stale_marks int8 not null,
    paid_in numeric(39,9) not null,
    paid_out numeric(39,9) not null,
    unvalued_flows int8 not null,
    closed_position int8 not null,
    constraint days_pkey primary key (shard, account_id, date)
);
comment on table days is 'the closed days of each account at official marks: its equity curve';
comment on column days.stale_marks is 'positions whose mark was of an earlier day, or that had none and counted as zero';
comment on column days.paid_in is 'deposits, transfers and imports since the close before, in the currency of the account';
comment on column days.unvalued_flows is 'flows at cost or at nothing, because no mark or rate said what they are worth';
comment on column days.closed_position is 'the event that closed the day: what was known then';
comment on index days_pkey is 'the equity curve of an account between two dates';

create table instruments (
    shard int4 not null,
    instrument_id uuid not null,
    symbol text not null,
    currency text not null,
    sector text,
    mark numeric(19,9),
    mark_date date,
    state bytea not null,
    constraint instruments_pkey primary key (shard, instrument_id)
) with (fillfactor = 50);
comment on table instruments is 'the instruments with their latest symbol and official mark';
comment on index instruments_pkey is 'the mark of a position';

create table accounts (
    shard int4 not null,
    account_id uuid not null,
    alias text not null,
    currency text not null,
    closed date,
    state bytea not null,
    constraint accounts_pkey primary key (shard, account_id)
) with (fillfactor = 50);
comment on table accounts is 'the accounts with their currency and last closed day; flows since then wait in state for the next close';
comment on index accounts_pkey is 'the currency of an account';

create table trades (
    shard int4 not null,
    account_id uuid not null,
    instrument_id uuid not null,
    position int8 not null,
    kind text not null,
    effective_at int8 not null,
    business_date date not null,
    execution_id uuid not null,
    corrected_id uuid,
    order_id uuid,
    currency text not null,
    quantity numeric(19,9) not null,
    price numeric(19,9),
    gross numeric(39,9) not null,
    fees numeric(39,9) not null,
    realised numeric(39,9) not null,
    trade_date date not null,
    lot_method text not null,
    chosen_lots text,
    numerator int8 not null,
    denominator int8 not null,
    constraint trades_pkey primary key (shard, account_id, instrument_id, position)
);
comment on table trades is 'what lots are derived from: trades, corrections, splits and imports as they were recorded; rows are only added';
comment on column trades.realised is 'what the event added to realised profit when it was recorded; a correction holds the difference';
comment on column trades.chosen_lots is 'the lots that the order named, EXECUTION:QUANTITY each';
comment on index trades_pkey is 'the lots of an instrument in an account, by what was known at a position';

create view holdings as
select p.shard, p.account_id, p.instrument_id, i.symbol, i.sector, p.currency, p.quantity, p.settled, p.unsettled, p.cost,
    case when p.quantity <> 0 then round(p.cost / p.quantity, 9) end as average_cost, m.mark, i.mark_date,
    i.mark_date is null or coalesce(i.mark_date < a.closed, false) as is_stale,
    coalesce(round(p.quantity * m.mark, 9), 0) as value, coalesce(round(p.quantity * m.mark, 9), 0) - p.cost as unrealised,
    p.realised, p.income, p.changed_position
from positions p left join accounts a on a.shard = p.shard and a.account_id = p.account_id
left join instruments i on i.shard = p.shard and i.instrument_id = p.instrument_id
cross join lateral (
    select case when i.mark_date < p.split_date then round(i.mark * p.split_old / p.split_new, 9) else i.mark end as mark
) m;
comment on view holdings is
    'positions at their latest official marks, in units of today; one without a mark counts as zero, as in the close of a day';

create view results as
select c.shard, c.account_id, c.currency, c.contributed, c.realised, coalesce(h.unrealised, 0) as unrealised, c.income, c.expense,
    c.realised + coalesce(h.unrealised, 0) + c.income - c.expense - c.rounding as total,
    c.settled + c.receivable - c.payable + c.dividends_due + c.interest_due - c.fees_due + coalesce(h.value, 0) as equity
from cash c left join (
    select shard, account_id, currency, sum(value) as value, sum(unrealised) as unrealised
    from holdings group by shard, account_id, currency
) h on h.shard = c.shard and h.account_id = c.account_id and h.currency = c.currency;
comment on view results is
    'profit and loss of each account by currency: total = realised + unrealised + income - expense - rounding = equity - contributed';

create view day_returns as
select shard, account_id, date, currency, equity, paid_in, paid_out, stale_marks, unvalued_flows, closed_position,
    case when opening + paid_in > 0
        then round((equity + paid_out)::numeric(60,27) / (opening + paid_in)::numeric(60,27) - 1, 18) end as day_return
from (
    select d.*, coalesce(lag(equity) over (partition by shard, account_id order by date), 0) as opening from days d
) d;
comment on view day_returns is
    'the return of each closed day: money comes in before the day and goes out after it; null where nothing was there';

create view exposure as
select h.shard, h.account_id, h.currency, sum(greatest(h.value, 0)) as long, sum(greatest(-h.value, 0)) as short,
    sum(abs(h.value)) as gross, sum(h.value) as net, r.equity,
    case when r.equity > 0 then round(sum(abs(h.value)) / r.equity, 9) end as leverage,
    count(*) filter (where h.quantity <> 0) as positions, count(*) filter (where h.quantity <> 0 and h.is_stale) as stale
from holdings h join results r on r.shard = h.shard and r.account_id = h.account_id and r.currency = h.currency
group by h.shard, h.account_id, h.currency, r.equity;
comment on view exposure is
    'positions of each account by currency at their latest marks; leverage = gross / equity of that currency, null without equity';

create view sectors as
select shard, account_id, currency, coalesce(sector, '') as sector, sum(abs(value)) as gross, sum(value) as net,
    count(*) as positions, min(mark_date) as oldest_mark
from holdings where quantity <> 0 group by shard, account_id, currency, coalesce(sector, '');
comment on view sectors is 'gross and net exposure of each account by currency and sector, empty where an instrument has none';
