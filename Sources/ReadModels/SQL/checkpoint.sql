create table bifrost_read.checkpoint (
    name text not null,
    version int4 not null,
    shard int4 not null,
    position int8 not null,
    log_hash bytea not null,
    state_hash bytea not null,
    moved_at timestamptz not null default clock_timestamp(),
    failed_position int8,
    failure text,
    way_out text,
    constraint checkpoint_pkey primary key (name, version, shard),
    constraint checkpoint_build_fkey foreign key (name, version) references bifrost_read.build (name, version),
    constraint checkpoint_position_check check (position >= 0),
    constraint checkpoint_log_hash_check check (octet_length(log_hash) = 32),
    constraint checkpoint_state_hash_check check (octet_length(state_hash) = 16),
    constraint checkpoint_failure_check check ((failure is null) = (way_out is null))
) with (fillfactor = 20, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);
comment on table bifrost_read.checkpoint is 'how far each build has folded each shard; moves in the transaction of the rows';
comment on column bifrost_read.checkpoint.log_hash is 'the hash of the event at position: another log is refused';
comment on column bifrost_read.checkpoint.state_hash is 'the sum of the hashes of all rows of the shard';
comment on column bifrost_read.checkpoint.failed_position is 'the event that stopped the projection, where one did';
comment on index bifrost_read.checkpoint_pkey is 'a projector moves, and a reader reads, the row of its build and shard';
