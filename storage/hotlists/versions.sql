-- name: version
select source as layout, file_name, as_of, entries
from hotlist_versions
where version_id = %(version_id)s and hotlist_id = %(hotlist_id)s

-- name: version_before
select max(version_id) from hotlist_versions where hotlist_id = %(hotlist_id)s and version_id < %(old_version)s

-- name: count_kept
-- How many entries of an old version are still stored: retention ends them one day.
select count(*)
from hotlist_entries
where
    hotlist_id = %(hotlist_id)s
    and since_version <= %(restored_version)s
    and (last_version is null or last_version >= %(restored_version)s)

-- name: retire_later
update hotlist_entries
set last_version = %(old_version)s, retired_at = now()
where hotlist_id = %(hotlist_id)s and last_version is null and since_version > %(restored_version)s

-- name: restore
insert into hotlist_entries (entry_id, since_version, {content_columns})
select entry_id, %(version_id)s, {content_columns}
from hotlist_entries as entry
where
    hotlist_id = %(hotlist_id)s
    and since_version <= %(restored_version)s
    and last_version >= %(restored_version)s
    and last_version < %(version_id)s
    and {not_withdrawn}
    -- An entry that was retired just now comes back as it was; one that went on is there.
    and {not_active}

-- name: finish
update hotlist_versions
set entries = %(total)s, added = %(added)s, removed = %(removed)s, activated_at = clock_timestamp()
where version_id = %(version_id)s

-- name: count_active
select count(*) from hotlist_entries where hotlist_id = %(hotlist_id)s and last_version is null

-- name: versions
select
    version.version_id, version.kind, version.source as layout, version.file_name, version.as_of, version.activated_at,
    version.entries, version.added, version.changed, version.removed, version.rejected, version.made_by,
    version.reason, version.restored_version, list.active_version = version.version_id as is_active
from hotlist_versions as version
inner join hotlists as list on list.hotlist_id = version.hotlist_id
where version.hotlist_id = %(hotlist_id)s
order by version.version_id desc
limit %(limit)s

-- name: retire_all
update hotlist_entries
set last_version = %(old_version)s, retired_at = now()
where hotlist_id = %(hotlist_id)s and last_version is null

-- name: hold
insert into hotlist_holds (hotlist_id, source, file_name, file_sha256, as_of, reason)
select %(hotlist_id)s, %(layout)s, %(file_name)s, %(file_sha256)s, %(as_of)s, %(reason)s
where not exists (
    select from hotlist_holds
    where hotlist_id = %(hotlist_id)s and file_sha256 = %(file_sha256)s and resolved_at is null
)
