-- migrate:up

-- Cameras that people added besides the configuration; a run that leads takes them over within seconds. settings is what
-- the configuration would have in [[cameras]], without its login, which stands apart and is never shown.
create table added_cameras (
    camera_id text primary key check (camera_id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    settings jsonb not null,
    login_user text,
    login_password text,
    added_at timestamptz not null default clock_timestamp(),
    added_by text not null,
    check (login_user is not null or login_password is null)
);

-- What a live camera showed last, so small that no plate can be read on it; one for each, replaced by the next.
create table camera_pictures (
    camera_id text primary key,
    taken_at timestamptz not null,
    picture bytea not null check (octet_length(picture) <= 65536)
);

-- migrate:down
drop table added_cameras;
drop table camera_pictures;
