create table bifrost.snapshot_part (
    shard int4 not null,
    position int8 not null,
    build text not null,
    part int4 not null,
    content_bytes int4 not null,
    frame bytea not null,
    sha256 bytea not null,
    constraint snapshot_part_pkey primary key (shard, position, build, part),
    constraint snapshot_part_snapshot_fkey foreign key (shard, position, build)
    references bifrost.snapshot (shard, position, build) on delete cascade deferrable initially deferred,
    constraint snapshot_part_sha256_check check (octet_length(sha256) = 32)
);
-- It is compressed already.
alter table bifrost.snapshot_part alter column frame set storage external;
comment on table bifrost.snapshot_part is 'the LZ4 frames of snapshots';
comment on index bifrost.snapshot_part_pkey is 'an engine that starts reads one part after another';
comment on column bifrost.snapshot_part.content_bytes is 'bytes before compression, which a reader makes room for';
comment on column bifrost.snapshot_part.sha256 is 'of the frame as it is stored';
grant select, insert on bifrost.snapshot_part to bifrost_writer;
grant select on bifrost.snapshot_part to bifrost_reader;
