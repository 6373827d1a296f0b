-- migrate:up

-- What changed of which first alert: it was raised, updated, taken back, or somebody said something of it. Numbers are given
-- after the commit, under the lock of alerts' numbers, so that they grow in the order in which changes become visible:
-- whoever has seen one has missed none before it, whatever committed late or not at all.
create table alert_changes (
    insert_number bigint generated always as identity primary key,
    alert_id uuid not null,
    change_number bigint unique,
    changed_at timestamptz not null default clock_timestamp()
);
create index alert_changes_by_alert on alert_changes (alert_id, change_number);
create index alert_changes_by_time on alert_changes (changed_at);
create index alert_changes_unnumbered on alert_changes (insert_number) where change_number is null;

create sequence alert_change_numbers;

insert into alert_changes (alert_id, change_number, changed_at)
select
    case alert_type
        when 'update' then updates
        when 'cancel' then (payload ->> 'cancels')::uuid
        else alert_id
    end,
    nextval('alert_change_numbers'),
    created_at
from (select * from alerts where alert_number is not null order by alert_number) as numbered;

-- Changes end with their alert. The application may delete them itself; a foreign key would make what is numbered wait for
-- whoever holds the alert.
create function changes_end_with_alerts() returns trigger language plpgsql as $$
begin
    delete from alert_changes using ended where alert_changes.alert_id = ended.alert_id;
    return null;
end
$$;
create trigger changes_end_with_alerts
after delete on alerts
referencing old table as ended
for each statement execute function changes_end_with_alerts();

-- migrate:down
drop trigger changes_end_with_alerts on alerts;
drop function changes_end_with_alerts;
drop sequence alert_change_numbers;
drop table alert_changes;
