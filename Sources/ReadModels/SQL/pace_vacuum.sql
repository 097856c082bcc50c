-- At the usual pace a vacuum or an analysis of a read model holds up those who follow for as long as it lasts
-- (docs/performance.md). Nothing hurries.
create function bifrost_read.pace_vacuum(in_schema text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    table_name text;
begin
    for table_name in
        select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = in_schema and c.relkind = 'r'
    loop
        execute format('alter table %I.%I set (autovacuum_vacuum_cost_limit = 40)', in_schema, table_name);
    end loop;
end
$$;
comment on function bifrost_read.pace_vacuum is 'has the tables of a build vacuumed at a fifth of the usual pace';
select bifrost_read.pace_vacuum(format('%s_v%s', name, version)) from bifrost_read.build;
