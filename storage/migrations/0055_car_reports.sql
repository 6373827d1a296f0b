-- migrate:up

-- How a patrol car says that it is: who is signed on, its lists, what waits in it, what keeps it from reading. The
-- newest counts. version grows with everything that a person changes of the car, so that nobody changes what somebody
-- else has changed meanwhile.
alter table cars
    drop column lists,
    drop column lists_as_of,
    add column report jsonb,
    add column reported_at timestamptz,
    add column version integer not null default 1,
    add check ((report is null) = (reported_at is null));

-- migrate:down
alter table cars
    drop column version,
    drop column reported_at,
    drop column report,
    add column lists_as_of timestamptz,
    add column lists jsonb;
