create function bifrost.refuse_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception using
        errcode = 'BF002',
        message = format('append-only: %s of %I.%I refused', lower(tg_op), tg_table_schema, tg_table_name);
end
$$;
comment on function bifrost.refuse_change is 'stands before update, delete and truncate of every leaf';
