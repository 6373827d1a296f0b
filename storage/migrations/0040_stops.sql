-- migrate:up

-- What an officer records of a stop, as 19VAC30-240-10 has it, with whether it followed a notification and which reason that had.
-- Apart from reads and alerts: what it says of a driver stands nowhere else, and it names neither a plate nor a read.
create table stops (
    record_id text primary key check (record_id ~ '^[A-Z0-9-]{1,12}$'),
    stopped_on date not null,
    ori text not null check (ori ~ '^[A-Z0-9]{9}$'),
    location text not null check (length(location) between 1 and 45 and location !~ ','),
    jurisdiction_code text not null,
    initial_reason text not null,
    race text not null,
    ethnicity text not null,
    age integer check (age between 0 and 120),
    gender text not null,
    speaks_english boolean,
    action_taken text not null,
    is_person_searched boolean not null,
    is_vehicle_searched boolean not null,
    followed_notification boolean not null,
    notification_reason text,
    recorded_at timestamptz not null default clock_timestamp(),
    recorded_by text not null,
    check (followed_notification = (notification_reason is not null))
);
create index stops_by_day on stops (stopped_on);

-- migrate:down
drop table stops;
