create function bifrost.open_shard(in_shard int4, in_leaf_length int8, in_batch_events_max int8) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    -- The common case takes no lock: a living writer's shard was opened long ago.
    if exists (select from bifrost.shard where number = in_shard) then
        return;
    end if;
    perform pg_advisory_xact_lock(1112098388, in_shard);
    insert into bifrost.shard (number, genesis, leaf_length, batch_events_max)
    select in_shard, sha256('BIFROST1-GENESIS'::bytea || uuid_send(log.id) || int4send(in_shard)),
        in_leaf_length, in_batch_events_max
    from bifrost.log
    on conflict on constraint shard_pkey do nothing;
    if not found then
        return;
    end if;
    insert into bifrost.lease (shard) values (in_shard);
    insert into bifrost.heartbeat (shard) values (in_shard);
    perform bifrost.add_leaf(in_shard, 1);
    begin
        perform bifrost.refresh_event_view();
    exception
        -- Somebody is reading the view; the writer's heartbeat tries again.
        when lock_not_available then null;
    end;
end
$$;
comment on function bifrost.open_shard is
    'makes a shard with lease, heartbeat and first leaf in one step: the first append ever finds a row to lock';
grant execute on function bifrost.open_shard to bifrost_writer;
