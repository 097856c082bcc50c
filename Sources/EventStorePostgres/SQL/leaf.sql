create table bifrost.leaf (
    shard int4 not null,
    number int4 not null,
    table_name text not null,
    position_min int8 not null,
    position_max int8 not null,
    first_position int8,
    last_position int8,
    constraint leaf_pkey primary key (shard, number),
    constraint leaf_table_name_key unique (table_name),
    constraint leaf_shard_fkey foreign key (shard) references bifrost.shard (number),
    constraint leaf_number_check check (number > 0),
    constraint leaf_range_check check (position_min <= position_max),
    constraint leaf_first_check check (first_position between position_min and position_max),
    constraint leaf_last_check check (last_position between first_position - 1 and position_max)
);
comment on table bifrost.leaf is
    'the leaf tables in order: made ahead (no first position), open (no last position), closed; read before each read of the log';
comment on index bifrost.leaf_pkey is 'readers list a shard''s leaves in order';
comment on index bifrost.leaf_table_name_key is 'a table belongs to one leaf';
