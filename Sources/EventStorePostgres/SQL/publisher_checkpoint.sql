create table publisher.checkpoint (
    shard int4 not null,
    log uuid not null,
    position int8 not null default 0,
    hash bytea not null,
    confirmed int8 not null default 0,
    unroutable int8 not null default 0,
    moved_at timestamptz not null default clock_timestamp(),
    last_error text,
    last_error_at timestamptz,
    constraint checkpoint_pkey primary key (shard),
    constraint checkpoint_position_check check (position >= 0 and confirmed >= 0 and unroutable >= 0),
    constraint checkpoint_hash_check check (octet_length(hash) = 32)
) with (fillfactor = 50);
comment on table publisher.checkpoint is
    'the last event of each shard that the broker has confirmed with all before it; moved by compare-and-set';
comment on index publisher.checkpoint_pkey is 'the publisher of a shard moves, and people read, its row';
comment on column publisher.checkpoint.log is 'the log that was published: another one is refused';
comment on column publisher.checkpoint.hash is 'of the event at the position: a log that was restored has another one there';
comment on column publisher.checkpoint.confirmed is 'events confirmed, counted one by one: an audit holds it against the log';
comment on column publisher.checkpoint.unroutable is 'how often the broker had no queue for an event';

grant select, insert, update on publisher.checkpoint to bifrost_publisher;
grant select on publisher.checkpoint to bifrost_reader;
