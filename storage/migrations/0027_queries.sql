-- migrate:up

-- What others ask is counted for each of them within the last hour, and shown by itself.
create index disseminations_asked on disseminations (happened_at) where asked_by is not null;

-- Questions that people here asked other agencies, for as long as an answer may come: who asked gets it, nobody else. What was
-- asked and why stands in the audit.
create table asked_questions (
    query_id uuid primary key,
    neighbor text not null,
    person text not null,
    asked_at timestamptz not null,
    expires_at timestamptz not null,
    purpose text not null,
    case_number text not null
);

-- migrate:down
drop table asked_questions;
drop index disseminations_asked;
