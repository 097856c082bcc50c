-- The five roles, run once by a superuser; they belong to the cluster, so another database may have made them.
-- They log in by whatever pg_hba.conf says (peer, certificate, a password set with alter role); none is given here.
do $$
declare
    wanted text;
begin
    foreach wanted in array array[
        'bifrost_owner', 'bifrost_writer', 'bifrost_projector', 'bifrost_reader', 'bifrost_publisher'
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
