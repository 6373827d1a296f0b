-- name: known
-- What has ended, or gone out, and must not come back with an older copy of the database.
select jsonb_build_object(
    'withdrawn', (
        select coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'entry_id', entry_id,
                    'hotlist_id', hotlist_id,
                    'digest', digest,
                    'withdrawn_at', withdrawn_at,
                    'withdrawn_by', withdrawn_by,
                    'reason', reason
                )
                order by withdrawal_number
            ),
            '[]'
        )
        from hotlist_withdrawals
    ),
    'removed_lists', (
        select coalesce(jsonb_agg(hotlist_id order by hotlist_id), '[]') from hotlists where active_version is null
    ),
    'ended_agreements', (
        select coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'agreement_id', agreement_id, 'ended_at', ended_at, 'ended_by', ended_by, 'reason', end_reason
                )
                order by agreement_id
            ),
            '[]'
        )
        from agreements
        where ended_at is not null
    ),
    'disabled_people', (
        select coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'name', name, 'disabled_at', disabled_at, 'disabled_by', disabled_by, 'reason', disabled_reason
                )
                order by person_id
            ),
            '[]'
        )
        from people
        where disabled_at is not null
    ),
    'cars', (
        select coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'car_id', car_id, 'token_at', token_at, 'revoked_at', revoked_at, 'revoked_by', revoked_by
                )
                order by car_id
            ),
            '[]'
        )
        from cars
    ),
    'saved_searches', (select coalesce(jsonb_agg(search_id order by search_id), '[]') from saved_searches),
    'alert_number', (select coalesce(max(alert_number), 0) from alerts),
    'outbox_id', (select coalesce(max(outbox_id), 0) from outbox),
    'outbox_waiting', (
        select coalesce(jsonb_agg(outbox_id order by outbox_id), '[]') from outbox where sent_at is null
    ),
    'shared_number', (select coalesce(max(alert_number), 0) from sharing_progress),
    'routed_number', (select coalesce(max(routed_number), 0) from alert_routing),
    'offers_waiting', (select coalesce(jsonb_agg(offer_id order by offer_id), '[]') from read_offers),
    'delivery_number', (select coalesce(max(delivery_number), 0) from deliveries),
    'deliveries_waiting', (
        select coalesce(jsonb_agg(delivery_number order by delivery_number), '[]')
        from deliveries
        where state = 'waiting'
    )
)

-- name: withdraw
insert into hotlist_withdrawals (entry_id, hotlist_id, digest, withdrawn_at, withdrawn_by, reason)
select entry_id, hotlist_id, digest, withdrawn_at, withdrawn_by, reason
from jsonb_to_recordset(%(withdrawn)s) as gone (
    entry_id uuid, hotlist_id text, digest uuid, withdrawn_at timestamptz, withdrawn_by text, reason text
)
on conflict (entry_id) do nothing

-- name: end_agreements
update agreements
set ended_at = gone.ended_at, ended_by = gone.ended_by, end_reason = gone.reason
from jsonb_to_recordset(%(ended)s) as gone (agreement_id text, ended_at timestamptz, ended_by text, reason text)
where agreements.agreement_id = gone.agreement_id and agreements.ended_at is null

-- name: disable_people
update people
set disabled_at = gone.disabled_at, disabled_by = gone.disabled_by, disabled_reason = gone.reason
from jsonb_to_recordset(%(disabled)s) as gone (name text, disabled_at timestamptz, disabled_by text, reason text)
where people.name = gone.name and people.disabled_at is null

-- name: refuse_cars
-- A car that was revoked stays so. One that got another token since has the earlier one no more, and waits for a new one:
-- whoever has the earlier one may be why it was exchanged.
update cars
set
    token_sha256 = case
        when cars.token_at < known.token_at then sha256(convert_to(gen_random_uuid()::text, 'UTF8'))
        else cars.token_sha256
    end,
    revoked_at = coalesce(cars.revoked_at, known.revoked_at),
    revoked_by = coalesce(cars.revoked_by, known.revoked_by)
from jsonb_to_recordset(%(cars)s) as known (
    car_id text, token_at timestamptz, revoked_at timestamptz, revoked_by text
)
where
    cars.car_id = known.car_id
    and (cars.token_at < known.token_at or (cars.revoked_at is null and known.revoked_at is not null))

-- name: remove_searches
-- All of the backup's were saved before the journal was written.
delete from saved_searches where not search_id = any(%(standing)s)

-- name: ended
select agreement_id from agreements where ended_at is not null order by agreement_id

-- name: active_among
select hotlist_id from hotlists where active_version is not null and hotlist_id = any(%(lists)s) order by hotlist_id

-- name: note_sent
-- It went out after the backup: who gets it twice would drop the second one, and need not.
update outbox
set sent_at = %(at)s, payload = ''
where sent_at is null and outbox_id <= %(last)s and not outbox_id = any(%(waiting)s)

-- name: note_delivered
update deliveries
set state = 'sent', settled_at = %(at)s
where state = 'waiting' and delivery_number <= %(last)s and not delivery_number = any(%(waiting)s)

-- name: number_after
select setval('alert_numbers', greatest(%(number)s, (select coalesce(max(alert_number), 0) from alerts), 1))

-- name: note_shared
update sharing_progress set alert_number = greatest(alert_number, %(number)s)

-- name: note_routed
update alert_routing set routed_number = greatest(routed_number, %(number)s)

-- name: note_offered
-- All of the backup's were made before the journal was written.
delete from read_offers where not offer_id = any(%(waiting)s)
