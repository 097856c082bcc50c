create function bifrost.release_lease(in_shard int4, in_epoch int8) returns bool
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update bifrost.lease
    set holder = null, backend_pid = null, backend_start = null
    where shard = in_shard and epoch = in_epoch;
    return found;
end
$$;
comment on function bifrost.release_lease is 'lets the next writer in at once; false when there already is one';
grant execute on function bifrost.release_lease to bifrost_writer;
