-- The schemas with their owners, run once by a superuser. After this nothing connects as superuser.
do $$
begin
    execute format('revoke all on database %I from public', current_database());
    execute format(
        'grant connect on database %I to bifrost_owner, bifrost_writer, bifrost_projector, bifrost_reader, '
        'bifrost_publisher, bifrost_privacy',
        current_database());
    -- A read model lives in a schema of its own, made when it is rebuilt; its batches are staged in temporary tables.
    execute format('grant create, temporary on database %I to bifrost_projector', current_database());
end
$$;

revoke create on schema public from public;
create schema if not exists bifrost authorization bifrost_owner;
create schema if not exists bifrost_read authorization bifrost_projector;
create schema if not exists publisher authorization bifrost_owner;
create schema if not exists prices authorization bifrost_owner;
create schema if not exists privacy authorization bifrost_privacy;
comment on schema bifrost is 'the event log: the only truth';
comment on schema bifrost_read is 'read models: disposable, rebuilt from the log';
comment on schema publisher is 'how far each shard was published to the broker';
comment on schema prices is 'intraday prices: recorded once, and in no log';
comment on schema privacy is 'people: the only place for personal data, and erasable';

grant usage on schema bifrost to bifrost_writer, bifrost_projector, bifrost_reader;
grant usage on schema bifrost_read to bifrost_reader;
grant usage on schema publisher to bifrost_publisher, bifrost_reader;
grant usage on schema prices to bifrost_writer, bifrost_reader;
-- An erasure ends segments of the write-ahead log, so that what was kept of a row there is written over.
grant execute on function pg_catalog.pg_switch_wal(), pg_catalog.pg_ls_waldir() to bifrost_privacy;
alter default privileges for role bifrost_projector in schema bifrost_read grant select on tables to bifrost_reader;
-- Functions are open to everybody by default; ours are granted one by one.
alter default privileges for role bifrost_owner revoke execute on functions from public;
