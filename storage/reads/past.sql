-- name: one_snapshot
-- A plate's row moves when it is seen again: without one snapshot for all blocks it could move behind us.
set transaction isolation level repeatable read, read only

-- name: pages
select (pg_relation_size('plate_dictionary') / current_setting('block_size')::integer)::bigint

-- name: texts
-- A range of the table's pages as one large value: rows of their own would take several times as long to send and
-- receive.
select string_agg(rpad(canonical, %(width)s), '')
from plate_dictionary
where
    ctid >= %(begin)s::tid
    and ctid < %(end)s::tid
    and last_captured >= %(since_day)s
    and octet_length(canonical) between %(shortest)s and %(width)s
    and octet_length(canonical) = length(canonical)

-- name: whole_result
-- A cursor is planned for its first rows where nothing else is said; all of these are wanted.
set local cursor_tuple_fraction = 1

-- name: characters
select read.captured_at, read.read_id, read.canonical, read.characters::text
from unnest(%(texts)s::text[]) as wanted (canonical)
inner join reads as read on read.canonical = wanted.canonical collate "C"
where read.captured_at >= %(since)s and read.captured_at < %(until)s

-- name: no_index
-- With so many texts, reading the days through is faster, which the planner does not see.
set local enable_indexscan = off;
set local enable_bitmapscan = off

-- name: characters_of_many
-- A list of constants is hashed.
select captured_at, read_id, canonical, characters::text
from reads
where captured_at >= %(since)s and captured_at < %(until)s and canonical = any(%(texts)s)

-- name: reads
select read.*
from unnest(%(times)s::timestamptz[], %(ids)s::uuid[]) as wanted (captured_at, read_id)
inner join reads as read using (captured_at, read_id)

-- name: active_entries
select coalesce(sum(version.entries), 0)
from hotlists as list
inner join hotlist_versions as version on version.version_id = list.active_version

-- name: active_lists
select
    list.hotlist_id,
    list.active_version as version_id,
    version.as_of,
    progress.version_id as done_version,
    progress.pending_version,
    progress.pending_entry,
    extract(epoch from clock_timestamp() - version.activated_at)::double precision as active_seconds
from hotlists as list
inner join hotlist_versions as version on version.version_id = list.active_version
left join historical_progress as progress on progress.hotlist_id = list.hotlist_id

-- name: count_entries
select count(*)
from (
    select
    from hotlist_entries
    where
        hotlist_id = %(hotlist_id)s
        and since_version > %(after_version)s
        and since_version <= %(version)s
        and last_version is null
    limit %(limit)s
) as counted

-- name: entries
select {entry_columns}, version.activated_at
from hotlist_entries as entry
left join hotlist_versions as version on version.version_id = entry.since_version
where
    entry.hotlist_id = %(hotlist_id)s
    and entry.since_version > %(after_version)s
    and entry.since_version <= %(version)s
    and entry.last_version is null
    and (%(after_entry)s::uuid is null or entry.entry_id > %(after_entry)s)
    and {not_withdrawn}
order by entry.entry_id
limit %(limit)s

-- name: entry
select {entry_columns}, version.activated_at
from hotlist_entries as entry
inner join hotlists as list on list.hotlist_id = entry.hotlist_id and list.active_version is not null
left join hotlist_versions as version on version.version_id = entry.since_version
where
    entry.entry_id = %(entry_id)s
    and entry.last_version is null
    and {not_withdrawn}

-- name: set_progress
insert into historical_progress (hotlist_id, version_id, pending_version, pending_entry)
values (%(hotlist_id)s, %(version_id)s, %(pending_version)s, %(pending_entry)s)
on conflict (hotlist_id) do update
set
    version_id = excluded.version_id,
    pending_version = excluded.pending_version,
    pending_entry = excluded.pending_entry
