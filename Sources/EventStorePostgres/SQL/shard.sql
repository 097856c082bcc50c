create table bifrost.shard (
    number int4 not null,
    genesis bytea not null,
    leaf_length int8 not null,
    batch_events_max int8 not null,
    created_at timestamptz not null default clock_timestamp(),
    constraint shard_pkey primary key (number),
    constraint shard_number_check check (number between 0 and 16383),
    constraint shard_genesis_check check (octet_length(genesis) = 32),
    constraint shard_leaf_length_check check (batch_events_max between 1 and leaf_length)
);
comment on table bifrost.shard is 'the shards of the log; what the first event of each must follow';
comment on column bifrost.shard.leaf_length is 'positions of a leaf; fixed when the shard is opened';
comment on column bifrost.shard.batch_events_max is 'how far before its end a leaf may be left for a batch that does not fit';
comment on index bifrost.shard_pkey is 'the fence of an empty shard looks up its genesis';
