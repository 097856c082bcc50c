create function prices.add_month(in_at int8) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    -- Whole seconds, rounded down, so that nothing is lost in a float.
    month_start timestamp := date_trunc('month', timestamp '1970-01-01' + floor(in_at / 1000000000.0) * interval '1 second');
    month_name text := 'price_' || to_char(month_start, 'YYYY_MM');
    range_min int8 := extract(epoch from month_start)::int8 * 1000000000;
    range_max int8 := extract(epoch from month_start + interval '1 month')::int8 * 1000000000;
begin
    if to_regclass('prices.' || month_name) is not null then
        return month_name;
    end if;
    perform pg_advisory_xact_lock(1112098383, 1);
    if to_regclass('prices.' || month_name) is not null then
        return month_name;
    end if;
    -- Made beside the table and then attached: readers of other months go on meanwhile.
    execute format('create table prices.%I (like prices.price including all)', month_name);
    execute format('comment on table prices.%I is %L', month_name, 'intraday prices of a month; append-only');
    execute format('comment on index prices.%I is %L', month_name || '_pkey',
        'the last price of an instrument up to a moment');
    execute format('comment on index prices.%I is %L', month_name || '_segment_idx',
        'verification reads the prices of a segment; they lie together');
    execute format(
        'create trigger append_only before update or delete or truncate on prices.%I '
        'for each statement execute function bifrost.refuse_change()', month_name);
    execute format('alter table prices.%I enable always trigger append_only', month_name);
    execute format('revoke update, delete, truncate, references, trigger on prices.%I from bifrost_owner', month_name);
    execute format('grant select, insert on prices.%I to bifrost_writer', month_name);
    execute format('grant select on prices.%I to bifrost_reader', month_name);
    execute format('alter table prices.price attach partition prices.%I for values from (%s) to (%s)',
        month_name, range_min, range_max);
    return month_name;
end
$$;
comment on function prices.add_month is 'makes the partition for the month of a moment, once';
grant execute on function prices.add_month to bifrost_writer;
