create table bifrost.cold_index (
    shard int4 not null,
    leaf int4 not null,
    account int8 not null,
    stream int8 not null,
    version int8 not null,
    entries int4 not null,
    page bytea not null,
    sha256 bytea not null,
    constraint cold_index_pkey primary key (shard, leaf, account, stream, version),
    constraint cold_index_leaf_fkey foreign key (shard, leaf) references bifrost.leaf (shard, number),
    constraint cold_index_entries_check check (entries > 0),
    constraint cold_index_sha256_check check (octet_length(sha256) = 32)
) with (autovacuum_vacuum_insert_threshold = 10000, autovacuum_vacuum_insert_scale_factor = 0,
    autovacuum_freeze_min_age = 0, autovacuum_analyze_threshold = 1000, autovacuum_analyze_scale_factor = 0);
alter table bifrost.cold_index alter column page set storage external;
comment on table bifrost.cold_index is
    'the positions of each stream''s events in a sealed leaf, some thousand in each LZ4 page';
comment on index bifrost.cold_index_pkey is 'reads of one stream or account find their pages by the first entry';
comment on column bifrost.cold_index.account is 'of the first entry, as are stream and version';
comment on column bifrost.cold_index.sha256 is 'of the page as it is stored';
create trigger append_only before update or delete or truncate on bifrost.cold_index
for each statement execute function bifrost.refuse_change();
alter table bifrost.cold_index enable always trigger append_only;
revoke update, delete, truncate, references, trigger on bifrost.cold_index from bifrost_owner;
grant select, insert on bifrost.cold_index to bifrost_writer;
grant select on bifrost.cold_index to bifrost_projector, bifrost_reader;
