-- name: lock
-- Until commit, so that numbers become visible in their order whoever gives them.
select pg_advisory_xact_lock(hashtext('platewatch.alert_numbers'))

-- name: are_waiting
-- Alerts that are held for a person have no number: nothing that follows the numbers sees them.
select exists (select from alerts where alert_number is null and status not in ('held', 'discarded'))

-- name: number
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
