create table privacy.link (
    id uuid not null,
    person uuid not null,
    role text not null,
    account uuid,
    actor text,
    salt bytea not null,
    linked_at timestamptz not null default clock_timestamp(),
    constraint link_pkey primary key (id),
    constraint link_person_fkey foreign key (person) references privacy.person (id) on delete cascade
);
comment on table privacy.link is
    'what opens the commitments in the log: which person stands in which role, with the salt; deleted with the person';
comment on index privacy.link_pkey is 'the id is a part of the id of the command that records the link';
create index link_person_idx on privacy.link (person);
comment on index privacy.link_person_idx is 'a person is shown, and erased, with its links';
alter table privacy.link alter column person set statistics 0;
alter table privacy.link alter column salt set statistics 0;
