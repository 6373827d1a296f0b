-- name: take
select
    message.outbox_id, message.alert_id, message.topic, message.key, message.headers, message.payload,
    message.created_at, coalesce(alert.captured_at, (message.release ->> 'captured_at')::timestamptz) as captured_at,
    (message.release ->> 'keep_days')::double precision as keep_days
from outbox as message
left join dispositions as said on said.disposition_id = message.alert_id
left join alerts as alert on alert.alert_id = coalesce(said.alert_id, message.alert_id)
where
    message.sent_at is null
    and (message.agreement_id is null or {stands})
    and message.outbox_id <> all(%(under_way)s::bigint[])
order by message.outbox_id
limit %(limit)s

-- name: mark_sent
-- What went to other agencies is written down with it, also what was closed in between: it is out.
-- Of a hotlist's edition the log has one row, when its first part is out: it says how many entries the whole edition gives.
-- Of reads the log has one row for many, which names none of them: which they were ends with the reads (shared_reads), and so do
-- their messages, at once.
with shared as materialized (
    select outbox_id, alert_id, key, agreement_id, release
    from outbox
    where outbox_id = any(%(ids)s) and agreement_id is not null
),

given as (
    insert into disseminations (outcome, kind, agreement_id, version, members, item_id, plate, terms, why, results)
    select
        'given', release ->> 'kind', agreement_id, (release ->> 'version')::integer, release -> 'members', alert_id,
        case when release ->> 'kind' <> 'list' then key end, release -> 'terms', release ->> 'why',
        (release ->> 'results')::integer
    from shared
    where release ->> 'kind' <> 'read' and (release ->> 'kind' <> 'list' or (release ->> 'is_first')::boolean)
    on conflict (item_id, agreement_id, outcome) where item_id is not null do nothing
),

given_reads as (
    insert into disseminations (outcome, kind, agreement_id, version, members, terms, why, results)
    select
        'given', 'reads', agreement_id, (release ->> 'version')::integer, release -> 'members',
        release -> 'terms' || jsonb_build_object(
            'from', min(release ->> 'captured_at'), 'until', max(release ->> 'captured_at')
        ),
        release ->> 'why',
        count(*)
    from shared
    where release ->> 'kind' = 'read'
    group by agreement_id, release ->> 'version', release -> 'members', release -> 'terms', release ->> 'why'
    returning dissemination_id, agreement_id, version
),

named as (
    insert into shared_reads (read_id, agreement_id, revision, captured_at, dissemination_id)
    select
        (release ->> 'read_id')::uuid, agreement_id, (release ->> 'revision')::integer,
        (release ->> 'captured_at')::timestamptz, dissemination_id
    from shared
    inner join given_reads using (agreement_id)
    where release ->> 'kind' = 'read' and version = (release ->> 'version')::integer
    on conflict do nothing
),

gone as (
    delete from outbox where outbox_id in (select outbox_id from shared where release ->> 'kind' in ('read', 'list'))
)

update outbox
set sent_at = clock_timestamp(), payload = ''
where
    outbox_id = any(%(ids)s)
    and sent_at is null
    and (agreement_id is null or release ->> 'kind' not in ('read', 'list'))

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
