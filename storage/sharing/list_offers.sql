-- fragment: given_columns
entry.entry_id, entry.hotlist_id, entry.plate, entry.category, entry.jurisdiction, entry.source_entry_id,
entry.source_code, entry.vehicle, entry.originating_agency, entry.case_number, entry.priority, entry.instructions,
entry.valid_from, entry.valid_until, entry.extra, null::integer as source_line, null::text as raw

-- fragment: of_version
-- Also where the list has changed since.
entry.hotlist_id = %(hotlist_id)s
and entry.since_version <= %(version_id)s
and (entry.last_version is null or entry.last_version >= %(version_id)s)
and (entry.valid_until is null or entry.valid_until > clock_timestamp())
and not exists (select from hotlist_withdrawals as withdrawal where withdrawal.entry_id = entry.entry_id)

-- name: states
select
    agreement_id, hotlist_id, agreement_version, scope, edition, version_id, withdrawal_number, as_of, begun_at, is_whole,
    after_entry, parts, given, ended
from shared_lists
order by agreement_id, hotlist_id
for update

-- name: put_state
insert into shared_lists (
    agreement_id, hotlist_id, agreement_version, scope, edition, version_id, withdrawal_number, as_of, begun_at, is_whole,
    after_entry, parts, given, ended
)
values (
    %(agreement_id)s, %(hotlist_id)s, %(agreement_version)s, %(scope)s, %(edition)s, %(version_id)s,
    %(withdrawal_number)s, %(as_of)s, %(begun_at)s, %(is_whole)s, %(after_entry)s, %(parts)s, %(given)s, %(ended)s
)
on conflict (agreement_id, hotlist_id) do update
set
    agreement_version = excluded.agreement_version,
    scope = excluded.scope,
    edition = excluded.edition,
    version_id = excluded.version_id,
    withdrawal_number = excluded.withdrawal_number,
    as_of = excluded.as_of,
    begun_at = excluded.begun_at,
    is_whole = excluded.is_whole,
    after_entry = excluded.after_entry,
    parts = excluded.parts,
    given = excluded.given,
    ended = excluded.ended

-- name: source
select
    version.version_id, version.source as layout, greatest(version.as_of, feed.confirmed_at) as as_of,
    (
        select coalesce(max(withdrawal.withdrawal_number), 0)
        from hotlist_withdrawals as withdrawal
        where withdrawal.hotlist_id = list.hotlist_id
    ) as newest_withdrawal
from hotlists as list
inner join hotlist_versions as version on version.version_id = list.active_version
left join hotlist_feeds as feed on feed.hotlist_id = list.hotlist_id
where list.hotlist_id = %(hotlist_id)s

-- name: counts
select
    entry.category,
    coalesce(upper(trim(entry.source_entry_id)) ~ ('^[A-Z]' || repeat('[0-9]', 9) || '$'), false) as has_nic,
    count(*)
from hotlist_entries as entry
where {of_version}
group by 1, 2

-- name: slice
select {given_columns}
from hotlist_entries as entry
where {of_version} and (%(after_entry)s::uuid is null or entry.entry_id > %(after_entry)s)
order by entry.entry_id
limit %(limit)s

-- name: extent
select coalesce(sum(added + removed + 2 * changed), 0)::bigint
from hotlist_versions
where hotlist_id = %(hotlist_id)s and version_id > %(before)s and version_id <= %(version_id)s

-- name: added
select {given_columns}
from hotlist_entries as entry
where {of_version} and entry.since_version > %(before)s
order by entry.entry_id

-- name: removed
-- As they were in the version before: whether they were given follows from that.
select {given_columns}
from hotlist_entries as entry
where
    entry.hotlist_id = %(hotlist_id)s
    and entry.since_version <= %(before)s
    and entry.last_version >= %(before)s
    and entry.last_version < %(version_id)s
order by entry.entry_id

-- name: withdrawn
select distinct on (entry.entry_id) {given_columns}
from hotlist_withdrawals as withdrawal
inner join hotlist_entries as entry
    on entry.entry_id = withdrawal.entry_id and entry.hotlist_id = withdrawal.hotlist_id
where withdrawal.hotlist_id = %(hotlist_id)s and withdrawal.withdrawal_number > %(number)s
order by entry.entry_id, entry.since_version desc

-- name: waiting_lists
select count(*)
from outbox as message
where message.agreement_id is not null and message.sent_at is null and message.release ->> 'kind' = 'list'

-- name: insert_part
insert into outbox (alert_id, topic, key, headers, payload, agreement_id, release)
values (%(message_id)s, %(topic)s, %(key)s, %(headers)s, %(payload)s, %(agreement_id)s, %(release)s)
on conflict (alert_id, topic) do nothing

-- name: stale_lists
select message.outbox_id, message.agreement_id
from outbox as message
where
    message.agreement_id is not null
    and message.sent_at is null
    and message.release ->> 'kind' = 'list'
    and not {stands}
for update of message

-- name: begin_anew
-- What was withheld leaves a gap, which the next snapshot closes.
update shared_lists set scope = '' where agreement_id = any(%(agreement_ids)s) and ended is null
