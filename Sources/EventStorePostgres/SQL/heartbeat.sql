create table bifrost.heartbeat (
    shard int4 not null,
    epoch int8 not null default 0,
    beaten_at timestamptz not null default '-infinity',
    constraint heartbeat_pkey primary key (shard),
    constraint heartbeat_shard_fkey foreign key (shard) references bifrost.shard (number)
) with (fillfactor = 50);
comment on table bifrost.heartbeat is
    'when each writer was last alive by this database''s clock; apart from the lease so that a beat never waits for an append';
comment on index bifrost.heartbeat_pkey is 'a beat updates, and a standby reads, its shard''s row';
