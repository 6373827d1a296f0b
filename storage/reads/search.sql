-- fragment: asked_for
(%(since)s::timestamptz is null or captured_at >= %(since)s)
and (%(until)s::timestamptz is null or captured_at < %(until)s)
and (%(camera_id)s::text is null or camera_id = %(camera_id)s)
and (%(vendor)s::text is null or lower(coalesce(vendor, source_name)) = %(vendor)s)
and (%(speed_over)s::double precision is null or speed > %(speed_over)s)
and (%(speed_under)s::double precision is null or speed < %(speed_under)s)
and (%(lane)s::text is null or regexp_replace(lower(lane), '^lane\s+', '') = %(lane)s)
and (%(directions)s::text[] is null or lower(direction) = any(%(directions)s))
and (
    %(make)s::text is null
    or exists (
        select
        from (select upper(regexp_replace(vehicle ->> 'make', '[^A-Za-z]', '', 'g')) as code) as seen
        where
            seen.code = any(%(make_codes)s::text[])
            or (
                length(seen.code) > 1
                and (starts_with(seen.code, %(make)s) or starts_with(%(make)s, seen.code))
                and seen.code <> all(%(other_makes)s::text[])
            )
    )
)
and (
    %(model)s::text is null
    or strpos(regexp_replace(lower(vehicle ->> 'model'), '[^a-z0-9]', '', 'g'), %(model)s) > 0
)
and (
    %(colors)s::text[] is null
    or regexp_split_to_array(lower(vehicle ->> 'color'), '[^a-z]+') && %(colors)s
)
and (
    %(vehicle_class)s::text[] is null
    or regexp_split_to_array(
        lower(concat_ws(' ', vehicle ->> 'vehicle_class', vehicle ->> 'style')), '[^a-z0-9]+'
    ) @> %(vehicle_class)s
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
