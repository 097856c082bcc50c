-- A vacuum of a leaf freezes every page that was written since the last one. At the usual pace it writes 40 MB a
-- second into the write-ahead log, for a second or more, and appends wait behind that. Nothing hurries: no row of a
-- leaf is ever dead.
create function bifrost.pace_vacuum() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    execute format('alter table bifrost.%I set (autovacuum_vacuum_cost_limit = 40)', new.table_name);
    return null;
end
$$;
comment on function bifrost.pace_vacuum is 'has a new leaf vacuumed at a fifth of the usual pace';
create trigger pace_vacuum after insert on bifrost.leaf
for each row execute function bifrost.pace_vacuum();
do $$
declare
    leaf_name text;
begin
    for leaf_name in
        select table_name from bifrost.leaf where to_regclass('bifrost.' || table_name) is not null
    loop
        execute format('alter table bifrost.%I set (autovacuum_vacuum_cost_limit = 40)', leaf_name);
    end loop;
end
$$;
