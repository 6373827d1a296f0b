-- name: standing
-- Whoever ends it waits for what is held meanwhile, and whoever comes after that sees that it ended.
select storm_number
from alert_storms
where ended_at is null and (kind = 'camera' and subject = %(camera)s or kind = 'entry' and subject = %(entry)s)
order by storm_number
limit 1
for share

-- fragment: since
-- An hour back, or from where alerts count anew since a person ended a storm.
greatest(
    %(moment)s::timestamptz - interval '1 hour',
    (
        select storm.counted_from
        from alert_storms as storm
        where storm.kind = %(kind)s::text and storm.subject = %(subject)s::text and storm.ended_at is not null
        order by storm.storm_number desc
        limit 1
    )
)

-- name: raised_by_camera
select count(*)
from (
    select
    from alerts
    where
        camera_id = %(subject)s
        and alert_type = 'alert'
        and captured_at > {since}
        and captured_at <= %(moment)s
    limit %(limit)s
) as raised

-- name: raised_by_entry
select count(*)
from (
    select
    from alerts
    where
        entry_id = (%(subject)s::text)::uuid
        and alert_type = 'alert'
        and captured_at > {since}
        and captured_at <= %(moment)s
    limit %(limit)s
) as raised

-- name: history_of_camera
-- Its alerts of the weeks before this hour without those of storms, over the hours since its first one; and how many
-- reads it has in an hour.
select
    (
        select count(*) / greatest(1.0, extract(epoch from %(moment)s::timestamptz - min(captured_at)) / 3600)
        from alerts
        where
            camera_id = %(subject)s
            and alert_type = 'alert'
            and status not in ('held', 'discarded')
            and captured_at > %(moment)s::timestamptz - interval '14 days'
            and captured_at <= %(moment)s::timestamptz - interval '1 hour'
    ),
    (select avg(reads) from camera_hours where camera_id = %(subject)s)

-- name: history_of_entry
select
    (
        select count(*) / greatest(1.0, extract(epoch from %(moment)s::timestamptz - min(captured_at)) / 3600)
        from alerts
        where
            entry_id = (%(subject)s::text)::uuid
            and alert_type = 'alert'
            and status not in ('held', 'discarded')
            and captured_at > %(moment)s::timestamptz - interval '14 days'
            and captured_at <= %(moment)s::timestamptz - interval '1 hour'
    ),
    null

-- name: begin
insert into alert_storms (kind, subject, expected, most)
values (%(kind)s, %(subject)s, %(expected)s, %(most)s)
on conflict (kind, subject) where ended_at is null do nothing

-- name: storms
-- Those that stand, with what they hold.
select
    storm.storm_number, storm.kind, storm.subject, storm.began_at, storm.expected, storm.most,
    count(held.alert_id) as held,
    min(alert.captured_at) as first_at,
    max(alert.captured_at) as last_at
from alert_storms as storm
left join held_messages as held on held.storm_number = storm.storm_number
left join alerts as alert on alert.alert_id = held.alert_id
where storm.ended_at is null
group by storm.storm_number
order by storm.storm_number

-- name: held_alerts
select alert.payload
from held_messages as held
inner join alerts as alert on alert.alert_id = held.alert_id
where held.storm_number = %(storm)s
order by held.held_number desc
limit %(limit)s

-- name: held_keys
select distinct key from held_messages where storm_number = %(storm)s

-- name: end
update alert_storms
set
    ended_at = clock_timestamp(),
    ended_by = %(by)s,
    ended_how = %(how)s,
    counted_from = (
        select max(alert.captured_at)
        from held_messages as held
        inner join alerts as alert on alert.alert_id = held.alert_id
        where held.storm_number = %(storm)s
    )
where storm_number = %(storm)s and ended_at is null

-- name: release_messages
insert into outbox (alert_id, topic, key, headers, payload)
select alert_id, topic, key, headers, payload
from held_messages
where storm_number = %(storm)s
order by held_number
on conflict (alert_id, topic) do nothing

-- name: set_status
update alerts
set status = %(status)s
where status = 'held' and alert_id in (select alert_id from held_messages where storm_number = %(storm)s)

-- name: forget
delete from held_messages where storm_number = %(storm)s
