-- name: lock
-- Two that lead for a moment take a member's messages one after the other.
select pg_advisory_xact_lock(hashtextextended(%(topic)s::text, 46))

-- name: offsets
select topic, kafka_partition, next_offset from disposition_offsets where topic = any(%(topics)s)

-- name: put_offset
insert into disposition_offsets (topic, kafka_partition, next_offset)
values (%(topic)s, %(partition)s, %(next_offset)s)
on conflict (topic, kafka_partition) do update set next_offset = excluded.next_offset

-- name: entry
-- As it is, or was last: what was withdrawn meanwhile was given, too.
select {entry_columns}
from hotlist_entries as entry
where entry.hotlist_id = %(hotlist_id)s and entry.entry_id = %(entry_id)s
order by entry.since_version desc
limit 1

-- name: given_as
-- The layout of a list that was given under an agreement: none where it never was.
select coalesce(
    (
        select version.source
        from hotlist_versions as version
        where version.hotlist_id = given.hotlist_id
        order by version.version_id desc
        limit 1
    ),
    ''
)
from shared_lists as given
where given.agreement_id = %(agreement_id)s and given.hotlist_id = %(hotlist_id)s

-- name: known
select disposition_id, member_id, alert_id, number, digest
from foreign_dispositions
where disposition_id = %(disposition_id)s or alert_id = %(alert_id)s

-- name: lately
select
    (select count(*) from foreign_dispositions where member_id = %(member_id)s and received_at > %(since)s) as taken,
    (select count(*) from refused_dispositions where member_id = %(member_id)s and received_at > %(since)s) as refused

-- name: add
insert into foreign_dispositions (
    disposition_id, agreement_id, version, member_id, member_name, hotlist_id, entry_id, alert_id, number, kind, said_at,
    person, standing, rejection, outcome, record_answer, is_canceled, words, digest
) values (
    %(disposition_id)s, %(agreement_id)s, %(version)s, %(member_id)s, %(member_name)s, %(hotlist_id)s, %(entry_id)s,
    %(alert_id)s, %(number)s, %(kind)s, %(said_at)s, %(person)s, %(standing)s, %(rejection)s, %(outcome)s,
    %(record_answer)s, %(is_canceled)s, %(words)s, %(digest)s
)

-- name: refuse
insert into refused_dispositions (agreement_id, member_id, member_name, topic, reason, body, digest)
values (%(agreement_id)s, %(member_id)s, %(member_name)s, %(topic)s, %(reason)s, %(body)s, %(digest)s)
on conflict (topic, digest) do update set times = refused_dispositions.times + 1
returning times

-- name: note_foreign
insert into disseminations (outcome, kind, agreement_id, version, members, item_id, terms, why)
values (%(outcome)s, 'disposition', %(agreement_id)s, %(version)s, %(members)s, %(item_id)s, %(terms)s, %(why)s)
on conflict (item_id, agreement_id, outcome) where item_id is not null do nothing

-- fragment: foreign_columns
said.disposition_id, said.agreement_id, said.version, said.member_id, said.member_name, said.hotlist_id, said.entry_id,
said.alert_id, said.number, said.kind, said.said_at, said.person, said.standing, said.rejection, said.outcome,
said.record_answer, said.is_canceled, said.words, said.received_at

-- name: heard
select {foreign_columns}
from foreign_dispositions as said
where
    (%(agreement_id)s::text is null or said.agreement_id = %(agreement_id)s)
    and (%(hotlist_id)s::text is null or said.hotlist_id = %(hotlist_id)s)
    and (%(entry_ids)s::uuid[] is null or said.entry_id = any(%(entry_ids)s))
order by said.received_at desc, said.number desc
limit %(limit)s

-- name: refused
select refusal_number, agreement_id, member_id, member_name, topic, received_at, reason, body, times
from refused_dispositions
where %(agreement_id)s::text is null or agreement_id = %(agreement_id)s
order by refusal_number desc
limit %(limit)s

-- name: to_withdraw
-- What an alert's newest disposition says counts, and nothing that was said before the entry came into force as it is.
select distinct on (said.hotlist_id, said.entry_id) {foreign_columns}
from foreign_dispositions as said
inner join hotlist_entries as entry
    on entry.hotlist_id = said.hotlist_id and entry.entry_id = said.entry_id and entry.last_version is null
inner join hotlist_versions as version on version.version_id = entry.since_version
where
    (said.outcome = 'recovered' or said.rejection = 'stale_entry' or said.record_answer = 'not_valid')
    and {not_withdrawn}
    and said.received_at > version.activated_at
    and not exists (
        select from foreign_dispositions as later
        where later.member_id = said.member_id and later.alert_id = said.alert_id and later.number > said.number
    )
order by said.hotlist_id, said.entry_id, said.received_at desc
limit %(limit)s
