create table privacy.erasure (
    person uuid not null,
    erased_at timestamptz not null default clock_timestamp(),
    constraint erasure_pkey primary key (person)
);
comment on table privacy.erasure is 'opaque ids that were erased, so that an erasure that was interrupted can be repeated';
comment on index privacy.erasure_pkey is 'an erasure is looked up by its person';
