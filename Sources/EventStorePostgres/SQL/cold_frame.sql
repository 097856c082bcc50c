create table bifrost.cold_frame (
    shard int4 not null,
    first_position int8 not null,
    last_position int8 not null,
    content_bytes int4 not null,
    frame bytea not null,
    sha256 bytea not null,
    constraint cold_frame_pkey primary key (shard, first_position),
    constraint cold_frame_shard_fkey foreign key (shard) references bifrost.shard (number),
    constraint cold_frame_range_check check (0 < first_position and first_position <= last_position),
    constraint cold_frame_sha256_check check (octet_length(sha256) = 32)
) with (autovacuum_vacuum_insert_threshold = 10000, autovacuum_vacuum_insert_scale_factor = 0,
    autovacuum_freeze_min_age = 0, autovacuum_analyze_threshold = 5000, autovacuum_analyze_scale_factor = 0);
-- It is compressed already.
alter table bifrost.cold_frame alter column frame set storage external;
comment on table bifrost.cold_frame is
    'the events of sealed leaves, some in a row in each LZ4 frame; counts once its leaf is in bifrost.segment';
comment on index bifrost.cold_frame_pkey is 'readers follow a shard, or fetch the frame of a position';
comment on column bifrost.cold_frame.content_bytes is 'bytes before compression, which a reader makes room for';
comment on column bifrost.cold_frame.sha256 is 'of the frame as it is stored';
create trigger append_only before update or delete or truncate on bifrost.cold_frame
for each statement execute function bifrost.refuse_change();
alter table bifrost.cold_frame enable always trigger append_only;
revoke update, delete, truncate, references, trigger on bifrost.cold_frame from bifrost_owner;
grant select, insert on bifrost.cold_frame to bifrost_writer;
grant select on bifrost.cold_frame to bifrost_projector, bifrost_reader;
