-- migrate:up

-- Which alerts go where besides the agency's topic. A rule that says something else than before is off until it was tried
-- anew and switched on; the audit knows what it said before.
create table alert_rules (
    name text primary key,
    definition jsonb not null,
    digest text not null,
    added_at timestamptz not null,
    added_by text not null,
    tried_at timestamptz,
    tried_by text,
    is_on boolean not null default false,
    switched_at timestamptz,
    switched_by text,
    untried_reason text
);

-- Up to which alert number rules were asked: those that were raised before there were any are nobody's.
create table alert_routing (
    only_row boolean primary key default true check (only_row),
    routed_number bigint not null
);
insert into alert_routing (routed_number) select coalesce(max(alert_number), 0) from alerts;

-- What rules send: each alert, update or cancel once for a rule and a channel. Ends with its alert.
create table deliveries (
    delivery_id uuid primary key,
    delivery_number bigint generated always as identity unique,
    rule text not null,
    unit text not null,
    channel text not null,
    with_plate boolean not null,
    alert_id uuid not null,
    first_alert uuid not null,
    planned_at timestamptz not null,
    due_at timestamptz not null,
    begun_at timestamptz,
    attempts integer not null default 0,
    state text not null default 'waiting',
    reason text,
    settled_at timestamptz
);
create index deliveries_due on deliveries (channel, due_at) where state = 'waiting';
create index deliveries_by_first on deliveries (first_alert);
create index deliveries_by_alert on deliveries (alert_id);
create index deliveries_given_up on deliveries (delivery_number) where state = 'dead';

-- A camera or an entry that raises far more alerts than is expected of it: until a person has ended the storm, its alerts
-- are held. counted_from is from which capture on they count anew after one.
create table alert_storms (
    storm_number bigint generated always as identity primary key,
    kind text not null check (kind in ('camera', 'entry')),
    subject text not null,
    began_at timestamptz not null default clock_timestamp(),
    expected double precision not null,
    most integer not null,
    ended_at timestamptz,
    ended_by text,
    ended_how text,
    counted_from timestamptz
);
create unique index alert_storms_standing on alert_storms (kind, subject) where ended_at is null;
create index alert_storms_by_subject on alert_storms (kind, subject, storm_number);

-- The messages of held alerts: they go to the outbox when a person releases them. An alert is 'held' meanwhile, has no
-- number, and nothing that follows the numbers sees it.
create table held_messages (
    held_number bigint generated always as identity primary key,
    alert_id uuid not null,
    storm_number bigint not null references alert_storms (storm_number),
    topic text not null,
    key text not null,
    headers jsonb not null,
    payload bytea not null,
    unique (alert_id, topic)
);
create index held_messages_by_storm on held_messages (storm_number);
alter table held_messages
alter column key set statistics 0,
alter column headers set statistics 0,
alter column payload set statistics 0;

create or replace function end_with_alerts() returns trigger language plpgsql security definer as $$
begin
    delete from dispositions using ended where dispositions.alert_id = ended.alert_id;
    delete from deliveries using ended where deliveries.alert_id = ended.alert_id;
    delete from held_messages using ended where held_messages.alert_id = ended.alert_id;
    return null;
end
$$;
do $$
begin
    execute format('alter function end_with_alerts() set search_path = %I, pg_temp', current_schema());
end
$$;

alter table alerts add column camera_id text generated always as (payload #>> '{read,camera_id}') stored;
create index alerts_by_camera on alerts (camera_id, captured_at) where alert_type = 'alert';
create index alerts_by_entry on alerts (entry_id, captured_at) where alert_type = 'alert';

-- migrate:down
drop index alerts_by_entry;
drop index alerts_by_camera;
alter table alerts drop column camera_id;
create or replace function end_with_alerts() returns trigger language plpgsql security definer as $$
begin
    delete from dispositions using ended where dispositions.alert_id = ended.alert_id;
    return null;
end
$$;
do $$
begin
    execute format('alter function end_with_alerts() set search_path = %I, pg_temp', current_schema());
end
$$;
drop table held_messages;
drop table alert_storms;
drop table deliveries;
drop table alert_routing;
drop table alert_rules;
