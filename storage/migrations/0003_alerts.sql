-- migrate:up

-- captured_at is the read's: retention removes a read, its hits and its alerts by it. No foreign key to reads, which
-- would keep a day's partition from being dropped.
create table hits (
    hit_id uuid primary key,
    read_id uuid not null,
    captured_at timestamptz not null,
    entry_id uuid not null,
    hotlist_id text not null,
    tier text not null,
    score double precision not null,
    explanation text not null,
    characters jsonb not null,
    jurisdiction_agrees boolean,
    edit_distance integer not null,
    list_as_of timestamptz,
    list_age_seconds double precision,
    created_at timestamptz not null default now()
);
create index hits_by_read on hits (read_id);
create index hits_by_entry on hits (entry_id);
create index hits_by_time on hits (captured_at);

-- Numbers are given under a lock until commit, so that whoever follows them misses none.
create table alerts (
    alert_number bigint generated always as identity primary key,
    alert_id uuid not null unique,
    hit_id uuid not null,
    captured_at timestamptz not null,
    tier text not null,
    payload jsonb not null,
    status text not null default 'open',
    created_at timestamptz not null default clock_timestamp()
);
create index alerts_by_hit on alerts (hit_id);
create index alerts_by_time on alerts (captured_at);

-- What the relay has to publish. A sent row stays, without its payload, as proof and against doubles.
create table outbox (
    outbox_id bigint generated always as identity primary key,
    alert_id uuid not null,
    topic text not null,
    key text not null,
    headers jsonb not null,
    payload bytea not null,
    created_at timestamptz not null default clock_timestamp(),
    sent_at timestamptz,
    unique (alert_id, topic)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index outbox_unsent on outbox (outbox_id) where sent_at is null;

create table dead_letters (
    outbox_id bigint primary key,
    alert_id uuid not null,
    topic text not null,
    key text not null,
    headers jsonb not null,
    payload bytea not null,
    created_at timestamptz not null,
    reason text not null,
    failed_at timestamptz not null default clock_timestamp(),
    unique (alert_id, topic)
);

-- migrate:down
drop table dead_letters;
drop table outbox;
drop table alerts;
drop table hits;
