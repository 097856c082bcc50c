create table orders (
    shard int4 not null,
    order_id uuid not null,
    account_id uuid not null,
    instrument_id uuid,
    symbol text not null,
    client_order_id text,
    side text not null,
    type text not null,
    time_in_force text not null,
    fix_status text not null,
    alpaca_status text not null,
    is_open bool not null,
    quantity numeric(19,9) not null,
    limit_price numeric(19,9),
    stop_price numeric(19,9),
    cumulative numeric(19,9) not null,
    leaves numeric(19,9) not null,
    average_price numeric(19,9),
    traded_amount numeric(39,9) not null,
    venue text,
    group_id uuid,
    parent_id uuid,
    book text,
    strategy text,
    entered_by text,
    expire_date date,
    expire_at int8,
    rejected_by text,
    reject_code text,
    reject_limit numeric(39,9),
    reject_value numeric(39,9),
    cancel_reason text,
    is_external bool not null,
    placed_at int8 not null,
    placed_on date not null,
    changed_at int8 not null,
    changed_position int8 not null,
    state bytea not null,
    constraint orders_pkey primary key (shard, order_id)
) with (fillfactor = 80);
comment on table orders is 'the blotter: one row an order, by its facts up to changed_position';
comment on column orders.fix_status is 'OrdStatus, tag 39 of FIX 4.4';
comment on column orders.reject_limit is 'the limit of the rule that refused the order; reject_value is the number that broke it';
comment on column orders.placed_at is 'nanoseconds since 1970-01-01 UTC, as all moments here';
comment on column orders.state is 'the facts of the order, from which the projection goes on; nobody else reads it';
comment on index orders_pkey is 'the projector and readers find an order by its id';

-- Ids of an account's orders ascend with the positions that made them, so that a page is a range of an index.
create index orders_by_account on orders (shard, account_id, order_id desc);
comment on index orders_by_account is 'the blotter of an account, latest first, a page at a time';

create index orders_by_symbol on orders (shard, account_id, symbol, order_id desc);
comment on index orders_by_symbol is 'the orders of an account in one symbol, latest first';

create index orders_by_time on orders (shard, account_id, placed_at);
comment on index orders_by_time is 'the orders that an account placed in a span of time';

create index orders_open on orders (shard, account_id, order_id desc) where is_open;
comment on index orders_open is 'what still may trade';
