-- name: stale
-- The lateral join with its limit looks every alert's entry up by its key, however many lists and alerts there are.
select
    alert.alert_id,
    alert.payload,
    alert.confirmation,
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
order by alert.insert_number
