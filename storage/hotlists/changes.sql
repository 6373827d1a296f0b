-- name: one_snapshot
set transaction isolation level repeatable read, read only

-- name: active_versions
select hotlist_id, active_version from hotlists where active_version is not null

-- name: active_version
select list.active_version, version.as_of
from hotlists as list
inner join hotlist_versions as version on version.version_id = list.active_version
where list.hotlist_id = %(hotlist_id)s

-- name: marks
select format('%%s %%s %%s', hotlist_id, version_id, extract(epoch from activated_at))
from hotlist_versions
where version_id = any(%(versions)s)
order by version_id

-- name: entries
select coalesce(sum(entries), 0)::bigint
from hotlist_versions
where version_id = any(%(versions)s)

-- name: extent
-- Versions that were never activated count nothing.
select coalesce(sum(added + removed + 2 * changed), 0)
from hotlist_versions
where hotlist_id = %(hotlist_id)s and version_id > %(version)s

-- name: added
select
    entry_id, plate, category, jurisdiction, (vehicle ->> 'year')::integer, vehicle ->> 'make', vehicle ->> 'color',
    valid_from, valid_until
from hotlist_entries as entry
where
    hotlist_id = %(hotlist_id)s
    and since_version > %(version)s
    and last_version is null
    and {not_withdrawn}

-- name: removed
select entry_id
from hotlist_entries
where hotlist_id = %(hotlist_id)s and last_version >= %(version)s and since_version <= %(version)s

-- name: gone
-- A changed entry is not among them: its new content has the same id.
select stored.entry_id
from hotlist_entries as stored
where
    stored.hotlist_id = %(hotlist_id)s
    and stored.last_version >= %(version)s
    and not exists (
        select from hotlist_entries as active
        where
            active.hotlist_id = %(hotlist_id)s
            and active.entry_id = stored.entry_id
            and active.last_version is null
    )

-- name: withdrawn
select withdrawal_number, entry_id
from hotlist_withdrawals
where withdrawal_number > %(number)s
order by withdrawal_number
