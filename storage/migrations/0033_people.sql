-- migrate:up

-- Who may sign in to the console, as what, and for which agency. Nobody is ever removed: the audit names them.
create table people (
    person_id bigint generated always as identity primary key,
    name text not null unique,
    full_name text not null default '',
    agency_id text not null,
    roles text [] not null,
    -- How the agency's own directory names somebody: its issuer and the subject there.
    issuer text,
    subject text,
    password_hash text,
    authenticator_secret text,
    -- The last step of the authenticator's clock whose code was taken: a code is good once.
    authenticator_step bigint not null default 0,
    added_at timestamptz not null default clock_timestamp(),
    added_by text not null,
    last_sign_in_at timestamptz,
    last_training_on date,
    disabled_at timestamptz,
    disabled_by text,
    disabled_reason text,
    unique (issuer, subject)
);

create table passkeys (
    credential_id bytea primary key,
    person_id bigint not null references people,
    public_key bytea not null,
    sign_count bigint not null default 0,
    label text not null default '',
    added_at timestamptz not null default clock_timestamp(),
    last_used_at timestamptz
);
create index passkeys_by_person on passkeys (person_id);

-- Links that let somebody choose how to sign in. Of every secret here only the SHA-256 is kept.
create table sign_in_links (
    digest bytea primary key,
    person_id bigint not null references people,
    -- An authenticator's secret that is shown on the link's page and becomes the person's with its first code.
    authenticator_secret text not null,
    made_at timestamptz not null default clock_timestamp(),
    made_by text not null,
    ends_at timestamptz not null,
    used_at timestamptz
);
create index sign_in_links_by_person on sign_in_links (person_id);

create table sessions (
    session_id bigint generated always as identity primary key,
    digest bytea not null unique,
    person_id bigint not null references people,
    via text not null,
    origin text not null,
    began_at timestamptz not null default clock_timestamp(),
    seen_at timestamptz not null default clock_timestamp(),
    ends_at timestamptz not null,
    ended_at timestamptz,
    ended_by text
);
create index sessions_by_person on sessions (person_id) where ended_at is null;
create index sessions_by_end on sessions (ends_at);

create table api_tokens (
    token_id bigint generated always as identity primary key,
    digest bytea not null unique,
    person_id bigint not null references people,
    label text not null,
    scopes text [] not null,
    made_at timestamptz not null default clock_timestamp(),
    made_by text not null,
    ends_at timestamptz not null,
    used_at timestamptz,
    ended_at timestamptz,
    ended_by text
);
create index api_tokens_by_person on api_tokens (person_id);

-- What was wrong lately, by name and by address; rows end by themselves.
create table sign_in_failures (
    subject text primary key,
    failures integer not null,
    first_at timestamptz not null,
    locked_until timestamptz,
    ends_at timestamptz not null
);
create index sign_in_failures_by_end on sign_in_failures (ends_at);

-- Questions to a browser or a directory that wait for their answer, each of which is taken once.
create table sign_in_questions (
    digest bytea primary key,
    kind text not null,
    content jsonb not null,
    ends_at timestamptz not null
);
create index sign_in_questions_by_end on sign_in_questions (ends_at);

-- migrate:down
drop table sign_in_questions;
drop table sign_in_failures;
drop table api_tokens;
drop table sessions;
drop table sign_in_links;
drop table passkeys;
drop table people;
