-- migrate:up

-- Searches that a person keeps for a case, to ask them again by hand. Each ends at its time, or with its case before.
create table saved_searches (
    search_id bigint generated always as identity primary key,
    name text not null,
    asked jsonb not null,
    purpose text not null,
    case_number text not null,
    case_key text collate "C" not null,
    warrant text,
    offense text,
    saved_by text not null,
    saved_at timestamptz not null default clock_timestamp(),
    ends_at timestamptz not null
);
create index saved_searches_by_person on saved_searches (saved_by, search_id);
create index saved_searches_by_end on saved_searches (ends_at);

-- migrate:down
drop table saved_searches;
