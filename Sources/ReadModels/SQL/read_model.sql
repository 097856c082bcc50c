create table bifrost_read.read_model (
    name text not null,
    active_version int4 not null,
    previous_version int4,
    swapped_at timestamptz not null default clock_timestamp(),
    constraint read_model_pkey primary key (name),
    constraint read_model_active_fkey foreign key (name, active_version) references bifrost_read.build (name, version)
) with (fillfactor = 50);
comment on table bifrost_read.read_model is
    'which build readers read; a swap updates one row, and each reader reads it first in its own snapshot';
comment on column bifrost_read.read_model.previous_version is 'the build to roll back to';
comment on index bifrost_read.read_model_pkey is 'the first query of each reader';
