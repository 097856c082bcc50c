create table bifrost.log (
    singleton bool not null default true,
    id uuid not null default gen_random_uuid(),
    format_version int4 not null default 1,
    created_at timestamptz not null default clock_timestamp(),
    constraint log_pkey primary key (singleton),
    constraint log_singleton_check check (singleton)
);
comment on table bifrost.log is 'the log''s own id, under every hash; read at each start';
comment on index bifrost.log_pkey is 'holds the table to one row';

insert into bifrost.log default values;
