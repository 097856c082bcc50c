create table bifrost.lease (
    shard int4 not null,
    epoch int8 not null default 0,
    open_leaf int4 not null default 1,
    holder text,
    backend_pid int4,
    backend_start timestamptz,
    constraint lease_pkey primary key (shard),
    constraint lease_shard_fkey foreign key (shard) references bifrost.shard (number),
    constraint lease_holder_check check ((holder is null) = (backend_pid is null) and (holder is null) = (backend_start is null))
);
comment on table bifrost.lease is
    'who writes a shard, in which epoch, into which leaf; locked for share by every append and so changed only when a writer comes or goes and when a leaf is full';
comment on column bifrost.lease.backend_start is 'tells the recorded backend from a later one with its number';
comment on index bifrost.lease_pkey is 'the fence of every append locks its shard''s row';
