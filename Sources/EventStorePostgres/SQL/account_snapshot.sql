create table bifrost.account_snapshot (
    shard int4 not null,
    account int8 not null,
    position int8 not null,
    build text not null,
    hash bytea not null,
    content bytea compression lz4 not null,
    sha256 bytea not null,
    constraint account_snapshot_pkey primary key (shard, account, position, build),
    constraint account_snapshot_shard_fkey foreign key (shard) references bifrost.shard (number),
    constraint account_snapshot_position_check check (position > 0),
    constraint account_snapshot_hash_check check (octet_length(hash) = 32),
    constraint account_snapshot_sha256_check check (octet_length(sha256) = 32)
);
comment on table bifrost.account_snapshot is
    'what an account had and might do at positions of the log: a question about its past reads what came between, not all before; may be deleted';
comment on index bifrost.account_snapshot_pkey is 'a question looks for the latest of an account up to a position';
comment on column bifrost.account_snapshot.account is 'the ordinal of the account as in the log';
comment on column bifrost.account_snapshot.build is 'the build that made it and the only one that uses it';
comment on column bifrost.account_snapshot.hash is 'of the event at the position: the log decides whether it is of this log';
comment on column bifrost.account_snapshot.sha256 is 'of the content before compression';
grant select, insert, delete on bifrost.account_snapshot to bifrost_writer;
grant select on bifrost.account_snapshot to bifrost_reader;
