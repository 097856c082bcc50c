create table entries (
    shard int4 not null,
    position int8 not null,
    types int4[] not null,
    account int8 not null,
    story uuid,
    instrument_id uuid,
    named int8 not null,
    actor text not null,
    command_id text not null,
    recorded_at int8 not null,
    effective_at int8 not null,
    business_date date not null,
    constraint entries_pkey primary key (shard, position)
);
comment on table entries is
    'where the events are, some of one command in a row: the log itself says what they are, by shard and position';
comment on column entries.position is 'of the first event; the others follow right behind it';
comment on column entries.types is 'the kinds of the events, by the numbers of the registry';
comment on column entries.named is 'bit n says whether the event at position + n names the instrument';
comment on column entries.account is 'the ordinal of the account as in the log, 0 for none';
comment on column entries.story is 'the thing whose story the event is part of: the order for all that became of it';
comment on column entries.recorded_at is 'nanoseconds since 1970-01-01 UTC, ascending with the position';
comment on index entries_pkey is 'reads on from a position, and finds the position of a time';

create index entries_by_account on entries (account, shard, position) where account <> 0;
comment on index entries_by_account is 'everything of an account';

create index entries_by_story on entries (story, shard, position);
comment on index entries_by_story is 'everything of an order';

create index entries_by_instrument on entries (instrument_id, shard, position) where instrument_id is not null;
comment on index entries_by_instrument is 'everything that names an instrument';

create index entries_by_actor on entries (actor, shard, position);
comment on index entries_by_actor is 'everything that somebody did';

-- By the numbers of the registry: CommandRejected and OrderRejected.
create index entries_refused on entries (account, shard, position) where types && '{3, 202}';
comment on index entries_refused is 'what an account asked for and did not get, latest first';

-- Trades with their corrections and busts, and whatever else makes postings.
create index entries_booked on entries (account, shard, position)
where types && '{204, 219, 220, 500, 501, 502, 505, 506, 507, 508, 509, 510, 515, 516, 517}';
comment on index entries_booked is 'the trades and the postings of an account, latest first';

create table findings (
    shard int4 not null,
    rule text not null,
    position int8 not null,
    place int4 not null,
    outcome text not null,
    limit_value numeric(39,9),
    found_value numeric(39,9),
    constraint findings_pkey primary key (shard, rule, position, place),
    constraint findings_outcome_check check (outcome in ('REFUSED', 'WARNED'))
);
comment on table findings is 'the rules that refused or warned, with the limit and the number that was held against it';
comment on index findings_pkey is 'everything that a rule refused or warned of';

create table rarities (
    shard int4 not null,
    position int8 not null,
    type int4 not null,
    account int8 not null,
    instrument_id uuid,
    constraint rarities_pkey primary key (shard, position)
);
comment on table rarities is 'events of few kinds once more: breaks and what became of them, and what corporate actions did to accounts';
comment on index rarities_pkey is 'reads from the latest back past few others, at no cost to all other events';

create index rarities_by_account on rarities (shard, account, position) where account <> 0;
comment on index rarities_by_account is 'the breaks of an account, latest first';

create index rarities_by_instrument on rarities (shard, instrument_id, position) where instrument_id is not null;
comment on index rarities_by_instrument is 'what corporate actions of an instrument did to accounts';
