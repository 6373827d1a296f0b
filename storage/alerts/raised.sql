-- fragment: published
exists (select from outbox where outbox.alert_id = shown.alert_id and agreement_id is null)
    and not exists (
        select from outbox where outbox.alert_id = shown.alert_id and agreement_id is null and outbox.sent_at is null
    )
    and letter.reason is null

-- fragment: letter_and_cancel
left join lateral (
    select string_agg(dead_letters.reason, '; ' order by dead_letters.outbox_id) as reason
    from dead_letters
    where dead_letters.alert_id = shown.alert_id
) as letter on true
left join lateral (
    select taken_back.payload ->> 'reason' as reason
    from alerts as taken_back
    where
        alert.alert_type = 'alert'
        and alert.status = 'closed'
        and taken_back.hit_id = alert.hit_id
        and taken_back.alert_type = 'cancel'
        and taken_back.payload ->> 'cancels' = alert.alert_id::text
    limit 1
) as cancel on true

-- name: latest
-- One row per alert: of one that was updated, the newest update stands for it.
select
    alert.alert_number,
    shown.payload,
    {published} as published,
    letter.reason,
    cancel.reason,
    shown.alert_number as last_number
from alerts as alert
cross join lateral (
    select newest.alert_number, newest.alert_id, newest.payload, newest.tier
    from (
        select alert.alert_number, alert.alert_id, alert.payload, alert.tier
        union all
        (
            select newer.alert_number, newer.alert_id, newer.payload, newer.tier
            from alerts as newer
            where newer.updates = alert.alert_id and newer.alert_number is not null
            order by newer.alert_number desc
            limit 1
        )
    ) as newest
    order by newest.alert_number desc
    limit 1
) as shown
{letter_and_cancel}
where
    alert.alert_number > %(after)s
    and alert.alert_type <> 'update'
    and (%(tier)s::text is null or shown.tier = %(tier)s)
order by alert.alert_number desc
limit %(limit)s

-- name: following
select
    alert.alert_number,
    alert.payload,
    {published} as published,
    letter.reason,
    cancel.reason,
    alert.alert_number as last_number
from alerts as alert
cross join lateral (select alert.alert_id) as shown
{letter_and_cancel}
where alert.alert_number > %(after)s
order by alert.alert_number
limit %(limit)s
