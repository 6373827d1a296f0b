-- migrate:up

-- What the people who run the system have to look at. An alarm stands until cleared_at; the rows stay as history.
create table alarms (
    alarm_number bigint generated always as identity primary key,
    alarm_id uuid not null unique,
    kind text not null,
    subject text not null,
    message text not null,
    raised_at timestamptz not null,
    cleared_at timestamptz,
    acknowledged_at timestamptz,
    acknowledged_by text
);
create unique index alarms_standing on alarms (kind, subject) where cleared_at is null;

-- What every feed did last, so that a restart, another process and the command line know it. The list need not exist
-- yet. seen_at is when a run last had it in its configuration. remote is what the server said of the file that was taken
-- last.
create table hotlist_feeds (
    hotlist_id text primary key,
    source text not null,
    max_age_hours double precision not null,
    known_since timestamptz not null,
    seen_at timestamptz not null,
    checked_at timestamptz,
    outcome text,
    message text not null default '',
    failures integer not null default 0,
    file_sha256 text,
    dated_by_file boolean not null default false,
    confirmed_at timestamptz,
    remote jsonb not null default '{}'
);

-- migrate:down
drop table hotlist_feeds;
drop table alarms;
