create function bifrost.beat(in_shard int4, in_epoch int8) returns bool
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update bifrost.heartbeat
    set beaten_at = clock_timestamp()
    where shard = in_shard and epoch = in_epoch;
    return found;
end
$$;
comment on function bifrost.beat is 'says that the writer of this epoch is alive; false when its reign is over';
grant execute on function bifrost.beat to bifrost_writer;
