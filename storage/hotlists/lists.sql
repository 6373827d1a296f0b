-- name: lists
select
    list.hotlist_id, version.source as layout, version.version_id, version.as_of, version.activated_at, version.entries,
    version.rejected, version.file_name,
    (
        select string_agg(hold.reason, '; ' order by hold.hold_id)
        from hotlist_holds as hold
        where hold.hotlist_id = list.hotlist_id and hold.resolved_at is null
    ) as held
from hotlists as list
inner join hotlist_versions as version on version.version_id = list.active_version
order by list.hotlist_id

-- name: entries_of
select {entry_columns}
from hotlist_entries as entry
where hotlist_id = %(hotlist_id)s and last_version is null
order by plate, entry_id
limit %(limit)s offset %(offset)s

-- name: active_entries
select {entry_columns}
from hotlist_entries as entry
where entry_id = any(%(entry_ids)s) and last_version is null

-- name: rejects
select line, reason, column_name as "column", raw
from hotlist_rejects
where version_id = %(version_id)s
order by line

-- name: list_of_version
select hotlist_id from hotlist_versions where version_id = %(version_id)s

-- name: revision
select revision from hotlist_revision
