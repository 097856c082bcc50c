create function bifrost.take_lease(
    in_shard int4, in_holder text, in_backend_start timestamptz, out epoch int8, out open_leaf int4)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not exists (
        select from pg_locks
        where locktype = 'advisory' and classid = 1112098386 and objid = in_shard and objsubid = 2
            and pid = pg_backend_pid() and granted
            and database = (select oid from pg_database where datname = current_database())
    ) then
        raise exception using
            errcode = 'BF003', message = format('the lease of shard %s needs its advisory lock first', in_shard);
    end if;
    -- Waits for every append that still holds the row for share.
    update bifrost.lease
    set epoch = lease.epoch + 1, holder = in_holder, backend_pid = pg_backend_pid(),
        backend_start = in_backend_start
    where shard = in_shard
    returning lease.epoch, lease.open_leaf into strict epoch, open_leaf;
    update bifrost.heartbeat
    set epoch = take_lease.epoch, beaten_at = clock_timestamp()
    where shard = in_shard;
end
$$;
comment on function bifrost.take_lease is 'begins the reign of the session that holds the shard''s advisory lock';
grant execute on function bifrost.take_lease to bifrost_writer;
