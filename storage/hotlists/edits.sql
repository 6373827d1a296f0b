-- name: make_list
insert into hotlists (hotlist_id) values (%(hotlist_id)s) on conflict (hotlist_id) do nothing

-- name: make_partition
select make_hotlist_partition(%(hotlist_id)s)

-- name: attach_partition
select attach_hotlist_partition(%(hotlist_id)s)

-- name: lock_list
-- The row lock makes two changes of one list take turns.
select active_version from hotlists where hotlist_id = %(hotlist_id)s for update

-- name: newest_source
select source from hotlist_versions where hotlist_id = %(hotlist_id)s order by version_id desc limit 1

-- name: make_version
insert into hotlist_versions (
    hotlist_id, source, file_name, file_sha256, as_of, kind, made_by, reason, entries, added, removed, changed, rejected
)
select
    %(hotlist_id)s, %(source)s, 'single entry', '', %(as_of)s, 'edit', %(made_by)s, %(reason)s, 0, 0, 0, 0, 0
returning version_id

-- name: active_source
select source, as_of from hotlist_versions where version_id = %(old_version)s

-- name: digests
select entry_id, digest
from hotlist_entries
where hotlist_id = %(hotlist_id)s and last_version is null and entry_id = any(%(entry_ids)s)

-- name: retire
update hotlist_entries
set last_version = %(old_version)s, retired_at = now()
where hotlist_id = %(hotlist_id)s and last_version is null and entry_id = any(%(entry_ids)s)

-- name: copy_entries
copy hotlist_entries (
    entry_id, since_version, hotlist_id, digest, plate, category, jurisdiction, source_entry_id, source_code, vehicle,
    originating_agency, case_number, priority, instructions, valid_from, valid_until, extra, source_line, raw
) from stdin (null '')

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

-- name: set_active
update hotlists set active_version = %(version_id)s where hotlist_id = %(hotlist_id)s

-- name: grow_revision
update hotlist_revision set revision = revision + 1

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

-- name: lists_of_withdrawn
select distinct hotlist_id from hotlist_withdrawals where entry_id = any(%(entry_ids)s) order by hotlist_id

-- name: forget_withdrawals
delete from hotlist_withdrawals
where hotlist_id = %(hotlist_id)s and entry_id = any(%(entry_ids)s)
returning entry_id

-- name: put_back
-- Only what no file has been asked about since: an entry that its source removed meanwhile must not come back.
insert into hotlist_entries (
    entry_id, since_version, hotlist_id, digest, plate, category, jurisdiction, source_entry_id, source_code, vehicle,
    originating_agency, case_number, priority, instructions, valid_from, valid_until, extra, source_line, raw
)
select distinct on (entry_id)
    entry_id, %(version_id)s, hotlist_id, digest, plate, category, jurisdiction, source_entry_id, source_code, vehicle,
    originating_agency, case_number, priority, instructions, valid_from, valid_until, extra, source_line, raw
from hotlist_entries as stored
where
    hotlist_id = %(hotlist_id)s
    and entry_id = any(%(entry_ids)s)
    and last_version is not null
    and not exists (
        select from hotlist_versions as version
        where
            version.hotlist_id = stored.hotlist_id
            and version.version_id > stored.last_version
            and version.kind <> 'edit'
    )
    and not exists (
        select from hotlist_entries as active
        where
            active.hotlist_id = stored.hotlist_id
            and active.entry_id = stored.entry_id
            and active.last_version is null
    )
order by entry_id, since_version desc

-- name: delete_version
delete from hotlist_versions where version_id = %(version_id)s

-- name: withdrawn
select entry_id from hotlist_withdrawals where hotlist_id = %(hotlist_id)s

-- name: find
-- Plates are compared as far as SQL can; the rest is the caller's.
select
    entry_id, hotlist_id, plate, category, jurisdiction, source_entry_id, source_code, vehicle, originating_agency,
    case_number, priority, instructions, valid_from, valid_until, extra, source_line, raw
from hotlist_entries
where
    last_version is null
    and not exists (
        select from hotlist_withdrawals as withdrawal where withdrawal.entry_id = hotlist_entries.entry_id
    )
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
select distinct on (entry.hotlist_id, entry.entry_id)
    entry.entry_id, entry.hotlist_id, entry.plate, entry.category, entry.jurisdiction, entry.source_entry_id,
    entry.source_code, entry.vehicle, entry.originating_agency, entry.case_number, entry.priority, entry.instructions,
    entry.valid_from, entry.valid_until, entry.extra, entry.source_line, entry.raw
from hotlist_withdrawals as withdrawal
inner join hotlist_entries as entry
    on entry.entry_id = withdrawal.entry_id and entry.hotlist_id = withdrawal.hotlist_id
where
    (%(hotlist_id)s::text is null or entry.hotlist_id = %(hotlist_id)s)
    and (%(source_entry_id)s::text is null or upper(entry.source_entry_id) = upper(%(source_entry_id)s))
    and (%(case_number)s::text is null or upper(entry.case_number) = upper(%(case_number)s))
    and (%(entry_id)s::uuid is null or entry.entry_id = %(entry_id)s)
order by entry.hotlist_id, entry.entry_id, entry.since_version desc
