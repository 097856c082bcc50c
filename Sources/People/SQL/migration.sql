-- Which migrations the table of people has had; run before each look at it, so it must be safe to repeat.
create table if not exists privacy.migration (
    number int4 not null,
    name text not null,
    sha256 bytea not null,
    applied_at timestamptz not null default clock_timestamp(),
    constraint migration_pkey primary key (number),
    constraint migration_number_check check (number > 0),
    constraint migration_sha256_check check (octet_length(sha256) = 32)
);
comment on table privacy.migration is 'the migrations applied, read by every start: a changed or unknown one is refused';
comment on index privacy.migration_pkey is 'one record a number: the second of two racing processes finds it';
