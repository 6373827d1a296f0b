-- name: make_list
insert into hotlists (hotlist_id) values (%(hotlist_id)s) on conflict (hotlist_id) do nothing

-- name: lock_list
-- The row lock makes two imports of one list take turns.
select active_version from hotlists where hotlist_id = %(hotlist_id)s for update

-- name: make_version
insert into hotlist_versions (
    hotlist_id, source, file_name, file_sha256, as_of, entries, added, removed, changed, rejected
)
values (%(hotlist_id)s, %(source)s, %(file_name)s, %(file_sha256)s, %(as_of)s, 0, 0, 0, 0, 0)
returning version_id

-- name: make_incoming
create temporary table incoming_entries (
    ordinal bigint not null,
    entry_id uuid not null,
    digest bytea not null,
    plate text collate "C" not null,
    category text not null,
    jurisdiction text,
    source_entry_id text,
    source_code text,
    vehicle jsonb,
    originating_agency text,
    case_number text,
    priority text,
    instructions text,
    valid_from timestamptz,
    valid_until timestamptz,
    extra jsonb not null,
    source_line integer,
    raw text
) on commit drop

-- name: copy_entries
copy incoming_entries from stdin

-- name: copy_rejects
copy hotlist_rejects (version_id, line, reason, column_name, raw) from stdin

-- name: analyze_incoming
analyze incoming_entries

-- name: reject_repeats
insert into hotlist_rejects (version_id, line, reason, raw)
select
    %(version_id)s,
    coalesce(source_line, ordinal),
    format('the same entry as line %%s, which is kept', first_line),
    coalesce(raw, '')
from (
    select
        *,
        row_number() over (partition by entry_id order by ordinal) as repetition,
        first_value(coalesce(source_line, ordinal)) over (partition by entry_id order by ordinal) as first_line
    from incoming_entries
) as numbered
where repetition > 1

-- name: drop_repeats
delete from incoming_entries as incoming
using (
    select entry_id, min(ordinal) as first_ordinal from incoming_entries group by entry_id having count(*) > 1
) as repeated
where incoming.entry_id = repeated.entry_id and incoming.ordinal > repeated.first_ordinal

-- name: retire_changed
update hotlist_entries as stored
set last_version = %(old_version)s, retired_at = now()
from incoming_entries as incoming
where
    stored.hotlist_id = %(hotlist_id)s
    and stored.last_version is null
    and stored.entry_id = incoming.entry_id
    and stored.digest <> incoming.digest

-- name: retire_removed
update hotlist_entries as stored
set last_version = %(old_version)s, retired_at = now()
where
    stored.hotlist_id = %(hotlist_id)s
    and stored.last_version is null
    and not exists (select from incoming_entries as incoming where incoming.entry_id = stored.entry_id)

-- name: insert_new
insert into hotlist_entries (
    entry_id, since_version, hotlist_id, digest, plate, category, jurisdiction, source_entry_id, source_code, vehicle,
    originating_agency, case_number, priority, instructions, valid_from, valid_until, extra, source_line, raw
)
select
    entry_id, %(version_id)s, %(hotlist_id)s, digest, plate, category, jurisdiction, source_entry_id, source_code,
    vehicle, originating_agency, case_number, priority, instructions, valid_from, valid_until, extra, source_line, raw
from incoming_entries as incoming
where not exists (
    select from hotlist_entries as stored
    where
        stored.hotlist_id = %(hotlist_id)s
        and stored.last_version is null
        and stored.entry_id = incoming.entry_id
)

-- name: count_incoming
select count(*) from incoming_entries

-- name: finish_version
update hotlist_versions
set
    entries = %(total)s,
    added = %(added)s,
    removed = %(removed)s,
    changed = %(changed)s,
    rejected = %(rejected)s,
    activated_at = clock_timestamp()
where version_id = %(version_id)s

-- name: set_active
update hotlists set active_version = %(version_id)s where hotlist_id = %(hotlist_id)s

-- name: grow_revision
update hotlist_revision set revision = revision + 1

-- name: revision
select revision from hotlist_revision

-- name: retire_all
update hotlist_entries
set last_version = %(old_version)s, retired_at = now()
where hotlist_id = %(hotlist_id)s and last_version is null

-- name: lists
select
    list.hotlist_id, version.source, version.version_id, version.as_of, version.activated_at, version.entries,
    version.rejected, version.file_name
from hotlists as list
inner join hotlist_versions as version on version.version_id = list.active_version
order by list.hotlist_id

-- name: as_of
select list.hotlist_id, version.as_of
from hotlists as list
inner join hotlist_versions as version on version.version_id = list.active_version
where version.as_of is not null

-- name: active_entries
select
    entry_id, hotlist_id, plate, category, jurisdiction, source_entry_id, source_code, vehicle, originating_agency,
    case_number, priority, instructions, valid_from, valid_until, extra, source_line, raw
from hotlist_entries
where last_version is null

-- name: entries_of
select
    entry_id, hotlist_id, plate, category, jurisdiction, source_entry_id, source_code, vehicle, originating_agency,
    case_number, priority, instructions, valid_from, valid_until, extra, source_line, raw
from hotlist_entries
where hotlist_id = %(hotlist_id)s and last_version is null
order by plate, entry_id
limit %(limit)s offset %(offset)s

-- name: entry
select
    entry_id, hotlist_id, plate, category, jurisdiction, source_entry_id, source_code, vehicle, originating_agency,
    case_number, priority, instructions, valid_from, valid_until, extra, source_line, raw
from hotlist_entries
where entry_id = %(entry_id)s
order by since_version desc
limit 1

-- name: rejects
select reject.line, reject.reason, reject.column_name, reject.raw
from hotlist_rejects as reject
inner join hotlists as list on list.active_version = reject.version_id
where list.hotlist_id = %(hotlist_id)s
order by reject.line
