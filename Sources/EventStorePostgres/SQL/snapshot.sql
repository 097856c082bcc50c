create table bifrost.snapshot (
    shard int4 not null,
    position int8 not null,
    build text not null,
    hash bytea not null,
    parts int4 not null,
    content_bytes int8 not null,
    stored_bytes int8 not null,
    sha256 bytea not null,
    made_at timestamptz not null default clock_timestamp(),
    constraint snapshot_pkey primary key (shard, position, build),
    constraint snapshot_shard_fkey foreign key (shard) references bifrost.shard (number),
    constraint snapshot_position_check check (position > 0),
    constraint snapshot_hash_check check (octet_length(hash) = 32),
    constraint snapshot_sha256_check check (octet_length(sha256) = 32)
);
comment on table bifrost.snapshot is
    'what an engine knew at a position: saves a restart the reading of the log, decides nothing, may be deleted';
comment on index bifrost.snapshot_pkey is 'an engine that starts looks for its build''s newest';
comment on column bifrost.snapshot.build is 'the build that made it and the only one that uses it';
comment on column bifrost.snapshot.hash is 'of the event at the position: the log decides whether it is of this log';
comment on column bifrost.snapshot.parts is 'rows in bifrost.snapshot_part, numbered from 1';
comment on column bifrost.snapshot.content_bytes is 'bytes before compression';
comment on column bifrost.snapshot.stored_bytes is 'bytes of the frames';
comment on column bifrost.snapshot.sha256 is 'of the digests of its parts in their order';
grant select, insert, delete on bifrost.snapshot to bifrost_writer;
grant select on bifrost.snapshot to bifrost_reader;
