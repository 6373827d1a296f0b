-- fragment: alert
-- Pictures are asked for by themselves: they are most of what an alert weighs.
alert.alert_id,
alert.alert_number,
alert.hit_id,
alert.captured_at,
alert.payload - 'plate_picture' as payload,
newest.payload - 'plate_picture' as newest,
alert.status <> 'open' as is_canceled,
(
    select taken_back.payload ->> 'reason'
    from alerts as taken_back
    where
        taken_back.hit_id = alert.hit_id
        and taken_back.alert_type = 'cancel'
        and taken_back.payload ->> 'cancels' = alert.alert_id::text
    limit 1
) as canceled,
newest.payload ->> 'plate_picture' is not null as has_picture

-- fragment: alerts
inner join alerts as alert
    on
        alert.alert_id = change.alert_id
        and alert.alert_number is not null
        and alert.payload ->> 'agency_id' = %(agency_id)s
cross join lateral (
    select candidate.payload
    from (
        (
            select alert.insert_number, alert.payload
        )
        union all
        (
            select newer.insert_number, newer.payload
            from alerts as newer
            where newer.updates = alert.alert_id and newer.alert_number is not null
            order by newer.insert_number desc
            limit 1
        )
    ) as candidate
    order by candidate.insert_number desc
    limit 1
) as newest

-- name: newest_number
select coalesce(max(change_number), 0) from alert_changes

-- name: last_after
-- The last of the changes that are taken at once.
select max(change_number)
from (
    select change_number
    from alert_changes
    where change_number > %(after)s
    order by change_number
    limit %(limit)s
) as taken

-- name: between
-- Of an alert that changed several times there is one row: what stands is asked for anew, not what stood in between.
select change.change_number, {alert}
from (
    select alert_id, max(change_number) as change_number
    from alert_changes
    where change_number > %(after)s and change_number <= %(until)s
    group by alert_id
) as change
{alerts}
order by change.change_number

-- name: since
select change.change_number, {alert}
from (
    select alert_id, max(change_number) as change_number
    from alert_changes
    where changed_at > %(since)s and change_number is not null
    group by alert_id
    order by change_number desc
    limit %(limit)s
) as change
{alerts}
order by change.change_number

-- name: picture
-- By the alert's own id, and for its own agency alone.
select
    newest.payload -> 'read' ->> 'read_id' as read_id,
    newest.payload -> 'read' ->> 'plate_image_key' as plate_key,
    newest.payload -> 'read' ->> 'context_image_key' as context_key,
    newest.payload ->> 'plate_picture' as embedded,
    alert.alert_number
from (select %(alert_id)s::uuid as alert_id) as change
{alerts}

-- name: page
-- By their numbers, the newest first. A change's number is not needed, and costs a look at each.
select 0::bigint as change_number, {alert}
from (
    select listed.alert_id
    from alerts as listed
    where
        listed.alert_number < %(before)s
        and listed.alert_type = 'alert'
        and listed.payload ->> 'agency_id' = %(agency_id)s
    order by listed.alert_number desc
    limit %(limit)s
) as change
{alerts}
order by alert.alert_number desc
