create function bifrost.add_fence(in_shard int4, in_leaf int4, in_table text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $add$
declare
    fence text := format('fence_s%s_l%s', in_shard, in_leaf);
begin
    execute format(
        $sql$
        create function bifrost.%1$I(in_epoch int8, in_position int8, in_hash bytea) returns void
        language plpgsql security definer set search_path = pg_catalog, pg_temp as $fence$
        declare
            end_position int8;
            end_hash bytea;
        begin
            perform from bifrost.lease
            where shard = %2$s and epoch = in_epoch and open_leaf = %3$s
            for share;
            if not found then
                raise exception using
                    errcode = 'BF001',
                    message = format('fenced: expected epoch %%s in leaf %3$s of shard %2$s, was %%s', in_epoch,
                        (select format('epoch %%s in leaf %%s', epoch, open_leaf)
                         from bifrost.lease where shard = %2$s));
            end if;
            -- A statement of its own, hence a snapshot taken after the lock: nothing of a predecessor is missed.
            select position, hash into end_position, end_hash
            from bifrost.%4$I order by position desc limit 1;
            if not found and %3$s = 1 then
                select 0, genesis into end_position, end_hash from bifrost.shard where number = %2$s;
            end if;
            if end_position is distinct from in_position or end_hash is distinct from in_hash then
                raise exception using
                    errcode = 'BF001',
                    message = format(
                        'fenced: expected shard %2$s to end at %%s with hash %%s, was %%s with %%s', in_position,
                        encode(in_hash, 'hex'), end_position, encode(end_hash, 'hex'));
            end if;
        end
        $fence$
        $sql$,
        fence, in_shard, in_leaf, in_table);
    execute format(
        'comment on function bifrost.%I is %L', fence,
        'first statement of every append: holds the epoch until the commit and finds the end of the log');
    execute format('grant execute on function bifrost.%I to bifrost_writer', fence);
end
$add$;
comment on function bifrost.add_fence is 'makes the fence of one leaf, whose static statements keep their plans';
