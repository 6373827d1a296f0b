-- name: forget
delete from read_offers

-- name: waiting
-- How many reads stand in the outbox: alerts that come behind them are not to wait for long.
select count(*)
from outbox as message
where message.agreement_id is not null and message.sent_at is null and message.release ->> 'kind' = 'read'

-- name: take
with taken as (
    delete from read_offers
    where offer_id in (select offer_id from read_offers order by offer_id limit %(limit)s for update skip locked)
    returning offer_id, read_id, captured_at
)

select reads.*
from taken
inner join reads on reads.read_id = taken.read_id and reads.captured_at = taken.captured_at
order by taken.offer_id

-- name: insert_message
insert into outbox (alert_id, topic, key, headers, payload, agreement_id, release)
select %(message_id)s, %(topic)s, %(key)s, %(headers)s, %(payload)s, %(agreement_id)s, %(release)s
where not exists (
    select from shared_reads
    where read_id = %(read_id)s and agreement_id = %(agreement_id)s and revision = %(revision)s
)
on conflict (alert_id, topic) do nothing

-- name: offer_again
-- Reads that wait under terms that changed meanwhile: they are decided anew.
with back as (
    delete from outbox as message
    where
        message.agreement_id is not null
        and message.sent_at is null
        and message.release ->> 'kind' = 'read'
        and not {stands}
    returning message.release
)

insert into read_offers (read_id, captured_at)
select distinct (release ->> 'read_id')::uuid, (release ->> 'captured_at')::timestamptz from back
