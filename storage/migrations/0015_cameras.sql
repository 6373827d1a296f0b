-- migrate:up

-- When something came from every camera last, and when a read of it was recorded last: who asks may do so while no run
-- runs, and a run goes on with it after a restart. machine is whose run watched it last.
create table camera_states (
    camera_id text primary key,
    machine text not null,
    known_since timestamptz not null,
    last_picture_at timestamptz,
    last_read_at timestamptz
);

-- migrate:down
drop table camera_states;
