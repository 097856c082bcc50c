create table bifrost_read.milestone (
    name text not null,
    version int4 not null,
    shard int4 not null,
    position int8 not null,
    state_hash bytea not null,
    constraint milestone_pkey primary key (name, version, shard, position),
    constraint milestone_build_fkey foreign key (name, version) references bifrost_read.build (name, version),
    constraint milestone_state_hash_check check (octet_length(state_hash) = 16)
);
comment on table bifrost_read.milestone is 'state hashes at every multiple of 10,000 positions, by which builds are compared';
comment on index bifrost_read.milestone_pkey is 'two builds are joined by shard and position';
