-- migrate:up

create table hotlists (
    hotlist_id text primary key,
    active_version bigint
);

-- Every activation. hotlists.active_version names the one in force; a removed list has none.
create table hotlist_versions (
    version_id bigint generated always as identity primary key,
    hotlist_id text not null references hotlists,
    source text not null,
    file_name text not null,
    file_sha256 text not null,
    as_of timestamptz,
    activated_at timestamptz not null default clock_timestamp(),
    entries integer not null,
    added integer not null,
    removed integer not null,
    changed integer not null,
    rejected integer not null
);
create index hotlist_versions_by_list on hotlist_versions (hotlist_id, version_id);
alter table hotlists add foreign key (active_version) references hotlist_versions deferrable initially deferred;

-- An entry's content is stored once and holds from since_version on, until last_version when it was changed or removed.
-- A daily list changes by a few percent, so an import writes these alone. digest is the content without line and raw.
create table hotlist_entries (
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
    raw text,
    primary key (entry_id, since_version)
);
create unique index hotlist_entries_active on hotlist_entries (hotlist_id, entry_id) where last_version is null;
create index hotlist_entries_retired on hotlist_entries (retired_at) where retired_at is not null;

create table hotlist_rejects (
    version_id bigint not null references hotlist_versions,
    line integer not null,
    reason text not null,
    column_name text,
    raw text not null
);
create index hotlist_rejects_by_version on hotlist_rejects (version_id, line);

-- One row. The number grows with every change of an active list, so that a matcher sees cheaply when to load again.
create table hotlist_revision (
    only_row boolean primary key default true check (only_row),
    revision bigint not null
);
insert into hotlist_revision (revision) values (0);

-- migrate:down
drop table hotlist_revision;
drop table hotlist_rejects;
drop table hotlist_entries;
alter table hotlists drop constraint hotlists_active_version_fkey;
drop table hotlist_versions;
drop table hotlists;
