create function bifrost.drop_leaf(in_shard int4, in_leaf int4, in_by text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '500ms' as $$
-- Behind a reader who began before the leaf was sealed this gives up (55P03) and leaves everything as it was.
declare
    sealed bifrost.segment;
    held bifrost.hold;
    keep bifrost.retention;
begin
    -- Whoever places a hold takes this lock too: it is seen here, or comes after the drop.
    perform pg_advisory_xact_lock(1112098388, in_shard);
    select * into sealed from bifrost.segment where shard = in_shard and leaf = in_leaf;
    if not found then
        raise exception using
            errcode = 'BF003', message = format('leaf %s of shard %s is not sealed', in_leaf, in_shard);
    end if;
    if sealed.dropped_at is not null then
        return;
    end if;
    select * into held from bifrost.hold
    where shard = in_shard and first_position <= sealed.last_position and last_position >= sealed.first_position
        and not exists (select from bifrost.hold_release where hold = hold.number)
    order by number limit 1;
    if found then
        raise exception using
            errcode = 'BF004',
            message = format('hold %s keeps it (%s)', held.number, held.reason);
    end if;
    select * into keep from bifrost.retention where shard = in_shard order by number desc limit 1;
    if found and sealed.sealed_at + keep.keep_days * interval '1 day' > clock_timestamp() then
        raise exception using
            errcode = 'BF004',
            message = format('it is kept until %s (%s)',
                to_char((sealed.sealed_at + keep.keep_days * interval '1 day') at time zone 'UTC',
                    'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                keep.reason);
    end if;
    update bifrost.segment set dropped_at = clock_timestamp(), dropped_by = in_by
    where shard = in_shard and leaf = in_leaf;
    perform bifrost.refresh_event_view();
    execute format('drop table bifrost.%I', format('event_s%s_l%s', in_shard, in_leaf));
    execute format('drop function bifrost.%I', format('fence_s%s_l%s', in_shard, in_leaf));
end
$$;
comment on function bifrost.drop_leaf is
    'drops the table of a sealed leaf unless a hold or the retention keeps it; whoever calls it has compared both';
grant execute on function bifrost.drop_leaf to bifrost_writer;
