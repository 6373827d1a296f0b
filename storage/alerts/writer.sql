-- name: lock_plates
-- In one order, so that two writers never hold what the other waits for.
select pg_advisory_xact_lock(keys.number)
from (
    select distinct hashtextextended(plate, 0) as number
    from unnest(%(plates)s::text[]) as plate
    order by number
) as keys

-- name: insert_hit
-- What was decided stays; a hit that nobody was to be notified of may become news when the gate is opened.
insert into hits (
    hit_id, read_id, captured_at, entry_id, hotlist_id, tier, score, explanation, characters, jurisdiction_agrees,
    edit_distance, list_as_of, list_age_seconds, second_reader_agrees, outcome, alert_id, historical
) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (hit_id) do update
set outcome = excluded.outcome, alert_id = excluded.alert_id
where hits.outcome is null or hits.outcome = 'silent'

-- name: revise_hit
-- What a newer revision of the read says takes the place of what an earlier one said.
insert into hits (
    hit_id, read_id, captured_at, entry_id, hotlist_id, tier, score, explanation, characters, jurisdiction_agrees,
    edit_distance, list_as_of, list_age_seconds, second_reader_agrees, outcome, alert_id, historical
) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (hit_id) do update
set
    captured_at = excluded.captured_at,
    hotlist_id = excluded.hotlist_id,
    tier = excluded.tier,
    score = excluded.score,
    explanation = excluded.explanation,
    characters = excluded.characters,
    jurisdiction_agrees = excluded.jurisdiction_agrees,
    edit_distance = excluded.edit_distance,
    list_as_of = excluded.list_as_of,
    list_age_seconds = excluded.list_age_seconds,
    second_reader_agrees = excluded.second_reader_agrees,
    outcome = excluded.outcome,
    alert_id = excluded.alert_id

-- name: take_back_hits
update hits set outcome = 'revised' where hit_id = any(%(hit_ids)s)

-- name: insert_alert
insert into alerts (alert_id, hit_id, captured_at, tier, payload, status)
values (%(alert_id)s, %(hit_id)s, %(captured_at)s, %(tier)s, %(document)s, %(status)s)
on conflict (alert_id) do nothing
returning true

-- name: is_withheld
select status in ('held', 'discarded') from alerts where alert_id = %(alert_id)s

-- name: hold
insert into held_messages (alert_id, storm_number, topic, key, headers, payload)
values (%(message_id)s, %(storm)s, %(topic)s, %(key)s, %(headers)s, %(payload)s)
on conflict (alert_id, topic) do nothing

-- name: close_alert
update alerts set status = 'closed' where alert_id = %(alert_id)s and status = 'open'

-- name: insert_cancel
insert into alerts (alert_id, hit_id, captured_at, tier, payload, status)
select %(message_id)s, hit_id, captured_at, tier, %(document)s, 'closed'
from alerts
where alert_id = %(alert_id)s
on conflict (alert_id) do nothing

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

-- name: insert_message
insert into outbox (alert_id, topic, key, headers, payload)
values (%(message_id)s, %(topic)s, %(key)s, %(headers)s, %(payload)s)
on conflict (alert_id, topic) do nothing

-- name: insert_messages_after
-- Where the first alert went, what follows it goes, and nowhere else; with its key, so that their order is kept. What goes
-- to other agencies passes their agreements' gates first.
insert into outbox (alert_id, topic, key, headers, payload)
select %(message_id)s, topic, key, %(headers)s, %(payload)s
from outbox
where alert_id = %(first)s and agreement_id is null
order by outbox_id
on conflict (alert_id, topic) do nothing
