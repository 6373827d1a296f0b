-- migrate:up

-- How many reads of every camera came in every hour, for some weeks: a reader that is silent when it never is stands out.
create table camera_hours (
    camera_id text not null,
    hour timestamptz not null,
    reads integer not null,
    primary key (camera_id, hour)
);

-- migrate:down
drop table camera_hours;
