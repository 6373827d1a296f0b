-- name: ensure_partition
select ensure_reads_partition(%(day)s)

-- name: make_incoming
create temporary table if not exists incoming_reads (like reads including defaults) on commit delete rows

-- name: copy_reads
copy incoming_reads (
    read_id, captured_at, first_seen, last_seen, camera_id, agency_id, plate, canonical, confidence, characters,
    jurisdiction, jurisdiction_confidence, latitude, longitude, heading, frame_count, track_number, box,
    plate_image_key, context_image_key, vehicle, source_name, source_version, second_reading, claimed_at,
    revision, is_final, confidence_is_known, dated_by, source_time, arrived_at, lane, direction, speed, vendor, pass_id,
    vendor_hit, is_retransmission, payload, fix_age, camera_speed
) from stdin

-- name: insert_reads
-- A read id counts once whatever the capture time says: a replay with a newer model may choose another best frame. Of
-- several revisions the newest.
insert into reads
select distinct on (read_id) incoming.*
from incoming_reads as incoming
where not exists (select from reads as stored where stored.read_id = incoming.read_id)
order by read_id, is_final desc, revision desc, captured_at
on conflict do nothing
returning read_id

-- name: note_plates
insert into plate_dictionary (canonical, last_captured)
select canonical, max((captured_at at time zone 'UTC')::date)
from incoming_reads
where canonical <> ''
group by canonical
order by canonical
on conflict (canonical) do update
set last_captured = excluded.last_captured
where plate_dictionary.last_captured < excluded.last_captured
