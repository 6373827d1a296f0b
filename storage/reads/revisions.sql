-- name: lock_reads
-- Two writers of revisions of one read take turns; in one order, so that neither holds what the other waits for.
select pg_advisory_xact_lock(keys.number)
from (
    select distinct hashtextextended(read_id::text, 1) as number
    from unnest(%(read_ids)s::uuid[]) as read_id
    order by number
) as keys

-- name: newest_keys
select read_id, is_final, revision from reads where read_id = any(%(read_ids)s)

-- name: keep_stored
-- The one that was the only one until now; of others every revision is kept already, as it came.
insert into read_revisions (read_id, is_final, revision, captured_at, content)
select stored.read_id, stored.is_final, stored.revision, stored.captured_at, to_jsonb(stored)
from reads as stored
where stored.read_id = any(%(read_ids)s)
on conflict do nothing

-- name: keep_incoming
insert into read_revisions (read_id, is_final, revision, captured_at, content)
select incoming.read_id, incoming.is_final, incoming.revision, incoming.captured_at, to_jsonb(incoming)
from incoming_reads as incoming
where incoming.read_id = any(%(read_ids)s)
on conflict do nothing

-- name: revisions
select whole.*
from read_revisions as kept
cross join lateral jsonb_populate_record(null::reads, kept.content) as whole
where kept.read_id = any(%(read_ids)s)
order by kept.read_id, kept.is_final desc, kept.revision desc

-- name: date_shown
-- A read is known since its first revision was stored, whichever is shown.
update incoming_reads as incoming
set
    revised_at = now(),
    stored_at = (
        select min((kept.content ->> 'stored_at')::timestamptz)
        from read_revisions as kept
        where kept.read_id = incoming.read_id
    )

-- name: take_out
delete from reads where read_id = any(%(read_ids)s)

-- name: empty_incoming
delete from incoming_reads
