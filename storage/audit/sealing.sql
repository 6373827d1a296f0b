-- fragment: row
audit.audit_id,
audit.happened_at,
audit.actor,
audit.via,
audit.origin,
audit.agency_id,
audit.action,
audit.purpose,
audit.case_number,
audit.details::text as details,
audit.results

-- name: take_turn
-- Two leaders at once, for a moment, must not seal the same rows. No writer of the audit waits for this.
select pg_advisory_xact_lock(hashtext('platewatch.audit.sealing'))

-- name: unsealed
select
    waiting.audit_id as waiting_id,
    {row}
from audit_unsealed as waiting
left join audit on audit.audit_id = waiting.audit_id
order by waiting.audit_id
limit %(limit)s

-- name: last_position
select max(position) from audit_seals

-- name: last_link
select link from audit_seals where position <= %(position)s order by position desc limit 1

-- name: last_checkpoint
select number, segment, position, document, signature, key_id from audit_checkpoints order by number desc limit 1

-- name: segment_documents
select segment, document, signature, key_id, purge_document, purge_signature, purge_key_id
from audit_segments
order by segment

-- name: segment_document
select document from audit_segments order by segment desc limit 1

-- name: segment_bounds
select min(position), max(position), count(*) from audit_seals where segment = %(segment)s

-- name: segment_checkpoints
select min(number), max(number) from audit_checkpoints where segment = %(segment)s

-- name: add_seals
insert into audit_seals (position, audit_id, segment, happened_at, digest, link)
select *
from unnest(
    %(positions)s::bigint[], %(audit_ids)s::bigint[], %(segments)s::text[], %(times)s::timestamptz[], %(digests)s::bytea[],
    %(links)s::bytea[]
)

-- name: add_checkpoint
insert into audit_checkpoints (number, segment, position, document, signature, key_id)
values (%(number)s, %(segment)s, %(position)s, %(document)s, %(signature)s, %(key_id)s)

-- name: add_segment
insert into audit_segments (segment, document, signature, key_id)
values (%(segment)s, %(document)s, %(signature)s, %(key_id)s)

-- name: forget_sealed
delete from audit_unsealed where audit_id = any(%(audit_ids)s)

-- name: ended_before
select ended_before from audit_retention

-- name: droppable
select segment.segment, segment.document
from audit_segments as segment
where
    segment.purge_document is null
    and not exists (
        select from audit_seals as seal
        where
            seal.segment = segment.segment
            and (
                seal.happened_at >= (select least(%(before)s, now() - keep) from audit_retention)
                or exists (select from audit where audit.audit_id = seal.audit_id)
            )
    )
order by segment.segment

-- name: drop_segment
select drop_audit_segment(%(segment)s, %(document)s, %(signature)s, %(key_id)s)

-- name: sealed_after
-- The chain with the rows that are still there, in its order.
select
    seal.position,
    seal.audit_id as sealed_id,
    seal.segment,
    seal.happened_at as sealed_time,
    seal.digest,
    seal.link,
    {row}
from audit_seals as seal
left join audit on audit.audit_id = seal.audit_id
where seal.position > %(after)s
order by seal.position
limit %(limit)s

-- name: checkpoints_after
select number, segment, position, document, signature, key_id
from audit_checkpoints
where number > %(after)s
order by number
limit %(limit)s

-- name: without_seal
select audit.audit_id
from audit
where
    not exists (select from audit_seals as seal where seal.audit_id = audit.audit_id)
    and not exists (select from audit_unsealed as waiting where waiting.audit_id = audit.audit_id)
order by audit.audit_id
limit %(limit)s

-- name: count_waiting
select count(*) from audit_unsealed

-- name: one_moment
-- What is sealed meanwhile is not half seen.
set transaction isolation level repeatable read

-- name: holds_checkpoint
select exists (select from audit_checkpoints where number = %(number)s and document = %(document)s)
