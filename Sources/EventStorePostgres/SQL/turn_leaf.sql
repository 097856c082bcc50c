create function bifrost.turn_leaf(
    in_shard int4, in_epoch int8, in_leaf int4, in_position int8, in_hash bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    end_position int8;
    end_hash bytea;
    is_started bool;
begin
    update bifrost.lease
    set open_leaf = in_leaf
    where shard = in_shard and epoch = in_epoch and open_leaf = in_leaf - 1;
    if not found then
        raise exception using
            errcode = 'BF001',
            message = format('fenced: expected epoch %s in leaf %s of shard %s', in_epoch, in_leaf - 1, in_shard);
    end if;
    execute format(
        'select position, hash from bifrost.%I order by position desc limit 1',
        format('event_s%s_l%s', in_shard, in_leaf - 1))
    into end_position, end_hash;
    execute format('select exists (select from bifrost.%I)', format('event_s%s_l%s', in_shard, in_leaf))
    into is_started;
    if end_position is distinct from in_position or end_hash is distinct from in_hash or is_started then
        raise exception using
            errcode = 'BF001',
            message = format('fenced: expected shard %s to end at %s, was %s', in_shard, in_position, end_position);
    end if;
    update bifrost.leaf set last_position = in_position where shard = in_shard and number = in_leaf - 1;
    update bifrost.leaf set first_position = in_position + 1 where shard = in_shard and number = in_leaf;
end
$$;
comment on function bifrost.turn_leaf is
    'the fence of the batch that opens a leaf: closes the one before it in the same transaction';
grant execute on function bifrost.turn_leaf to bifrost_writer;
