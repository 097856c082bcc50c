-- No constraint reads a personal column: a refusal would show the row in the server's log. And none has statistics, into
-- which `analyze` would copy names.
create table privacy.person (
    id uuid not null,
    name text not null,
    email text not null,
    note text not null,
    created_at timestamptz not null default clock_timestamp(),
    constraint person_pkey primary key (id)
);
comment on table privacy.person is 'the only place for personal data: a row is deleted when a person is erased';
comment on index privacy.person_pkey is 'commands name a person by its opaque id';
comment on column privacy.person.id is 'random, and means nothing';
alter table privacy.person alter column name set statistics 0;
alter table privacy.person alter column email set statistics 0;
alter table privacy.person alter column note set statistics 0;
