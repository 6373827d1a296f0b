-- migrate:up

-- Patrol cars that may send home what they read. Of a car's token its SHA-256 alone is kept. A camera belongs to one
-- car, and a car sends reads of its own cameras alone. What a car has of the lists is what it said last.
create table cars (
    car_id text primary key check (car_id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    name text not null default '',
    camera_ids text[] not null check (cardinality(camera_ids) > 0),
    token_sha256 bytea not null check (octet_length(token_sha256) = 32),
    added_at timestamptz not null default clock_timestamp(),
    added_by text not null,
    token_at timestamptz not null default clock_timestamp(),
    revoked_at timestamptz,
    revoked_by text,
    last_seen_at timestamptz,
    lists_as_of timestamptz,
    lists jsonb,
    check ((revoked_at is null) = (revoked_by is null))
);

-- migrate:down
drop table cars;
