-- migrate:up

-- Of a camera on a vehicle: how many seconds the fix was away from the read's time, and how fast the vehicle went (m/s).
alter table reads
    add column fix_age double precision check (fix_age >= 0),
    add column camera_speed double precision check (camera_speed >= 0);

-- migrate:down
alter table reads drop column fix_age, drop column camera_speed;
