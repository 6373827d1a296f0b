-- name: take
select
    message.outbox_id, message.alert_id, message.topic, message.key, message.headers, message.payload,
    message.created_at, alert.captured_at, (message.release ->> 'keep_days')::double precision as keep_days
from outbox as message
left join dispositions as said on said.disposition_id = message.alert_id
left join alerts as alert on alert.alert_id = coalesce(said.alert_id, message.alert_id)
where message.sent_at is null and (message.agreement_id is null or {stands})
order by message.outbox_id
limit %(limit)s

-- name: mark_sent
-- What went to other agencies is written down with it, also what was closed in between: it is out.
with given as (
    insert into disseminations (outcome, kind, agreement_id, version, members, item_id, plate, terms, why)
    select
        'given', release ->> 'kind', agreement_id, (release ->> 'version')::integer, release -> 'members', alert_id, key,
        release -> 'terms', release ->> 'why'
    from outbox
    where outbox_id = any(%(ids)s) and agreement_id is not null
    on conflict (item_id, agreement_id, outcome) where item_id is not null do nothing
)

update outbox set sent_at = clock_timestamp(), payload = '' where outbox_id = any(%(ids)s) and sent_at is null

-- name: copy_dead_letter
insert into dead_letters (outbox_id, alert_id, topic, key, headers, payload, created_at, reason)
select outbox_id, alert_id, topic, key, headers, payload, created_at, %(reason)s
from outbox
where outbox_id = %(outbox_id)s and sent_at is null

-- name: close_dead_letter
-- The row stays with a time, so that a replay of the read does not bring the message back.
update outbox set sent_at = clock_timestamp(), payload = '' where outbox_id = %(outbox_id)s

-- name: restore_dead_letters
-- In their order, so that those of one plate go out as they were written.
update outbox
set payload = letter.payload, sent_at = null
from dead_letters as letter
where
    outbox.outbox_id = letter.outbox_id
    and (%(outbox_id)s::bigint is null or letter.outbox_id = %(outbox_id)s)

-- name: forget_dead_letters
delete from dead_letters
where
    (%(outbox_id)s::bigint is null or outbox_id = %(outbox_id)s)
    and exists (select from outbox where outbox.outbox_id = dead_letters.outbox_id and outbox.sent_at is null)

-- name: pending
select count(*) from outbox where sent_at is null

-- name: backlog
select
    (select count(*) from outbox where sent_at is null),
    (select min(created_at) from outbox where sent_at is null),
    (select count(*) from dead_letters)

-- name: dead_letters
select outbox_id, alert_id, topic, key, headers, payload, created_at, reason, failed_at
from dead_letters
order by outbox_id
