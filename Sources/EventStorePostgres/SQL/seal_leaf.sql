create function bifrost.seal_leaf(in_shard int4, in_leaf int4, in_frame_events int4, in_by text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    closed bifrost.leaf;
    events int8;
    framed record;
    indexed record;
begin
    select * into closed from bifrost.leaf where shard = in_shard and number = in_leaf;
    if closed.first_position is null or closed.last_position is null then
        raise exception using
            errcode = 'BF003', message = format('leaf %s of shard %s is not closed', in_leaf, in_shard);
    end if;
    events := closed.last_position - closed.first_position + 1;
    -- Frames that stand where they should, each full but the last, cannot leave a position out.
    select count(*) as frames, sum(last_position - first_position + 1)::int8 as events,
        sum(octet_length(frame))::int8 as bytes,
        bool_and((first_position - closed.first_position) % in_frame_events = 0
            and last_position = least(first_position + in_frame_events - 1, closed.last_position)) as stand
    into framed from bifrost.cold_frame
    where shard = in_shard and first_position between closed.first_position and closed.last_position;
    select sum(entries)::int8 as events, sum(octet_length(page))::int8 as bytes into indexed
    from bifrost.cold_index where shard = in_shard and leaf = in_leaf;
    if framed.stand is not true or framed.events is distinct from events or indexed.events is distinct from events then
        raise exception using
            errcode = 'BF003',
            message = format('leaf %s of shard %s has %s events, was %s in frames and %s in the index', in_leaf,
                in_shard, events, framed.events, indexed.events);
    end if;
    insert into bifrost.segment (shard, leaf, first_position, last_position, frame_events, table_bytes,
        frame_bytes, index_bytes, sealed_by)
    values (in_shard, in_leaf, closed.first_position, closed.last_position, in_frame_events,
        pg_total_relation_size(format('bifrost.%I', closed.table_name)::regclass), framed.bytes, indexed.bytes,
        in_by);
end
$$;
comment on function bifrost.seal_leaf is
    'lets a leaf be read from its frames from now on; whoever calls it has compared them with the leaf';
grant execute on function bifrost.seal_leaf to bifrost_writer;
