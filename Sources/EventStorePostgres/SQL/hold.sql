create table bifrost.hold (
    number int8 not null generated always as identity,
    shard int4 not null,
    first_position int8 not null,
    last_position int8 not null,
    reason text not null,
    placed_by text not null,
    placed_at timestamptz not null default clock_timestamp(),
    constraint hold_pkey primary key (number),
    constraint hold_shard_fkey foreign key (shard) references bifrost.shard (number),
    constraint hold_range_check check (0 < first_position and first_position <= last_position),
    constraint hold_reason_check check (reason <> '')
);
comment on table bifrost.hold is
    'legal holds: no leaf table with one of these positions is dropped until the hold is released';
comment on index bifrost.hold_pkey is 'a release names its hold';
create trigger append_only before update or delete or truncate on bifrost.hold
for each statement execute function bifrost.refuse_change();
alter table bifrost.hold enable always trigger append_only;
revoke update, delete, truncate, references, trigger on bifrost.hold from bifrost_owner;
grant select, insert on bifrost.hold to bifrost_writer;
grant select on bifrost.hold to bifrost_reader;
