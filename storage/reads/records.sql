-- name: ensure_partition
select ensure_reads_partition(%(day)s)

-- name: make_incoming
create temporary table if not exists incoming_reads (like reads including defaults) on commit delete rows

-- name: copy_reads
copy incoming_reads (
    read_id, captured_at, first_seen, last_seen, camera_id, agency_id, plate, canonical, confidence, characters,
    jurisdiction, jurisdiction_confidence, latitude, longitude, heading, frame_count, track_number, box,
    plate_image_key, context_image_key, vehicle, source_name, source_version, second_reading
) from stdin

-- name: insert_reads
-- A read id counts once whatever the capture time says: a replay with a newer model may choose another best frame.
insert into reads
select distinct on (read_id) incoming.*
from incoming_reads as incoming
where not exists (select from reads as stored where stored.read_id = incoming.read_id)
order by read_id, captured_at
on conflict do nothing

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

-- name: insert_hit
insert into hits (
    hit_id, read_id, captured_at, entry_id, hotlist_id, tier, score, explanation, characters, jurisdiction_agrees,
    edit_distance, list_as_of, list_age_seconds, second_reader_agrees
) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (hit_id) do nothing

-- name: lock_alert_numbers
select pg_advisory_xact_lock(hashtext('platewatch.alert_numbers'))

-- name: insert_alert
insert into alerts (alert_id, hit_id, captured_at, tier, payload)
values (%(alert_id)s, %(hit_id)s, %(captured_at)s, %(tier)s, %(document)s)
on conflict (alert_id) do nothing

-- name: insert_message
insert into outbox (alert_id, topic, key, headers, payload)
values (%(alert_id)s, %(topic)s, %(key)s, %(headers)s, %(payload)s)
on conflict (alert_id, topic) do nothing

-- name: wake_relay
select pg_notify('platewatch_outbox', '')

-- name: finish_item
insert into finished_items (camera_id, name, fingerprint, captured_at)
values (%(camera_id)s, %(name)s, %(fingerprint)s, %(captured_at)s)
on conflict (camera_id, name) do update
set fingerprint = excluded.fingerprint, captured_at = excluded.captured_at, finished_at = clock_timestamp()

-- name: forget_reject
delete from source_rejects where camera_id = %(camera_id)s and name = %(name)s
