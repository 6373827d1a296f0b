-- migrate:up

-- What became of a hit: alerted, updated or suppressed (with the first alert about the vehicle), or silent, which nobody
-- is to be notified of. Null where it was stored by something that does not ask whether it repeats.
alter table hits
add column outcome text,
add column alert_id uuid;
update hits
set
    outcome = case when alert.alert_id is null then 'silent' else 'alerted' end,
    alert_id = alert.alert_id
from hits as hit
left join alerts as alert
    on alert.hit_id = hit.hit_id and alert.alert_type = 'alert'
where hits.hit_id = hit.hit_id;

-- The first alert that an update belongs to.
alter table alerts
add column updates uuid generated always as ((payload ->> 'updates')::uuid) stored;
create index alerts_updating on alerts (updates, alert_number) where updates is not null;

-- What repeat suppression has to know of an alert and its updates: where and when its vehicle passed, and the best of
-- each kind that was read of it. Ends with the alert.
create table alert_chains (
    alert_id uuid primary key references alerts (alert_id) on delete cascade,
    hit_id uuid not null,
    entry_id uuid not null,
    camera_id text not null,
    latitude double precision,
    longitude double precision,
    opened_at timestamptz not null,
    tier text not null,
    score double precision not null,
    confidence double precision not null,
    has_picture boolean not null,
    has_second_reading boolean not null,
    plates text[] not null,
    suspected_cameras text[] not null default '{}'
);
create index alert_chains_by_entry on alert_chains (entry_id, opened_at);

-- migrate:down
drop table alert_chains;
drop index alerts_updating;
alter table alerts drop column updates;
alter table hits
drop column alert_id,
drop column outcome;
