-- Fixed columns first, the widest before the narrower: no padding, and their offsets are constant for the server.
create table bifrost.event_template (
    position int8 not null,
    account int8 not null,
    stream int8 not null,
    version int8 not null,
    received_at int8 not null,
    recorded_at int8 not null,
    effective_at int8 not null,
    causation int8 not null,
    correlation uuid not null,
    type int4 not null,
    schema_version int4 not null,
    business_date int4 not null,
    command_id text collate "C" not null,
    command_digest bytea,
    actor text collate "C" not null,
    payload bytea not null,
    hash bytea not null
);
-- A long payload goes out of line as it is: the writer's core has better to do than to compress.
alter table bifrost.event_template alter column payload set storage external;
comment on table bifrost.event_template is 'the shape of every leaf, copied by add_leaf; holds no rows';
comment on column bifrost.event_template.position is 'place in the shard''s log: 1, 2, 3, …';
comment on column bifrost.event_template.account is 'birth position of the account, 0 for none';
comment on column bifrost.event_template.stream is 'birth position × 16 + kind';
comment on column bifrost.event_template.received_at is 'nanoseconds since 1970 UTC, as are the next two';
comment on column bifrost.event_template.causation is 'position of the event that led here, 0 from outside';
comment on column bifrost.event_template.business_date is 'days since 1970-01-01';
comment on column bifrost.event_template.command_digest is '16 bytes, on a command''s first event only';
comment on column bifrost.event_template.hash is 'SHA-256 over the previous hash, all columns and the payload';
