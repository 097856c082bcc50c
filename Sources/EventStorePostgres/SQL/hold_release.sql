create table bifrost.hold_release (
    hold int8 not null,
    reason text not null,
    released_by text not null,
    released_at timestamptz not null default clock_timestamp(),
    constraint hold_release_pkey primary key (hold),
    constraint hold_release_reason_check check (reason <> '')
);
comment on table bifrost.hold_release is 'the end of a legal hold, with who ended it and why';
comment on index bifrost.hold_release_pkey is 'a hold ends once';
create trigger append_only before update or delete or truncate on bifrost.hold_release
for each statement execute function bifrost.refuse_change();
alter table bifrost.hold_release enable always trigger append_only;
revoke update, delete, truncate, references, trigger on bifrost.hold_release from bifrost_owner;
grant select, insert on bifrost.hold_release to bifrost_writer;
grant select on bifrost.hold_release to bifrost_reader;
