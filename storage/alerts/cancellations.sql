-- name: stale
-- The lateral join with its limit looks every alert's entry up by its key, however many lists and alerts there are.
select
    alert.alert_id,
    alert.payload,
    alert.listed_plate,
    alert.listed_jurisdiction,
    entry.plate,
    entry.jurisdiction,
    entry.valid_until,
    withdrawal.withdrawn_at,
    withdrawal.withdrawn_by,
    withdrawal.reason,
    case
        when entry.plate is null then (
            select max(retired.retired_at)
            from hotlist_entries as retired
            where retired.hotlist_id = alert.hotlist_id and retired.entry_id = alert.entry_id
        )
    end,
    exists (
        select from hotlists as list where list.hotlist_id = alert.hotlist_id and list.active_version is not null
    )
from alerts as alert
left join lateral (
    select active.plate, active.jurisdiction, active.valid_until
    from hotlist_entries as active
    where
        active.hotlist_id = alert.hotlist_id
        and active.entry_id = alert.entry_id
        and active.last_version is null
        and not exists (select from hotlist_withdrawals as gone where gone.entry_id = active.entry_id)
    limit 1
) as entry on true
left join hotlist_withdrawals as withdrawal on withdrawal.entry_id = alert.entry_id
where
    alert.status = 'open'
    and alert.alert_type = 'alert'
    and alert.entry_id is not null
    and alert.created_at > %(since)s
    and (
        entry.plate is null
        or entry.valid_until <= %(now)s
        or entry.plate <> alert.listed_plate
        or entry.jurisdiction is distinct from alert.listed_jurisdiction
    )
order by alert.alert_number

-- name: lock_alert_numbers
-- As where alerts are written: until commit, so that numbers become visible in their order.
select pg_advisory_xact_lock(hashtext('platewatch.alert_numbers'))

-- name: close_alert
update alerts set status = 'closed' where alert_id = %(alert_id)s and status = 'open'

-- name: insert_cancel
insert into alerts (alert_id, hit_id, captured_at, tier, payload, status)
select %(cancel_id)s, hit_id, captured_at, tier, %(document)s, 'closed'
from alerts
where alert_id = %(alert_id)s
on conflict (alert_id) do nothing

-- name: insert_messages
-- Where the alert went, its cancel goes, and nowhere else.
insert into outbox (alert_id, topic, key, headers, payload)
select %(cancel_id)s, topic, key, %(headers)s, %(payload)s
from outbox
where alert_id = %(alert_id)s
order by outbox_id
on conflict (alert_id, topic) do nothing

-- name: wake_relay
select pg_notify('platewatch_outbox', '')
