-- name: routed_number
-- One process asks rules at a time; whoever comes second sees how far the first has come.
select routed_number from alert_routing for update

-- name: set_routed_number
update alert_routing set routed_number = %(number)s

-- name: unrouted
select alert_number, alert_id, alert_type, coalesce(updates, (payload ->> 'cancels')::uuid, alert_id) as first, payload
from alerts
where alert_number > %(after)s
order by alert_number
limit %(limit)s

-- name: plan
insert into deliveries (
    delivery_id, rule, unit, channel, with_plate, alert_id, first_alert, planned_at, due_at
) values (
    %(delivery_id)s, %(rule)s, %(unit)s, %(channel)s, %(with_plate)s, %(alert_id)s, %(first_alert)s, %(now)s, %(due_at)s
)
on conflict (delivery_id) do nothing

-- name: went_to
select distinct rule, channel from deliveries where first_alert = %(first)s order by rule, channel

-- fragment: delivery_columns
delivery.delivery_id, delivery.delivery_number, delivery.rule, delivery.unit, delivery.channel, delivery.with_plate,
delivery.alert_id, delivery.first_alert, delivery.planned_at, delivery.due_at, delivery.begun_at, delivery.attempts,
delivery.state, delivery.reason, delivery.settled_at, alert.alert_number

-- name: due
-- In order for one vehicle: an update does not overtake the alert that is tried again.
select
    {delivery_columns},
    alert.payload,
    exists (
        select from alerts as first where first.alert_id = delivery.first_alert and first.status <> 'open'
    ) as is_canceled,
    exists (
        select
        from deliveries as before
        where
            before.first_alert = delivery.first_alert
            and before.rule = delivery.rule
            and before.channel = delivery.channel
            and before.state = 'sent'
    ) as was_told
from deliveries as delivery
inner join alerts as alert on alert.alert_id = delivery.alert_id
where
    delivery.channel = %(channel)s
    and delivery.state = 'waiting'
    and delivery.due_at <= %(now)s
    and not exists (
        select
        from deliveries as before
        where
            before.first_alert = delivery.first_alert
            and before.rule = delivery.rule
            and before.channel = delivery.channel
            and before.state = 'waiting'
            and before.delivery_number < delivery.delivery_number
    )
order by delivery.due_at, delivery.delivery_number
limit %(limit)s

-- name: settle
update deliveries
set
    state = %(state)s,
    reason = %(reason)s,
    due_at = coalesce(%(due_at)s, due_at),
    begun_at = coalesce(begun_at, %(now)s),
    attempts = attempts + 1,
    settled_at = case when %(state)s = 'waiting' then null else %(now)s end
where delivery_id = %(delivery_id)s and state = 'waiting'

-- name: newest
select {delivery_columns}
from deliveries as delivery
inner join alerts as alert on alert.alert_id = delivery.alert_id
where (%(state)s::text is null or delivery.state = %(state)s)
order by delivery.delivery_number desc
limit %(limit)s

-- name: retry
update deliveries
set state = 'waiting', due_at = %(now)s, begun_at = null, settled_at = null
where state = 'dead' and (%(number)s::bigint is null or delivery_number = %(number)s)

-- name: waiting_channels
select distinct channel from deliveries where state = 'waiting' order by channel

-- name: given_up
select count(*) from deliveries where channel = %(channel)s and state = 'dead'
