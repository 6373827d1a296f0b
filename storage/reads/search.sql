-- fragment: asked_for
(%(since)s::timestamptz is null or captured_at >= %(since)s)
and (%(until)s::timestamptz is null or captured_at < %(until)s)
and (%(after_at)s::timestamptz is null or captured_at <= %(after_at)s)
and (%(after_at)s::timestamptz is null or captured_at < %(after_at)s or read_id > %(after_id)s)
and (
    %(begins)s::timestamptz[] is null
    or exists (
        select from unnest(%(begins)s::timestamptz[], %(ends)s::timestamptz[]) as span (begins_at, ends_at)
        where captured_at >= begins_at and captured_at < ends_at
    )
)
and (%(cameras)s::text[] is null or camera_id = any(%(cameras)s))
and (%(state)s::text is null or upper(jurisdiction) = %(state)s)
and (%(least_confidence)s::double precision is null or confidence >= %(least_confidence)s)
and (%(text)s::text is null or plate ~ %(text)s)
and (%(south)s::double precision is null or latitude between %(south)s and %(north)s)
and (%(west)s::double precision is null or longitude between %(west)s and %(east)s)
and (%(corners)s::text is null or point(longitude, latitude) <@ %(corners)s::polygon)
-- The great circle's angle, by the haversine.
and (
    %(radius)s::double precision is null
    or 2 * asin(least(1, sqrt(
        sin(radians(latitude - %(center_latitude)s) / 2) ^ 2
        + cos(radians(%(center_latitude)s)) * cos(radians(latitude))
        * sin(radians(longitude - %(center_longitude)s) / 2) ^ 2
    ))) <= %(radius)s
)
and (%(vendor)s::text is null or lower(coalesce(vendor, source_name)) = %(vendor)s)
and (%(speed_over)s::double precision is null or speed > %(speed_over)s)
and (%(speed_under)s::double precision is null or speed < %(speed_under)s)
and (%(lanes)s::text[] is null or lower(lane) = any(%(lanes)s))
and (%(directions)s::text[] is null or lower(direction) = any(%(directions)s))
-- Anchored expressions of few letters: a search without a plate asks this of millions, and translate takes ten times as
-- long.
and (%(make)s::text is null or (vehicle ->> 'make') collate "C" ~* %(make)s)
and (%(model)s::text is null or (vehicle ->> 'model') collate "C" ~* %(model)s)
and (%(color)s::text is null or (vehicle ->> 'color') collate "C" ~* %(color)s)
and (
    %(vehicle_class)s::text[] is null
    or concat_ws(' ', vehicle ->> 'vehicle_class', vehicle ->> 'style') collate "C" ~* all(%(vehicle_class)s)
)

-- name: plates
select canonical from plate_dictionary where canonical like %(like)s limit %(limit)s

-- name: reads_of_plates
-- The plates come as a list from a statement of their own: joined in, the planner walks all reads by time.
select *
from reads
where
    canonical = any(%(plates)s)
    and {asked_for}
order by captured_at desc, read_id
limit %(limit)s

-- name: reads_by_pattern
-- For a pattern that so many plates fit that the newest reads hold enough of them.
select *
from reads
where
    canonical like %(like)s
    and {asked_for}
order by captured_at desc, read_id
limit %(limit)s

-- name: reads_between
-- Without a plate: both times are given, and the rest is looked for from the newest read on.
select *
from reads
where
    captured_at >= %(since)s
    and captured_at < %(until)s
    and {asked_for}
order by captured_at desc, read_id
limit %(limit)s

-- name: makes_between
-- Every make that a time has, each once: from one to the next in the index, which has them in order.
with recursive known (make, place) as (
    (
        select vehicle ->> 'make', 1
        from reads
        where captured_at >= %(since)s and captured_at < %(until)s and vehicle ->> 'make' is not null
        order by 1
        limit 1
    )
    union all
    select
        (
            select later.vehicle ->> 'make'
            from reads as later
            where
                later.captured_at >= %(since)s
                and later.captured_at < %(until)s
                and later.vehicle ->> 'make' > known.make
            order by 1
            limit 1
        ),
        known.place + 1
    from known
    where known.make is not null and known.place < %(limit)s
)

select make, make collate "C" ~* %(make)s from known where make is not null

-- name: count_of_makes
-- How many reads a time has of some makes, counted to a limit.
select count(*)
from (
    select
    from reads
    where captured_at >= %(since)s and captured_at < %(until)s and vehicle ->> 'make' = any(%(makes)s)
    limit %(limit)s
) as counted

-- name: reads_of_makes
-- As reads_between, of makes that few reads are of: taken by their index, whatever is estimated of the rest.
with few as materialized (
    select *
    from reads
    where captured_at >= %(since)s and captured_at < %(until)s and vehicle ->> 'make' = any(%(makes)s)
)

select *
from few
where {asked_for}
order by captured_at desc, read_id
limit %(limit)s

-- name: corrected_ids
-- Reads on which a person saw another plate: the newest correction counts. Apart from the next one, since there are few:
-- mostly none, and then nothing else has to be planned.
select correction.read_id
from (
    select distinct on (kept.read_id) kept.read_id, kept.canonical as seen
    from read_corrections as kept
    where kept.read_id in (select one.read_id from read_corrections as one where one.canonical like %(like)s)
    order by kept.read_id, kept.correction_id desc
) as correction
where correction.seen like %(like)s

-- name: corrected_reads
select *
from reads
where
    read_id = any(%(read_ids)s)
    and {asked_for}
order by captured_at desc, read_id
limit %(limit)s

-- name: corrections
select distinct on (read_id) read_id, plate, jurisdiction, reason, corrected_by, corrected_at
from read_corrections
where read_id = any(%(read_ids)s)
order by read_id, correction_id desc

-- name: look_alike_plates
-- Plates that were read and that a reader may take for another one: by their spelling, or by one character more, less or
-- other (patterns). Two statements in one: a trigram index answers the patterns, the plates' own index the spellings.
select canonical from plate_dictionary where canonical = any(%(spellings)s)
union
select canonical from plate_dictionary where canonical like any(%(patterns)s)
limit %(limit)s

-- name: reads_searched
-- About how many reads a time holds: what the server knows of each day, and as much of a day as is asked of it.
with day as materialized (
    select part.reltuples as reads, right(part.relname, 8) as name
    from pg_inherits
    inner join pg_class as part on part.oid = pg_inherits.inhrelid
    where pg_inherits.inhparent = 'reads'::regclass
),

dated as materialized (
    select
        reads,
        to_date(name, 'YYYYMMDD')::timestamp at time zone 'UTC' as begins_at,
        (to_date(name, 'YYYYMMDD') + 1)::timestamp at time zone 'UTC' as ends_at
    from day
)

select coalesce(sum(
    greatest(reads, 0)
    * extract(epoch from least(ends_at, %(until)s::timestamptz) - greatest(begins_at, %(since)s::timestamptz))
    / 86400
), 0)::double precision
from dated
where ends_at > %(since)s and begins_at < %(until)s

-- name: uncounted_days
-- Whether a day has reads that the server has not counted yet.
select count(*)
from pg_inherits
inner join pg_class as part on part.oid = pg_inherits.inhrelid
where pg_inherits.inhparent = 'reads'::regclass and part.reltuples < 0

-- name: count_reads
select count(*) from reads where captured_at >= %(since)s and captured_at < %(until)s

-- name: limit_time
-- Until the end of the transaction.
select set_config('statement_timeout', %(milliseconds)s::text, true)
