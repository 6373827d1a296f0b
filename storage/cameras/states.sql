-- name: load
select machine, camera_id, known_since, last_picture_at, last_read_at from camera_states order by camera_id

-- name: save
insert into camera_states (camera_id, machine, known_since, last_picture_at, last_read_at)
select *
from unnest(
    %(camera_ids)s::text[],
    array_fill(%(machine)s::text, array[cardinality(%(camera_ids)s::text[])]),
    %(known_since)s::timestamptz[],
    %(last_picture_at)s::timestamptz[],
    %(last_read_at)s::timestamptz[]
)
on conflict (camera_id) do update
set
    machine = excluded.machine,
    known_since = least(camera_states.known_since, excluded.known_since),
    last_picture_at = greatest(camera_states.last_picture_at, excluded.last_picture_at),
    last_read_at = greatest(camera_states.last_read_at, excluded.last_read_at)

-- name: quarantined
select camera_id, count(*) from source_rejects group by camera_id

-- name: add_hours
insert into camera_hours (camera_id, hour, reads)
select * from unnest(%(camera_ids)s::text[], %(hours)s::timestamptz[], %(reads)s::integer[])
on conflict (camera_id, hour) do update set reads = camera_hours.reads + excluded.reads

-- name: hours
select camera_id, hour, reads from camera_hours where hour >= %(since)s

-- name: end_hours
delete from camera_hours where hour < %(since)s

-- name: hours_between
select camera_id, hour, reads from camera_hours where hour >= %(since)s and hour < %(until)s
