create table accounts (
    shard int4 not null,
    account int8 not null,
    account_id uuid,
    alias text collate "C",
    owner_id uuid,
    currency text not null,
    kind text not null,
    margin_regime text,
    opened_at int8 not null,
    is_killed bool not null,
    limits_version int8 not null,
    call_deficit numeric(39,9),
    changed_position int8 not null,
    state bytea not null,
    constraint accounts_pkey primary key (shard, account)
) with (fillfactor = 80);
comment on table accounts is 'who accounts are, and what binds them';
comment on column accounts.account is 'the ordinal of the account as in the log';
comment on column accounts.opened_at is 'nanoseconds since 1970-01-01 UTC';
comment on column accounts.limits_version is 'of the latest limits without dates; 0 before the first';
comment on column accounts.call_deficit is 'what an open margin call asks for';
comment on column accounts.state is 'the facts, from which the projection goes on';
comment on index accounts_pkey is 'an account by its ordinal, which its id tells';

create unique index accounts_alias on accounts (shard, alias);
comment on index accounts_alias is 'an account by its name, and all of them in order of name';

create table holds (
    shard int4 not null,
    order_id uuid not null,
    account int8 not null,
    instrument_id uuid,
    currency text,
    cash numeric(39,9) not null,
    shares numeric(19,9) not null,
    buys numeric(19,9) not null,
    is_open bool not null,
    changed_position int8 not null,
    state bytea not null,
    constraint holds_pkey primary key (shard, order_id)
) with (fillfactor = 80);
comment on table holds is 'what each order holds back, as if it were alone: orders of a pair share the larger amount';
comment on column holds.buys is 'what a purchase may still add to the position';
comment on column holds.state is 'the facts, from which the projection goes on and readers make the sums';
comment on index holds_pkey is 'the projector finds what an order holds back';

create index holds_open on holds (shard, account) where is_open;
comment on index holds_open is 'what the open orders of an account hold back';
