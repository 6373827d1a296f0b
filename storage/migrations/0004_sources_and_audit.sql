-- migrate:up

-- Files and pictures that were processed to their end: never again, unless their content changes.
create table finished_items (
    camera_id text not null,
    name text not null,
    fingerprint text not null,
    captured_at timestamptz not null,
    finished_at timestamptz not null default clock_timestamp(),
    primary key (camera_id, name)
);

-- Those that could not be used, and why.
create table source_rejects (
    camera_id text not null,
    name text not null,
    fingerprint text not null,
    captured_at timestamptz not null,
    reason text not null,
    rejected_at timestamptz not null default clock_timestamp(),
    primary key (camera_id, name)
);

-- Who asked for which plates, why, and how many reads the answer held.
create table search_audit (
    search_id bigint generated always as identity primary key,
    searched_at timestamptz not null default clock_timestamp(),
    searched_by text not null,
    pattern text not null,
    since timestamptz,
    until timestamptz,
    camera_id text,
    purpose text,
    case_number text,
    results integer not null
);
create index search_audit_by_time on search_audit (searched_at);

-- migrate:down
drop table search_audit;
drop table source_rejects;
drop table finished_items;
