-- fragment: asked_for
(%(since)s::timestamptz is null or captured_at >= %(since)s)
and (%(until)s::timestamptz is null or captured_at < %(until)s)
and (%(camera_id)s::text is null or camera_id = %(camera_id)s)

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
