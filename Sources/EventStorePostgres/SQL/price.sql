create table prices.price (
    instrument uuid not null,
    at int8 not null,
    segment int8 not null,
    ordinal int4 not null,
    bid int8,
    ask int8,
    last int8,
    constraint price_pkey primary key (instrument, at, segment, ordinal),
    constraint price_some_check check (num_nonnulls(bid, ask, last) > 0),
    constraint price_sign_check check (least(bid, ask, last) >= 0)
) partition by range (at);
comment on table prices.price is
    'intraday prices by month of their quotation: of several at one moment the one of the last segment counts';
comment on index prices.price_pkey is 'the last price of an instrument up to a moment';
create index price_segment_idx on prices.price using brin (segment);
comment on index prices.price_segment_idx is 'verification reads the prices of a segment; they lie together';
comment on column prices.price.at is 'nanoseconds since 1970 when it was quoted';
comment on column prices.price.bid is 'nanos of the instrument''s currency, as all three';
create trigger append_only before update or delete or truncate on prices.price
for each statement execute function bifrost.refuse_change();
alter table prices.price enable always trigger append_only;
revoke update, delete, truncate, references, trigger on prices.price from bifrost_owner;
grant select, insert on prices.price to bifrost_writer;
grant select on prices.price to bifrost_reader;
