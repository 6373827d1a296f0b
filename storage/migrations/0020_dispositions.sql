-- migrate:up

-- What people say of an alert: seen, acknowledged, confirmed, rejected, what came of it, and the check of its record. Rows
-- are added and never changed: a later one takes an earlier one's place. Ends with the alert.
create table dispositions (
    disposition_id uuid primary key,
    alert_id uuid not null,
    number integer not null check (number > 0),
    kind text not null,
    happened_at timestamptz not null,
    person text not null,
    actor text not null,
    via text not null,
    origin text not null,
    agency_id text not null,
    surface text not null,
    supersedes integer,
    rejection text,
    outcome text,
    priority text,
    answer text,
    minutes integer,
    plate_seen text,
    state_seen text,
    despite jsonb not null default '[]',
    note text,
    unique (alert_id, number)
);
alter table dispositions
alter column plate_seen set statistics 0,
alter column note set statistics 0,
alter column despite set statistics 0;

create function refuse_disposition_change() returns trigger language plpgsql as $$
begin
    raise exception 'dispositions are append-only';
end
$$;
create trigger dispositions_are_append_only
before update on dispositions
for each row execute function refuse_disposition_change();

-- What is said of an alert ends with it. The application may not delete it by itself, so that this is done with the
-- owner's rights; a foreign key would look the same and keep alerts from being emptied as a whole.
create function end_with_alerts() returns trigger language plpgsql security definer as $$
begin
    delete from dispositions using ended where dispositions.alert_id = ended.alert_id;
    return null;
end
$$;
create trigger dispositions_end_with_alerts
after delete on alerts
referencing old table as ended
for each statement execute function end_with_alerts();
do $$
begin
    execute format('alter function end_with_alerts() set search_path = %I, pg_temp', current_schema());
    revoke all on function end_with_alerts() from public;
end
$$;

-- Who has confirmed an alert, as all that is sent about it later has to say.
alter table alerts add column confirmation jsonb;
alter table alerts alter column confirmation set statistics 0;

-- What is left of an alert for its entry's owner and for reports once it has ended: neither plate nor place.
create table alert_findings (
    alert_id uuid primary key,
    entry_id uuid not null,
    hotlist_id text not null,
    category text not null,
    originating_agency text,
    case_number text,
    raised_at timestamptz not null,
    standing text not null,
    rejection text,
    outcome text,
    record_answer text,
    confirmed_by text,
    found_at timestamptz not null
);
create index alert_findings_by_time on alert_findings (found_at);

-- migrate:down
drop table alert_findings;
alter table alerts drop column confirmation;
drop trigger dispositions_end_with_alerts on alerts;
drop function end_with_alerts;
drop table dispositions;
drop function refuse_disposition_change;
