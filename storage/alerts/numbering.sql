-- name: lock
-- Until commit, so that numbers become visible in their order whoever gives them.
select pg_advisory_xact_lock(hashtext('platewatch.alert_numbers'))

-- name: are_waiting
-- Alerts that are held for a person have no number: nothing that follows the numbers sees them.
select
    exists (select from alerts where alert_number is null and status not in ('held', 'discarded'))
    or exists (select from alert_changes where change_number is null)

-- name: number
-- What is numbered is a change of the first alert about its vehicle, with its own.
with given as (
    update alerts
    set alert_number = numbered.alert_number
    from (
        select waiting.insert_number, nextval('alert_numbers') as alert_number
        from (
            select insert_number
            from alerts
            where alert_number is null and status not in ('held', 'discarded')
            order by insert_number
        ) as waiting
    ) as numbered
    where alerts.insert_number = numbered.insert_number
    returning
        alerts.alert_number,
        case alerts.alert_type
            when 'update' then alerts.updates
            when 'cancel' then (alerts.payload ->> 'cancels')::uuid
            else alerts.alert_id
        end as first
),

changed as (
    insert into alert_changes (alert_id, change_number)
    select first, nextval('alert_change_numbers')
    from (select first from given order by alert_number) as ordered
    where first is not null
)

select count(*) from given

-- name: number_changes
update alert_changes
set change_number = numbered.change_number
from (
    select waiting.insert_number, nextval('alert_change_numbers') as change_number
    from (
        select insert_number
        from alert_changes
        where change_number is null
        order by insert_number
    ) as waiting
) as numbered
where alert_changes.insert_number = numbered.insert_number
