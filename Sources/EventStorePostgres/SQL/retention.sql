create table bifrost.retention (
    number int8 not null generated always as identity,
    shard int4 not null,
    keep_days int4 not null,
    reason text not null,
    set_by text not null,
    set_at timestamptz not null default clock_timestamp(),
    constraint retention_pkey primary key (number),
    constraint retention_shard_fkey foreign key (shard) references bifrost.shard (number),
    constraint retention_keep_days_check check (keep_days >= 0),
    constraint retention_reason_check check (reason <> '')
);
comment on table bifrost.retention is
    'how many days after its sealing a leaf''s table stays beside its segment; a shard''s last row counts';
comment on index bifrost.retention_pkey is 'the last of few rows is looked for before a table is dropped';
create trigger append_only before update or delete or truncate on bifrost.retention
for each statement execute function bifrost.refuse_change();
alter table bifrost.retention enable always trigger append_only;
revoke update, delete, truncate, references, trigger on bifrost.retention from bifrost_owner;
grant select, insert on bifrost.retention to bifrost_writer;
grant select on bifrost.retention to bifrost_reader;
