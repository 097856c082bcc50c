create function bifrost.add_leaf(in_shard int4, in_leaf int4) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    leaf_name text := format('event_s%s_l%s', in_shard, in_leaf);
    shard_row bifrost.shard;
    range_min int8;
    range_max int8;
begin
    perform pg_advisory_xact_lock(1112098388, in_shard);
    if exists (select from bifrost.leaf where shard = in_shard and number = in_leaf) then
        return leaf_name;
    end if;
    select * into strict shard_row from bifrost.shard where number = in_shard;
    if in_leaf <> (select count(*) + 1 from bifrost.leaf where shard = in_shard) then
        raise exception using errcode = 'BF003', message = format('leaves are made in order, not %s', in_leaf);
    end if;
    range_max := shard_row.leaf_length * in_leaf;
    -- The leaf before may be left early by less than one batch, and this one then begins early.
    range_min := greatest(1, range_max - shard_row.leaf_length + 2 - shard_row.batch_events_max);
    execute format(
        'create table bifrost.%I ('
        'like bifrost.event_template including comments including storage, '
        'constraint %I primary key (position), '
        'constraint %I unique (account, stream, version), '
        'constraint %I check (position between %s and %s), '
        'constraint %I check (octet_length(hash) = 32), '
        'constraint %I check (octet_length(command_digest) = 16)) '
        'with (autovacuum_vacuum_insert_threshold = 1000000, autovacuum_vacuum_insert_scale_factor = 0, '
        'autovacuum_freeze_min_age = 0, autovacuum_analyze_threshold = 500000, '
        'autovacuum_analyze_scale_factor = 0)',
        leaf_name, leaf_name || '_pkey', leaf_name || '_stream_key', leaf_name || '_position_check',
        range_min, range_max, leaf_name || '_hash_check', leaf_name || '_command_digest_check');
    execute format('comment on table bifrost.%I is %L', leaf_name,
        format('events of shard %s; append-only', in_shard));
    execute format('comment on index bifrost.%I is %L', leaf_name || '_pkey',
        'the fence finds the last event; readers follow the log');
    execute format('comment on index bifrost.%I is %L', leaf_name || '_stream_key',
        'reads of one stream, and by its first column of one account');
    execute format(
        'create trigger append_only before update or delete or truncate on bifrost.%I '
        'for each statement execute function bifrost.refuse_change()', leaf_name);
    execute format('alter table bifrost.%I enable always trigger append_only', leaf_name);
    execute format('revoke update, delete, truncate, references, trigger on bifrost.%I from bifrost_owner', leaf_name);
    execute format('grant select, insert on bifrost.%I to bifrost_writer', leaf_name);
    execute format('grant select on bifrost.%I to bifrost_projector, bifrost_reader', leaf_name);
    perform bifrost.add_fence(in_shard, in_leaf, leaf_name);
    insert into bifrost.leaf (shard, number, table_name, position_min, position_max, first_position)
    values (in_shard, in_leaf, leaf_name, range_min, range_max, case when in_leaf = 1 then 1 end);
    return leaf_name;
end
$$;
comment on function bifrost.add_leaf is 'makes a leaf table with its triggers, rights and fence, once';
grant execute on function bifrost.add_leaf to bifrost_writer;
