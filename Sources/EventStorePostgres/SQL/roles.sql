-- The six roles, run once by a superuser; they belong to the cluster, so another database may have made them.
-- They log in by whatever pg_hba.conf says (peer, certificate, a password set with alter role); none is given here.
do $$
declare
    wanted text;
begin
    foreach wanted in array array[
        'bifrost_owner', 'bifrost_writer', 'bifrost_projector', 'bifrost_reader', 'bifrost_publisher',
        'bifrost_privacy'
    ] loop
        begin
            execute format(
                'create role %I login nosuperuser nocreatedb nocreaterole noinherit noreplication nobypassrls', wanted);
        exception
            when duplicate_object or unique_violation then null;
        end;
    end loop;
end
$$;

-- An erasure asks for a checkpoint. Another database's set-up may grant it at the same moment.
do $$
begin
    if not exists (
        select from pg_auth_members
        where roleid = 'pg_checkpoint'::regrole and member = 'bifrost_privacy'::regrole
    ) then
        grant pg_checkpoint to bifrost_privacy;
    end if;
exception
    when unique_violation or internal_error then null;
end
$$;
