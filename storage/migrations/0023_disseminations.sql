-- migrate:up

-- A message that goes out under an agreement says which one, and under which terms: release holds its version, members,
-- fields and reasons, and until when it may go. The relay takes it only while the agreement stands so.
alter table outbox add column agreement_id text references agreements;
alter table outbox add column release jsonb;
alter table outbox alter column release set statistics 0;
create index outbox_shared on outbox (agreement_id, outbox_id) where agreement_id is not null and sent_at is null;

-- How far alerts were offered to agreements, by alert number. What was raised before there were agreements is not.
create table sharing_progress (
    only_one boolean primary key default true check (only_one),
    alert_number bigint not null
);
insert into sharing_progress (alert_number) select coalesce(max(alert_number), 0) from alerts;

-- What was given to whom, under what, why and when, and what others asked: kept as long as the audit. plate is the listed
-- one, or the one that was asked for; of a read that was shown there is its id.
create table disseminations (
    dissemination_id bigint generated always as identity primary key,
    happened_at timestamptz not null default clock_timestamp(),
    outcome text not null,
    kind text not null,
    agreement_id text not null,
    version integer not null,
    members jsonb not null,
    item_id uuid,
    plate text,
    terms jsonb not null default '{}',
    why text not null,
    asked_by text,
    purpose text,
    case_number text,
    results integer
);
create unique index disseminations_once on disseminations (item_id, agreement_id, outcome) where item_id is not null;
create index disseminations_by_time on disseminations (happened_at);
alter table disseminations
alter column plate set statistics 0,
alter column terms set statistics 0;

create trigger disseminations_are_append_only
before update on disseminations
for each row execute function refuse_audit_change();

-- Ends rows as purge_audit does those of the audit.
create function purge_disseminations(before timestamptz) returns bigint language plpgsql security definer as $$
declare
    purged bigint;
begin
    delete from disseminations where happened_at < (select least(before, now() - keep) from audit_retention);
    get diagnostics purged = row_count;
    return purged;
end
$$;
do $$
begin
    execute format('alter function purge_disseminations(timestamptz) set search_path = %I, pg_temp', current_schema());
    revoke all on function purge_disseminations(timestamptz) from public;
end
$$;

-- migrate:down
drop function purge_disseminations(timestamptz);
drop table disseminations;
drop table sharing_progress;
drop index outbox_shared;
alter table outbox drop column release;
alter table outbox drop column agreement_id;
