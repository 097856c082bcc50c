create function bifrost_read.move_checkpoint(
    in_name text, in_version int4, in_shard int4,
    in_position int8, in_log_hash bytea, in_state_hash bytea,
    to_position int8, to_log_hash bytea, to_state_hash bytea, is_milestone bool
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    update bifrost_read.checkpoint
    set position = to_position, log_hash = to_log_hash, state_hash = to_state_hash, moved_at = clock_timestamp(),
        failed_position = null, failure = null, way_out = null
    where name = in_name and version = in_version and shard = in_shard
        and position = in_position and log_hash = in_log_hash and state_hash = in_state_hash;
    if not found then
        raise exception using
            errcode = 'BF005',
            message = format('the checkpoint of %s_v%s, shard %s, is not at %s', in_name, in_version, in_shard,
                in_position);
    end if;
    if is_milestone then
        insert into bifrost_read.milestone (name, version, shard, position, state_hash)
        values (in_name, in_version, in_shard, to_position, to_state_hash);
    end if;
end
$$;
comment on function bifrost_read.move_checkpoint is
    'moves a checkpoint from where a projector knows it to be, so that one that lost its place cannot take it back';
