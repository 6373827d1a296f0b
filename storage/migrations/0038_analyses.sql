-- migrate:up

-- Questions about many vehicles: who passes together, who was at several places. Each is asked once, by a person, for a
-- case; one without a plate is approved by another person before it runs.
create table analyses (
    analysis_id bigint generated always as identity primary key,
    kind text not null,
    question jsonb not null,
    purpose text,
    case_number text,
    requested_by text not null,
    requested_at timestamptz not null default clock_timestamp(),
    approved_by text,
    approved_at timestamptz,
    ran_at timestamptz,
    summary jsonb
);

-- What came out: plates that nobody has seen until somebody opens them one by one. Ends as reads do.
create table analysis_results (
    analysis_id bigint not null references analyses on delete cascade,
    number integer not null,
    plates text[] not null,
    content jsonb not null,
    captured_at timestamptz not null,
    opened_by text,
    opened_at timestamptz,
    primary key (analysis_id, number)
);
create index analysis_results_by_time on analysis_results (captured_at);

-- migrate:down
drop table analysis_results;
drop table analyses;
