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
    state bytea not null,
    constraint positions_pkey primary key (shard, account_id, instrument_id)
) with (fillfactor = 50);
comment on table positions is 'units of each instrument in each account, closed positions too: their profit and income stay';
comment on column positions.cost is 'of the open lots; realised is the profit of closed ones, before commission';
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
    closed_position int8 not null,
    state bytea not null,
    constraint days_pkey primary key (shard, account_id, date)
);
comment on table days is 'the closed days of each account at official marks: its equity curve';
comment on column days.stale_marks is 'positions whose mark was of an earlier day, or that had none and counted as zero';
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

create view holdings as
select p.shard, p.account_id, p.instrument_id, i.symbol, i.sector, p.currency, p.quantity, p.settled, p.unsettled, p.cost,
    case when p.quantity <> 0 then round(p.cost / p.quantity, 9) end as average_cost, i.mark, i.mark_date,
    coalesce(p.quantity * i.mark, 0) as value, coalesce(p.quantity * i.mark, 0) - p.cost as unrealised,
    p.realised, p.income, p.changed_position
from positions p left join instruments i on i.shard = p.shard and i.instrument_id = p.instrument_id;
comment on view holdings is 'positions at their latest official marks; one without a mark counts as zero, as in the close of a day';

create view exposure as
select shard, account_id, currency, coalesce(sector, '') as sector, sum(abs(value)) as gross, sum(value) as net,
    count(*) filter (where quantity <> 0) as positions, min(mark_date) filter (where quantity <> 0) as oldest_mark
from holdings group by shard, account_id, currency, coalesce(sector, '');
comment on view exposure is 'gross and net exposure of each account by sector';
