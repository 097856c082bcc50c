create or replace function bifrost.refresh_event_view() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '500ms' as $$
-- Replacing the view needs it alone: behind a long query over it this gives up (55P03) and the next call tries again.
declare
    branches text;
    note text;
begin
    perform pg_advisory_xact_lock(1112098387, 0);
    select case count(segment.dropped_at)
            when 0 then format('all events of all shards (%s leaves), for people; programs read the leaves', count(*))
            else format('the events of %s leaves, for people; %s more lie in cold frames alone: '
                '`bifrost events export` prints them', count(*) - count(segment.dropped_at), count(segment.dropped_at))
        end
    into note
    from bifrost.leaf left join bifrost.segment on segment.shard = leaf.shard and segment.leaf = leaf.number;
    if note = obj_description(to_regclass('bifrost.event'), 'pg_class') then
        return;
    end if;
    select string_agg(
        format(
            'select %s::int4 as shard, position, account, stream, version, type, schema_version, '
            'timestamptz ''epoch'' + received_at / 1000 * interval ''1 microsecond'' as received_at, '
            'timestamptz ''epoch'' + recorded_at / 1000 * interval ''1 microsecond'' as recorded_at, '
            'timestamptz ''epoch'' + effective_at / 1000 * interval ''1 microsecond'' as effective_at, '
            'date ''1970-01-01'' + business_date as business_date, '
            'command_id, command_digest, causation, correlation, actor, payload, hash from bifrost.%I',
            leaf.shard, leaf.table_name),
        e'\nunion all\n' order by leaf.shard, leaf.number)
    into branches from bifrost.leaf
    where not exists (
        select from bifrost.segment
        where segment.shard = leaf.shard and segment.leaf = leaf.number and segment.dropped_at is not null);
    if branches is null then
        return;
    end if;
    execute 'create or replace view bifrost.event as ' || branches;
    execute format('comment on view bifrost.event is %L', note);
    grant select on bifrost.event to bifrost_writer, bifrost_projector, bifrost_reader;
end
$$;
