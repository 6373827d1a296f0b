-- migrate:up

-- How a version came about (import, edit, rollback), who made it, and why where a person had to say so.
alter table hotlist_versions
add column kind text not null default 'import',
add column made_by text,
add column reason text,
add column rows_read integer not null default 0,
add column restored_version bigint references hotlist_versions;

-- One table per list: the first version of a national list is loaded into a table without indexes, which are built at the
-- end, and a list's rows lie together.
alter table hotlists add column list_number bigint generated always as identity;

alter table hotlist_entries rename to old_hotlist_entries;

create table hotlist_entries (
    entry_id uuid not null,
    since_version bigint not null,
    last_version bigint,
    retired_at timestamptz,
    hotlist_id text not null,
    digest uuid not null,
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
) partition by list (hotlist_id);
-- digest tells a row's text and how it was read, so that a row that did not change is not read again.
-- No foreign key to hotlist_versions: checking it row by row takes longer than all the rest of an import.
alter table hotlist_entries add constraint hotlist_entries_key primary key (entry_id, since_version, hotlist_id);
create index hotlist_entries_since on hotlist_entries (since_version);
create index hotlist_entries_last on hotlist_entries (last_version) where last_version is not null;
create index hotlist_entries_until on hotlist_entries (valid_until)
where valid_until is not null and last_version is null;
-- Few, and looked at after every import: what a list's unknown codes are.
create index hotlist_entries_unmapped on hotlist_entries (source_code)
where category = 'unmapped' and last_version is null;

create function hotlist_partition(list text) returns text language sql stable as $$
    select 'hotlist_entries_' || list_number from hotlists where hotlist_id = list
$$;

-- Makes the table of a list that has none yet, apart from the others and without indexes; false where it has one.
create function make_hotlist_partition(list text) returns boolean language plpgsql as $$
declare
    partition_name text := hotlist_partition(list);
begin
    if to_regclass(partition_name) is not null then
        return false;
    end if;
    execute format('create table %I (like hotlist_entries including defaults)', partition_name);
    return true;
end
$$;

-- Builds the indexes and makes the rows visible with those of the other lists.
create function attach_hotlist_partition(list text) returns void language plpgsql as $$
begin
    execute format(
        'alter table hotlist_entries attach partition %I for values in (%L)', hotlist_partition(list), list
    );
end
$$;

select make_hotlist_partition(hotlist_id) from hotlists order by hotlist_id;
select attach_hotlist_partition(hotlist_id) from hotlists order by hotlist_id;
insert into hotlist_entries
select
    entry_id, since_version, last_version, retired_at, hotlist_id, encode(digest, 'hex')::uuid, plate, category,
    jurisdiction, source_entry_id, source_code, vehicle, originating_agency, case_number, priority, instructions,
    valid_from, valid_until, extra, source_line, raw
from old_hotlist_entries;
drop table old_hotlist_entries;

-- Versions that wait for a person. A later version of the list resolves them.
create table hotlist_holds (
    hold_id bigint generated always as identity primary key,
    hotlist_id text not null,
    source text not null,
    file_name text not null,
    file_sha256 text not null,
    as_of timestamptz,
    reason text not null,
    held_at timestamptz not null default clock_timestamp(),
    resolved_at timestamptz
);
create index hotlist_holds_open on hotlist_holds (hotlist_id) where resolved_at is null;

-- migrate:down
drop table hotlist_holds;

create table old_hotlist_entries (
    entry_id uuid not null,
    since_version bigint not null references hotlist_versions,
    last_version bigint,
    retired_at timestamptz,
    hotlist_id text not null,
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
);
insert into old_hotlist_entries
select
    entry_id, since_version, last_version, retired_at, hotlist_id, uuid_send(digest), plate, category,
    jurisdiction, source_entry_id, source_code, vehicle, originating_agency, case_number, priority, instructions,
    valid_from, valid_until, extra, source_line, raw
from hotlist_entries;
drop table hotlist_entries;
alter table old_hotlist_entries rename to hotlist_entries;
alter table hotlist_entries add primary key (entry_id, since_version);
create unique index hotlist_entries_active on hotlist_entries (hotlist_id, entry_id) where last_version is null;
create index hotlist_entries_retired on hotlist_entries (retired_at) where retired_at is not null;

drop function attach_hotlist_partition(text);
drop function make_hotlist_partition(text);
drop function hotlist_partition(text);
alter table hotlists drop column list_number;
alter table hotlist_versions
drop column restored_version,
drop column rows_read,
drop column reason,
drop column made_by,
drop column kind;
