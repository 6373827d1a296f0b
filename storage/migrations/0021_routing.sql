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
    alert_id uuid not null references alerts (alert_id) on delete cascade,
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

-- migrate:down
drop table deliveries;
drop table alert_routing;
drop table alert_rules;
