-- name: make_list
insert into hotlists (hotlist_id) values (%(hotlist_id)s) on conflict (hotlist_id) do nothing

-- name: lock_list
-- The row lock makes two changes of one list take turns.
select active_version from hotlists where hotlist_id = %(hotlist_id)s for update

-- name: make_version
insert into hotlist_versions (
    hotlist_id, source, file_name, file_sha256, as_of, kind, made_by, reason, restored_version, entries, added,
    removed, changed, rejected
)
values (
    %(hotlist_id)s, %(layout)s, %(file_name)s, '', %(as_of)s, %(kind)s, %(made_by)s, %(reason)s, %(restored_version)s,
    0, 0, 0, 0, 0
)
returning version_id

-- name: make_partition
select make_hotlist_partition(%(hotlist_id)s)

-- name: attach_partition
select attach_hotlist_partition(%(hotlist_id)s)

-- name: set_active
update hotlists set active_version = %(version_id)s where hotlist_id = %(hotlist_id)s

-- name: resolve_holds
update hotlist_holds set resolved_at = clock_timestamp() where hotlist_id = %(hotlist_id)s and resolved_at is null

-- name: grow_revision
update hotlist_revision set revision = revision + 1
