-- name: stored_hits
select hit.hit_id, hit.outcome, exists (select from alerts where alerts.hit_id = hit.hit_id)
from hits as hit
where hit.hit_id = any(%(hit_ids)s)

-- name: open_alerts
select
    chain.alert_id,
    chain.hit_id,
    chain.entry_id,
    chain.camera_id,
    chain.latitude,
    chain.longitude,
    chain.opened_at,
    chain.tier,
    chain.score,
    chain.confidence,
    chain.has_picture,
    chain.has_second_reading,
    chain.plates,
    chain.suspected_cameras
from alert_chains as chain
inner join alerts as alert on alert.alert_id = chain.alert_id
where
    chain.entry_id = %(entry_id)s
    and chain.opened_at between %(since)s and %(until)s
    and alert.status = 'open'
order by chain.opened_at, chain.alert_id

-- name: sightings
-- The nearest in time on either side: a vehicle that is parked before a camera is read more often than one has to know.
-- Reads that this very transaction has stored, and settles later, do not count yet.
(
    select camera_id, latitude, longitude, captured_at, confidence, jurisdiction
    from reads
    where
        canonical = %(canonical)s
        and captured_at between %(since)s and %(moment)s
        and camera_id <> %(camera_id)s
        and latitude is not null
        and not (read_id = any(%(later)s) and stored_at = now())
    order by captured_at desc
    limit %(limit)s
)
union all
(
    select camera_id, latitude, longitude, captured_at, confidence, jurisdiction
    from reads
    where
        canonical = %(canonical)s
        and captured_at > %(moment)s
        and captured_at <= %(until)s
        and camera_id <> %(camera_id)s
        and latitude is not null
        and not (read_id = any(%(later)s) and stored_at = now())
    order by captured_at
    limit %(limit)s
)

-- name: insert_settled_hit
-- What was decided stays; a hit that nobody was to be notified of may become news when the gate is opened.
insert into hits (
    hit_id, read_id, captured_at, entry_id, hotlist_id, tier, score, explanation, characters, jurisdiction_agrees,
    edit_distance, list_as_of, list_age_seconds, second_reader_agrees, outcome, alert_id
) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (hit_id) do update
set outcome = excluded.outcome, alert_id = excluded.alert_id
where hits.outcome is null or hits.outcome = 'silent'

-- name: insert_update
-- Closed from the start, as a cancel is: whether its vehicle is still to be looked for is the first alert's to say.
insert into alerts (alert_id, hit_id, captured_at, tier, payload, status)
values (%(alert_id)s, %(hit_id)s, %(captured_at)s, %(tier)s, %(document)s, 'closed')
on conflict (alert_id) do nothing

-- name: insert_update_messages
-- Where the first alert went, its updates go.
insert into outbox (alert_id, topic, key, headers, payload)
select %(alert_id)s, topic, key, %(headers)s, %(payload)s
from outbox
where alert_id = %(updates)s
order by outbox_id
on conflict (alert_id, topic) do nothing

-- name: newest
select payload, captured_at
from alerts
where alert_id = %(alert_id)s or updates = %(alert_id)s
order by alert_number desc
limit 1

-- name: save_chain
insert into alert_chains (
    alert_id, hit_id, entry_id, camera_id, latitude, longitude, opened_at, tier, score, confidence, has_picture,
    has_second_reading, plates, suspected_cameras
) values (
    %(alert_id)s, %(hit_id)s, %(entry_id)s, %(camera_id)s, %(latitude)s, %(longitude)s, %(opened_at)s, %(tier)s,
    %(score)s, %(confidence)s, %(has_picture)s, %(has_second_reading)s, %(plates)s, %(suspected_cameras)s
)
on conflict (alert_id) do update
set
    tier = excluded.tier,
    score = excluded.score,
    confidence = excluded.confidence,
    has_picture = excluded.has_picture,
    has_second_reading = excluded.has_second_reading,
    plates = excluded.plates,
    suspected_cameras = excluded.suspected_cameras
