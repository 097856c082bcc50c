create table bifrost_read.build (
    name text not null,
    version int4 not null,
    fold_version int4 not null,
    schema_sha256 bytea not null,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    constraint build_pkey primary key (name, version),
    constraint build_name_check check (name ~ '^[a-z]{1,32}$'),
    constraint build_version_check check (version > 0),
    constraint build_schema_sha256_check check (octet_length(schema_sha256) = 32)
);
comment on table bifrost_read.build is 'the builds of each read model, each in the schema <name>_v<version>';
comment on column bifrost_read.build.fold_version is 'of the code that folds it: builds of one number and one schema must be equal';
comment on column bifrost_read.build.finished_at is 'when it had caught up with the log and could take over; null while it is built';
comment on index bifrost_read.build_pkey is 'the projector finds its build, operators list them';
