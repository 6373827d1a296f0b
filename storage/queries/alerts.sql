-- name: latest
select
    alert.alert_number,
    alert.payload,
    exists (select from outbox where outbox.alert_id = alert.alert_id)
    and not exists (select from outbox where outbox.alert_id = alert.alert_id and outbox.sent_at is null)
    and letter.reason is null as published,
    letter.reason,
    cancel.reason
from alerts as alert
left join lateral (
    select string_agg(dead_letters.reason, '; ' order by dead_letters.outbox_id) as reason
    from dead_letters
    where dead_letters.alert_id = alert.alert_id
) as letter on true
left join lateral (
    select taken_back.payload ->> 'reason' as reason
    from alerts as taken_back
    where
        alert.alert_type = 'alert'
        and alert.status = 'closed'
        and taken_back.hit_id = alert.hit_id
        and taken_back.alert_type = 'cancel'
    limit 1
) as cancel on true
where
    alert.alert_number > %(after)s
    and (%(tier)s::text is null or alert.tier = %(tier)s)
order by alert.alert_number desc
limit %(limit)s

-- name: following
select
    alert.alert_number,
    alert.payload,
    exists (select from outbox where outbox.alert_id = alert.alert_id)
    and not exists (select from outbox where outbox.alert_id = alert.alert_id and outbox.sent_at is null)
    and letter.reason is null as published,
    letter.reason,
    cancel.reason
from alerts as alert
left join lateral (
    select string_agg(dead_letters.reason, '; ' order by dead_letters.outbox_id) as reason
    from dead_letters
    where dead_letters.alert_id = alert.alert_id
) as letter on true
left join lateral (
    select taken_back.payload ->> 'reason' as reason
    from alerts as taken_back
    where
        alert.alert_type = 'alert'
        and alert.status = 'closed'
        and taken_back.hit_id = alert.hit_id
        and taken_back.alert_type = 'cancel'
    limit 1
) as cancel on true
where alert.alert_number > %(after)s
order by alert.alert_number
limit %(limit)s
