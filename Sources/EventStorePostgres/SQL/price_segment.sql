create table prices.segment (
    number int8 not null,
    key text not null,
    source text not null,
    recorded_at int8 not null,
    first_at int8 not null,
    last_at int8 not null,
    prices int4 not null,
    content_hash bytea not null,
    hash bytea not null,
    constraint segment_pkey primary key (number),
    constraint segment_key_key unique (key),
    constraint segment_number_check check (number > 0),
    constraint segment_range_check check (first_at <= last_at),
    constraint segment_prices_check check (prices > 0),
    constraint segment_hash_check check (octet_length(hash) = 32 and octet_length(content_hash) = 32)
);
comment on table prices.segment is 'prices that were recorded together, in order; append-only, each chained to the one before';
comment on index prices.segment_pkey is 'the last one is found, and all are verified in order';
comment on index prices.segment_key_key is 'a repeated recording finds what it did before';
comment on column prices.segment.key is 'the name that the sender gave it';
comment on column prices.segment.recorded_at is 'nanoseconds since 1970 when it came';
comment on column prices.segment.content_hash is 'SHA-256 of source and prices';
comment on column prices.segment.hash is 'SHA-256 of the hash before, the log''s id, the number, when and by which key it came, and the content hash';
create trigger append_only before update or delete or truncate on prices.segment
for each statement execute function bifrost.refuse_change();
alter table prices.segment enable always trigger append_only;
revoke update, delete, truncate, references, trigger on prices.segment from bifrost_owner;
grant select, insert on prices.segment to bifrost_writer;
grant select on prices.segment to bifrost_reader;
