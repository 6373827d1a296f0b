-- fragment: hold_columns
hold_id, hotlist_id, source as layout, file_name, file_sha256, as_of, reason, held_at

-- name: open_holds
select {hold_columns}
from hotlist_holds
where resolved_at is null
order by hotlist_id, held_at desc, hold_id desc

-- name: hold
select {hold_columns}
from hotlist_holds
where hold_id = %(hold_id)s and resolved_at is null

-- name: resolve_hold
update hotlist_holds set resolved_at = clock_timestamp() where hold_id = %(hold_id)s and resolved_at is null

-- fragment: changes
-- What the earlier version has and the later one has not, or has otherwise; and the other way round.
with gone as (
    select entry_id, digest
    from hotlist_entries
    where
        hotlist_id = %(hotlist_id)s
        and since_version <= %(earlier)s
        and last_version >= %(earlier)s
        and last_version < %(later)s
),

came as (
    select entry_id, digest
    from hotlist_entries
    where
        hotlist_id = %(hotlist_id)s
        and since_version > %(earlier)s
        and since_version <= %(later)s
        and (last_version is null or last_version >= %(later)s)
),

changes as (
    select
        entry_id,
        case when gone.digest is null then 'added' when came.digest is null then 'removed' else 'changed' end as change
    from gone
    full join came using (entry_id)
    where gone.digest is distinct from came.digest
)

-- name: count_changes
{changes}
select change, count(*) from changes group by change

-- name: changes_between
{changes}
select entry_id, change from changes order by change desc, entry_id limit %(limit)s

-- name: entries_at
select {entry_columns}
from hotlist_entries as entry
where
    hotlist_id = %(hotlist_id)s
    and entry_id = any(%(entry_ids)s)
    and since_version <= %(version)s
    and (last_version is null or last_version >= %(version)s)

-- name: kept_at
select count(*)
from hotlist_entries
where
    hotlist_id = %(hotlist_id)s
    and since_version <= %(version)s
    and (last_version is null or last_version >= %(version)s)

-- name: entries_of_version
select entries from hotlist_versions where version_id = %(version)s and hotlist_id = %(hotlist_id)s

-- name: entry_past
select
    entry.since_version, entry.last_version, begun.activated_at as begun_at, entry.retired_at as ended_at, begun.kind,
    begun.made_by, begun.reason, begun.file_name, ended.kind as ended_kind, ended.made_by as ended_by,
    ended.reason as ended_reason, {entry_columns}
from hotlist_entries as entry
inner join hotlist_versions as begun on begun.version_id = entry.since_version
left join lateral (
    select version.kind, version.made_by, version.reason
    from hotlist_versions as version
    where version.hotlist_id = entry.hotlist_id and version.version_id > entry.last_version
    order by version.version_id
    limit 1
) as ended on true
where entry.entry_id = %(entry_id)s
order by entry.since_version desc
limit %(limit)s

-- name: withdrawal
select withdrawn_at, withdrawn_by, reason from hotlist_withdrawals where entry_id = %(entry_id)s

-- name: count_by_state
select jurisdiction, count(*) from hotlist_entries where last_version is null group by jurisdiction

-- name: partial_plates
select plate, jurisdiction from hotlist_entries where last_version is null and plate like '%%?%%'

-- name: count_by_category
select category, count(*) from hotlist_entries where last_version is null group by category
