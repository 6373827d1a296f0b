-- migrate:up

-- What people here said of alerts on entries that another agency gave, on its way to that agency: the message itself until it
-- is out (payload is empty then), and what became of it. It ends as alerts do.
create table returned_dispositions (
    disposition_id uuid primary key,
    return_number bigint generated always as identity,
    agency_id text not null,
    agreement_id text not null,
    hotlist_id text not null,
    plate text not null,
    noted_at timestamptz not null default clock_timestamp(),
    payload text not null,
    settled_at timestamptz,
    outcome text,
    why text
);
create index returned_dispositions_waiting on returned_dispositions (return_number) where settled_at is null;
create index returned_dispositions_by_time on returned_dispositions (noted_at);
alter table returned_dispositions
alter column plate set statistics 0,
alter column payload set statistics 0;

-- What people of other agencies said of alerts on entries that they were given, as they said it: no plate and no place. A later
-- one of the same alert takes an earlier one's place. rejection, outcome, record_answer and words are what stood with it.
create table foreign_dispositions (
    disposition_id uuid primary key,
    agreement_id text not null,
    version integer not null,
    member_id text not null,
    member_name text not null,
    hotlist_id text not null,
    entry_id uuid not null,
    alert_id uuid not null,
    number integer not null check (number > 0),
    kind text not null,
    said_at timestamptz not null,
    person text not null,
    standing text not null,
    rejection text,
    outcome text,
    record_answer text,
    is_canceled boolean not null,
    words text not null,
    digest bytea not null,
    received_at timestamptz not null default clock_timestamp(),
    unique (member_id, alert_id, number)
);
create index foreign_dispositions_of_entry on foreign_dispositions (entry_id);
create index foreign_dispositions_of_alert on foreign_dispositions (alert_id);
create index foreign_dispositions_against_entry on foreign_dispositions (hotlist_id, entry_id)
where outcome = 'recovered' or rejection = 'stale_entry' or record_answer = 'not_valid';
create index foreign_dispositions_by_time on foreign_dispositions (received_at);

-- What came on those topics and was not taken in, with the reason, for a person to look at. It may hold anything, so it ends as
-- reads do.
create table refused_dispositions (
    refusal_number bigint generated always as identity primary key,
    agreement_id text not null,
    member_id text not null,
    member_name text not null,
    topic text not null,
    received_at timestamptz not null default clock_timestamp(),
    reason text not null,
    body bytea not null,
    digest bytea not null,
    times integer not null default 1,
    unique (topic, digest)
);
create index refused_dispositions_by_time on refused_dispositions (received_at);
alter table refused_dispositions
alter column body set statistics 0,
alter column reason set statistics 0;

-- How far those topics were read: set with what came of each message, so that none is taken twice and none is passed over.
create table disposition_offsets (
    topic text not null,
    kafka_partition integer not null,
    next_offset bigint not null,
    primary key (topic, kafka_partition)
);

-- migrate:down
drop table disposition_offsets;
drop table refused_dispositions;
drop table foreign_dispositions;
drop table returned_dispositions;
