-- migrate:up

-- One row per vehicle pass, partitioned by the UTC day of capture, so that retention drops whole days.
-- Plates are compared byte by byte: COLLATE "C" lets LIKE 'AB1%' use an ordinary index under every server locale.
create table reads (
    read_id uuid not null,
    captured_at timestamptz not null,
    first_seen timestamptz not null,
    last_seen timestamptz not null,
    camera_id text not null,
    agency_id text not null,
    plate text collate "C" not null,
    canonical text collate "C" not null,
    confidence double precision not null,
    characters jsonb not null,
    jurisdiction text,
    jurisdiction_confidence double precision,
    latitude double precision,
    longitude double precision,
    heading double precision,
    frame_count integer not null,
    track_number integer not null,
    box double precision[],
    plate_image_key text,
    context_image_key text,
    vehicle jsonb,
    source_name text not null,
    source_version text not null,
    stored_at timestamptz not null default now(),
    primary key (captured_at, read_id)
) partition by range (captured_at);

create index reads_by_id on reads (read_id);
create index reads_by_plate on reads (canonical, captured_at desc);
create index reads_by_camera on reads (camera_id, captured_at desc);

-- Every plate once, for patterns: the trigram index on it is a tenth of one on the reads.
create table plate_dictionary (
    canonical text collate "C" primary key,
    last_captured date not null
);
create index plate_dictionary_by_age on plate_dictionary (last_captured);

-- Managed servers may not offer the extension or not to us; patterns then scan the dictionary, slower but right.
-- fastupdate=off: a list of pending index entries makes patterns slow between two vacuums.
do $$
begin
    if exists (select from pg_available_extensions where name = 'pg_trgm') then
        create extension if not exists pg_trgm;
        create index plate_dictionary_by_trigram on plate_dictionary
            using gin (canonical gin_trgm_ops) with (fastupdate = off);
    end if;
exception
    when insufficient_privilege then
        raise notice 'pg_trgm is not installed: patterns will scan the plate dictionary';
end
$$;

-- Makes the partition of one UTC day when it is missing; two writers may meet the same new day.
create function ensure_reads_partition(day date) returns void language plpgsql as $$
declare
    partition_name text := format('reads_%s', to_char(day, 'YYYYMMDD'));
begin
    if to_regclass(partition_name) is not null then
        return;
    end if;
    -- The lock that attaching takes anyway; readers and writers go on. A lock on a table, unlike an advisory one, also
    -- shows us the tables that others have made meanwhile.
    lock table reads in share update exclusive mode;
    if to_regclass(partition_name) is not null then
        return;
    end if;
    -- Made apart and attached: creating it in place would lock out every reader of reads.
    execute format('create table %I (like reads including all)', partition_name);
    execute format(
        'alter table reads attach partition %I for values from (%L) to (%L)',
        partition_name,
        day::timestamp at time zone 'UTC',
        (day + 1)::timestamp at time zone 'UTC'
    );
end
$$;

-- Drops the partition of one UTC day, with its reads. Waits for readers only for so long: behind a waiting one, all
-- others would wait too.
create function drop_reads_partition(day date) returns void language plpgsql as $$
begin
    perform set_config('lock_timeout', '10s', true);
    execute format('drop table if exists %I', format('reads_%s', to_char(day, 'YYYYMMDD')));
end
$$;

-- migrate:down
drop function drop_reads_partition(date);
drop function ensure_reads_partition(date);
drop table plate_dictionary;
drop table reads;
