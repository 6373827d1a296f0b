-- fragment: layout
-- Of the list as it is now; without one it is not known.
left join hotlists as list on list.hotlist_id = alert.payload -> 'hotlist' ->> 'hotlist_id'
left join lateral (
    select version.source
    from hotlist_versions as version
    where version.hotlist_id = list.hotlist_id and version.version_id = list.active_version
) as layout on true

-- name: find
select alert.alert_number, alert.alert_id, alert.payload, layout.source as layout
from alerts as alert
{layout}
where alert.alert_id = %(alert_id)s

-- name: lock_progress
select alert_number from sharing_progress for update

-- name: newest
select coalesce(max(alert_number), 0) from alerts

-- name: after
select alert.alert_number, alert.alert_id, alert.payload, layout.source as layout
from alerts as alert
{layout}
where alert.alert_number > %(after)s
order by alert.alert_number
limit %(limit)s

-- name: advance
update sharing_progress set alert_number = %(alert_number)s

-- name: insert_message
insert into outbox (alert_id, topic, key, headers, payload, agreement_id, release)
values (%(alert_id)s, %(topic)s, %(key)s, %(headers)s, %(payload)s, %(agreement_id)s, %(release)s)
on conflict (alert_id, topic) do nothing

-- name: was_released
-- To whom an alert went, or is about to: what takes it back goes there, too.
select agreement_id from outbox
where alert_id = %(alert_id)s and agreement_id is not null and release ->> 'withheld' is null

-- name: stale
select message.outbox_id, message.agreement_id, alert.alert_number, alert.alert_id, alert.payload, layout.source as layout
from outbox as message
left join alerts as alert on alert.alert_id = message.alert_id
{layout}
where
    message.agreement_id is not null
    and message.sent_at is null
    and message.release ->> 'kind' not in ('read', 'list')
    and not {stands}
order by message.outbox_id
limit %(limit)s
for update of message skip locked

-- name: renew
update outbox set headers = %(headers)s, payload = %(payload)s, release = %(release)s where outbox_id = %(outbox_id)s

-- name: withhold
-- The row stays with a time, so that a replay does not bring the message back.
with withheld as (
    update outbox
    set sent_at = clock_timestamp(), payload = '', release = release || jsonb_build_object('withheld', %(why)s::text)
    where outbox_id = any(%(ids)s) and sent_at is null
    returning alert_id, agreement_id, key, release
)

insert into disseminations (outcome, kind, agreement_id, version, members, item_id, plate, terms, why, results)
select
    'withheld', release ->> 'kind', agreement_id, (release ->> 'version')::integer, release -> 'members', alert_id, key,
    release -> 'terms', %(why)s, null::integer
from withheld
where release ->> 'kind' not in ('read', 'list')
union all
select
    'withheld', case release ->> 'kind' when 'read' then 'reads' else 'list' end, agreement_id,
    (release ->> 'version')::integer, release -> 'members', null, null, release -> 'terms', %(why)s,
    sum(coalesce((release ->> 'count')::integer, 1))::integer
from withheld
where release ->> 'kind' in ('read', 'list')
group by agreement_id, release ->> 'kind', release ->> 'version', release -> 'members', release -> 'terms'
on conflict (item_id, agreement_id, outcome) where item_id is not null do nothing

-- name: unsent_of
select outbox_id from outbox where agreement_id = %(agreement_id)s and sent_at is null for update

-- name: note_query
insert into disseminations (
    outcome, kind, agreement_id, version, members, item_id, plate, terms, why, asked_by, purpose, case_number, results
) values (
    %(outcome)s, 'query', %(agreement_id)s, %(version)s, %(members)s, %(item_id)s, %(plate)s, %(terms)s, %(why)s,
    %(asked_by)s, %(purpose)s, %(case_number)s, %(results)s
)

-- name: log
select
    dissemination_id, happened_at, outcome, kind, agreement_id, version, members, item_id, plate, terms, why, asked_by,
    purpose, case_number, results
from disseminations
where
    (%(agreement_id)s::text is null or agreement_id = %(agreement_id)s)
    and (%(member)s::text is null or exists (
        select from jsonb_array_elements(members) as member
        where lower(%(member)s) in (lower(member ->> 'id'), lower(member ->> 'name'), lower(member ->> 'ori'))
    ))
    and (
        %(plate)s::text is null
        or translate(plate, 'O', '0') = %(plate)s
        -- What somebody asked for with ? and * counts where the plate fits it.
        or dissemination_id in (
            select given.dissemination_id
            from shared_reads as given
            inner join reads on reads.read_id = given.read_id
            where reads.canonical = %(plate)s
        )
        or (asked_by is not null and %(plate)s like replace(replace(translate(plate, 'O', '0'), '?', '_'), '*', '%%'))
    )
    and (%(since)s::timestamptz is null or happened_at >= %(since)s)
    and (%(until)s::timestamptz is null or happened_at < %(until)s)
    and (not %(asked)s or asked_by is not null)
    and (%(before)s::bigint is null or dissemination_id < %(before)s)
    and (not %(stopped)s or outcome in ('refused', 'withheld'))
order by dissemination_id desc
limit %(limit)s
