create table bifrost.segment (
    shard int4 not null,
    leaf int4 not null,
    first_position int8 not null,
    last_position int8 not null,
    frame_events int4 not null,
    table_bytes int8 not null,
    frame_bytes int8 not null,
    index_bytes int8 not null,
    sealed_at timestamptz not null default clock_timestamp(),
    sealed_by text not null,
    dropped_at timestamptz,
    dropped_by text,
    constraint segment_pkey primary key (shard, leaf),
    constraint segment_leaf_fkey foreign key (shard, leaf) references bifrost.leaf (shard, number),
    constraint segment_range_check check (first_position <= last_position),
    constraint segment_frame_events_check check (frame_events > 0),
    constraint segment_dropped_check check ((dropped_at is null) = (dropped_by is null))
);
comment on table bifrost.segment is
    'the leaves that are read from cold frames: a row here is the switch; read before each read of the log';
comment on index bifrost.segment_pkey is 'readers look up how each leaf is stored';
comment on column bifrost.segment.frame_events is 'events of each frame but the last, from first_position on';
comment on column bifrost.segment.table_bytes is 'what the leaf took with its indexes when it was sealed';
comment on column bifrost.segment.frame_bytes is 'what its frames take, compressed';
comment on column bifrost.segment.index_bytes is 'what its index of streams takes, compressed';
comment on column bifrost.segment.dropped_at is 'when the leaf''s table was dropped, null while it is there';
grant select on bifrost.segment to bifrost_writer, bifrost_projector, bifrost_reader;
