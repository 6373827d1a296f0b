-- name: active_version
select version_id, source as layout, entries, as_of from hotlist_versions where version_id = %(version_id)s

-- name: partition
select hotlist_partition(%(hotlist_id)s)

-- name: make_incoming
create temporary table incoming_entries (like hotlist_entries) on commit drop

-- name: known_rows
-- In few large values: as rows of their own they would take several times as long to send and receive.
select string_agg(uuid_send(digest) || uuid_send(entry_id), '')
from hotlist_entries
where hotlist_id = %(hotlist_id)s and last_version is null
group by get_byte(uuid_send(digest), 0)

-- name: copy_entries
-- Frozen where the table is new: else the first one to read it writes all of it once more.
copy {table} (entry_id, since_version, {content_columns}) from stdin (null '', freeze {freeze})

-- name: copy_rejects
copy hotlist_rejects (version_id, line, reason, column_name, raw) from stdin

-- name: drop_lines
-- Rows that a later row of the same identity replaces. Those that say something else join the rejects.
with superseded as (
    select *
    from unnest(%(lines)s::integer[], %(kept_lines)s::integer[]) as pair (line, kept_line)
),

dropped as (
    delete from {table} as entry
    using superseded
    where entry.source_line = superseded.line and entry.since_version = %(version_id)s
    returning entry.source_line, entry.raw, superseded.kept_line
)

insert into hotlist_rejects (version_id, line, reason, raw)
select
    %(version_id)s,
    source_line,
    format('the same entry as line %%s, which comes later and counts', kept_line),
    coalesce(raw, '')
from dropped

-- name: make_retired
create temporary table retired_entries (entry_id uuid primary key) on commit drop

-- name: copy_retired
copy retired_entries (entry_id) from stdin

-- name: retire
update hotlist_entries as stored
set last_version = %(old_version)s, retired_at = now()
from retired_entries as retired
where
    stored.hotlist_id = %(hotlist_id)s
    and stored.last_version is null
    and stored.entry_id = retired.entry_id

-- name: insert_incoming
insert into hotlist_entries select * from incoming_entries

-- name: finish_version
update hotlist_versions
set
    file_sha256 = %(file_sha256)s,
    as_of = %(as_of)s,
    rows_read = %(rows_read)s,
    entries = %(total)s,
    added = %(added)s,
    removed = %(removed)s,
    changed = %(changed)s,
    rejected = %(rejected)s,
    activated_at = clock_timestamp()
where version_id = %(version_id)s

-- name: unmapped
select coalesce(source_code, ''), count(*)
from hotlist_entries
where hotlist_id = %(hotlist_id)s and category = 'unmapped' and last_version is null
group by source_code
order by count(*) desc, source_code
limit 1000

-- name: withdrawn
select entry_id from hotlist_withdrawals where hotlist_id = %(hotlist_id)s
