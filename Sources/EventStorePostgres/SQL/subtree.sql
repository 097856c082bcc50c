create table bifrost.subtree (
    shard int4 not null,
    number int8 not null,
    top bytea not null,
    constraint subtree_pkey primary key (shard, number),
    constraint subtree_shard_fkey foreign key (shard) references bifrost.shard (number),
    constraint subtree_number_check check (number >= 0),
    constraint subtree_top_check check (octet_length(top) = 32)
);
comment on table bifrost.subtree is
    'tops of the Merkle subtrees of 256 events each: made from the log off the write path, so that a proof reads few events';
comment on index bifrost.subtree_pkey is 'a shard''s tops are read in order';
comment on column bifrost.subtree.number is 'from 0: events 256 * number + 1 to 256 * number + 256';
create trigger append_only before update or delete or truncate on bifrost.subtree
for each statement execute function bifrost.refuse_change();
alter table bifrost.subtree enable always trigger append_only;
revoke update, delete, truncate, references, trigger on bifrost.subtree from bifrost_owner;
grant select, insert on bifrost.subtree to bifrost_writer;
grant select on bifrost.subtree to bifrost_reader;
