-- migrate:up

-- Who signed on in a patrol car with the server. An answer from a car names its sign-on: by that the name is theirs,
-- also where the car had no network when they said it.
create table car_sign_ons (
    sign_on uuid primary key,
    car_id text not null,
    person text not null,
    unit text not null,
    granted_at timestamptz not null,
    expires_at timestamptz not null,
    check (expires_at > granted_at)
);
create index car_sign_ons_expires_at on car_sign_ons (expires_at);

-- What officers said of alerts in cars, as it came: waiting for its alert, a disposition (its number), the same as what
-- stood already, in conflict with what somebody else said meanwhile, or refused. `why` says it for people.
create table car_answers (
    answer_id uuid primary key,
    car_id text not null,
    alert_id uuid not null,
    person text not null,
    unit text not null,
    said_at timestamptz not null,
    received_at timestamptz not null default clock_timestamp(),
    body jsonb not null,
    state text not null default 'waiting' check (state in ('waiting', 'taken', 'same', 'conflict', 'refused')),
    why text not null default '',
    number integer,
    check ((number is not null) = (state = 'taken'))
);
create index car_answers_waiting on car_answers (received_at) where state = 'waiting';
create index car_answers_alert on car_answers (alert_id);

-- Which notes of cars stand in the audit: one that is sent twice is written once.
create table car_notes (
    note_id uuid primary key,
    received_at timestamptz not null default clock_timestamp()
);
create index car_notes_received_at on car_notes (received_at);

-- migrate:down
drop table car_notes, car_answers, car_sign_ons;
