-- fragment: asked_for
(%(since)s::timestamptz is null or captured_at >= %(since)s)
and (%(until)s::timestamptz is null or captured_at < %(until)s)
and (%(camera_id)s::text is null or camera_id = %(camera_id)s)
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
