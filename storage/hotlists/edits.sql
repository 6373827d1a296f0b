-- name: newest_layout
select source from hotlist_versions where hotlist_id = %(hotlist_id)s order by version_id desc limit 1

-- name: active_layout
select source as layout, as_of from hotlist_versions where version_id = %(old_version)s

-- name: digests
select entry_id, digest
from hotlist_entries
where hotlist_id = %(hotlist_id)s and last_version is null and entry_id = any(%(entry_ids)s)

-- name: retire
update hotlist_entries
set last_version = %(old_version)s, retired_at = now()
where hotlist_id = %(hotlist_id)s and last_version is null and entry_id = any(%(entry_ids)s)

-- name: copy_entries
copy hotlist_entries (entry_id, since_version, {content_columns}) from stdin (null '')

-- name: finish_version
update hotlist_versions as version
set
    entries = coalesce(before.entries, 0) + %(inserted)s - %(retired)s,
    added = %(inserted)s - %(changed)s,
    removed = %(retired)s - %(changed)s,
    changed = %(changed)s,
    activated_at = clock_timestamp()
from (select 1) as one
left join hotlist_versions as before on before.version_id = %(old_version)s
where version.version_id = %(version_id)s

-- name: lists_of
select distinct hotlist_id
from hotlist_entries
where last_version is null and entry_id = any(%(entry_ids)s)
order by hotlist_id

-- name: lock_withdrawals
select pg_advisory_xact_lock(hashtext('platewatch.withdrawals'))

-- name: remember_withdrawals
insert into hotlist_withdrawals (entry_id, hotlist_id, digest, withdrawn_by, reason)
select entry_id, hotlist_id, digest, %(made_by)s, %(reason)s
from hotlist_entries
where last_version is null and entry_id = any(%(entry_ids)s)
on conflict (entry_id) do nothing

-- name: withdrawn_by
select entry_id from hotlist_withdrawals where hotlist_id = %(hotlist_id)s and withdrawn_by = %(made_by)s

-- name: lists_of_withdrawn
select distinct hotlist_id from hotlist_withdrawals where entry_id = any(%(entry_ids)s) order by hotlist_id

-- name: forget_withdrawals
delete from hotlist_withdrawals
where hotlist_id = %(hotlist_id)s and entry_id = any(%(entry_ids)s)
returning entry_id

-- name: put_back
-- Only what no file has been asked about since: an entry that its source removed meanwhile must not come back.
insert into hotlist_entries (entry_id, since_version, {content_columns})
select distinct on (entry_id) entry_id, %(version_id)s, {content_columns}
from hotlist_entries as entry
where
    hotlist_id = %(hotlist_id)s
    and entry_id = any(%(entry_ids)s)
    and last_version is not null
    and not exists (
        select from hotlist_versions as version
        where
            version.hotlist_id = entry.hotlist_id
            and version.version_id > entry.last_version
            and version.kind <> 'edit'
    )
    and {not_active}
order by entry_id, since_version desc

-- name: delete_version
delete from hotlist_versions where version_id = %(version_id)s

-- name: find
-- Plates are compared as far as SQL can; the rest is the caller's.
select {entry_columns}
from hotlist_entries as entry
where
    last_version is null
    and {not_withdrawn}
    and (%(hotlist_id)s::text is null or hotlist_id = %(hotlist_id)s)
    and (%(source_entry_id)s::text is null or upper(source_entry_id) = upper(%(source_entry_id)s))
    and (%(case_number)s::text is null or upper(case_number) = upper(%(case_number)s))
    and (%(entry_id)s::uuid is null or entry_id = %(entry_id)s)
    and (
        %(plate)s::text is null
        or translate(upper(plate), 'O -.', '0') = %(plate)s
        or plate ~ '[^A-Za-z0-9? .-]'
    )
order by hotlist_id, plate, entry_id

-- name: find_withdrawn
-- As each stood last.
select {entry_columns}
from (
    select distinct on (stored.entry_id) stored.*
    from hotlist_withdrawals as withdrawal
    inner join hotlist_entries as stored
        on stored.entry_id = withdrawal.entry_id and stored.hotlist_id = withdrawal.hotlist_id
    where
        (%(hotlist_id)s::text is null or stored.hotlist_id = %(hotlist_id)s)
        and (%(source_entry_id)s::text is null or upper(stored.source_entry_id) = upper(%(source_entry_id)s))
        and (%(case_number)s::text is null or upper(stored.case_number) = upper(%(case_number)s))
        and (%(entry_id)s::uuid is null or stored.entry_id = %(entry_id)s)
    order by stored.entry_id, stored.since_version desc
) as entry
order by hotlist_id, plate, entry_id
