-- name: date_entries
-- What a clock that ran ahead has dated would outlive its time: it counts from now.
update hotlist_entries set retired_at = clock_timestamp()
where last_version is not null and retired_at > clock_timestamp() + interval '1 hour'

-- name: date_versions
update hotlist_versions set activated_at = clock_timestamp() where activated_at > clock_timestamp() + interval '1 hour'

-- name: days
select to_date(right(child.relname, 8), 'YYYYMMDD')
from pg_inherits
inner join pg_class as child on child.oid = pg_inherits.inhrelid
where pg_inherits.inhparent = 'reads'::regclass
order by 1

-- name: count_reads
select count(*) from reads where captured_at < %(cutoff)s

-- name: drop_day
select drop_reads_partition(%(day)s)

-- fragment: pictures_of_ended
-- Those of every revision: they end with the read, whenever each was captured.
insert into ended_pictures (image_key)
select picture.image_key
from ended
cross join lateral unnest(array[plate_image_key, context_image_key]) as picture (image_key)
where picture.image_key is not null
union
select picture.image_key
from ended_revisions
cross join lateral unnest(array[content ->> 'plate_image_key', content ->> 'context_image_key']) as picture (image_key)
where picture.image_key is not null
on conflict do nothing

-- name: note_pictures
with ended as materialized (
    select read_id, plate_image_key, context_image_key
    from reads
    where
        captured_at >= %(day)s::timestamp at time zone 'UTC'
        and captured_at < (%(day)s::timestamp + interval '1 day') at time zone 'UTC'
),

ended_revisions as (
    delete from read_revisions as kept using ended where kept.read_id = ended.read_id returning kept.content
)

{pictures_of_ended}

-- name: delete_reads
with ended as (
    delete from reads where captured_at < %(cutoff)s returning read_id, plate_image_key, context_image_key
),

ended_revisions as (
    delete from read_revisions as kept using ended where kept.read_id = ended.read_id returning kept.content
)

{pictures_of_ended}

-- name: delete_revisions
-- Those that are too old of reads whose newest revision is not: such a read then does without their pictures, too.
with ended as (
    delete from read_revisions as kept
    where
        captured_at < %(cutoff)s
        or (
            captured_at < %(cutoff)s + interval '1 hour'
            and not exists (select from reads where reads.read_id = kept.read_id)
        )
    returning read_id, content
),

gone as materialized (
    select distinct ended.read_id, picture.image_key
    from ended
    cross join lateral unnest(array[content ->> 'plate_image_key', content ->> 'context_image_key'])
        as picture (image_key)
    where picture.image_key is not null
),

without_pictures as (
    update reads
    set
        plate_image_key = case
            when not exists (select from gone where gone.image_key = plate_image_key) then plate_image_key
        end,
        context_image_key = case
            when not exists (select from gone where gone.image_key = context_image_key) then context_image_key
        end
    from (select distinct read_id from gone) as older
    where
        reads.read_id = older.read_id
        and exists (select from gone where gone.image_key in (plate_image_key, context_image_key))
)

insert into ended_pictures (image_key)
select distinct image_key from gone
on conflict do nothing

-- name: ended_pictures
select image_key from ended_pictures order by image_key limit %(limit)s

-- name: forget_pictures
delete from ended_pictures where image_key = any(%(keys)s)

-- name: end_rejects
-- What cannot be used is not tried again, also when its name and the reason, which may hold plates, have ended.
with ended as (
    delete from source_rejects
    where least(captured_at, rejected_at) < %(cutoff)s
    returning camera_id, name, fingerprint, captured_at, rejected_at
)

insert into finished_items (camera_id, name, fingerprint, captured_at, finished_at)
select camera_id, 'sha256:' || encode(sha256(convert_to(name, 'UTF8')), 'hex'), fingerprint, captured_at, rejected_at
from ended
on conflict (camera_id, name) do update
set fingerprint = excluded.fingerprint, captured_at = excluded.captured_at, finished_at = excluded.finished_at

-- name: delete_messages
delete from outbox
using alerts
where outbox.alert_id = alerts.alert_id and alerts.captured_at < %(cutoff)s

-- name: delete_disposition_messages
-- Of alerts that end now, whether they were published or not.
delete from outbox
using dispositions, alerts
where
    outbox.alert_id = dispositions.disposition_id
    and dispositions.alert_id = alerts.alert_id
    and alerts.captured_at < %(cutoff)s

-- name: delete_disposition_letters
delete from dead_letters
using dispositions, alerts
where
    dead_letters.alert_id = dispositions.disposition_id
    and dispositions.alert_id = alerts.alert_id
    and alerts.captured_at < %(cutoff)s

-- name: delete_dead_letters
delete from dead_letters
using alerts
where dead_letters.alert_id = alerts.alert_id and alerts.captured_at < %(cutoff)s

-- name: delete_read_letters
delete from dead_letters
using outbox
where
    dead_letters.outbox_id = outbox.outbox_id
    and outbox.release ->> 'kind' = 'read'
    and (outbox.release ->> 'captured_at')::timestamptz < %(cutoff)s

-- name: delete_read_messages
-- Reads that were on their way to other agencies, or were withheld.
delete from outbox
where
    agreement_id is not null
    and release ->> 'kind' = 'read'
    and (release ->> 'captured_at')::timestamptz < %(cutoff)s

-- name: delete_read_offers
delete from read_offers where captured_at < %(cutoff)s

-- name: delete_shared_reads
delete from shared_reads where captured_at < %(cutoff)s

-- name: delete_alerts
delete from alerts where captured_at < %(cutoff)s

-- name: delete_hits
delete from hits where captured_at < %(cutoff)s

-- name: delete_plates
delete from plate_dictionary where last_captured < %(cutoff_day)s

-- name: lock_plates
-- Whoever is writing a read of a plate holds its row: wait for that, so that the next statement sees the read.
select from plate_dictionary order by canonical for update

-- name: delete_unread_plates
delete from plate_dictionary as plate
where not exists (select from reads where reads.canonical = plate.canonical)

-- name: delete_retired_entries
-- The first condition says what the second one implies, in the words of an index: active rows, millions, are not read.
delete from hotlist_entries where last_version is not null and retired_at < %(lists_cutoff)s

-- name: delete_rejects
delete from hotlist_rejects as reject
using hotlist_versions as version
where
    version.version_id = reject.version_id
    and version.activated_at < %(lists_cutoff)s
    and not exists (select from hotlists where hotlists.active_version = version.version_id)

-- name: delete_alarms
-- With the messages about them, which no alert ends.
with ended as (
    delete from alarms where cleared_at < %(audit_cutoff)s
)

delete from outbox
where
    sent_at < %(audit_cutoff)s
    and not exists (select from alerts where alerts.alert_id = outbox.alert_id)

-- name: delete_deliveries
-- Those of alerts end with them; this is for one that was planned while its alert ended.
delete from deliveries where planned_at < %(cutoff)s

-- name: delete_findings
delete from alert_findings where found_at < %(findings_cutoff)s

-- name: delete_camera_pictures
-- What cameras showed last that show nothing any more: as long as reads at most, though no plate is read on them.
delete from camera_pictures where taken_at < %(cutoff)s

-- name: delete_heard
delete from foreign_dispositions where received_at < %(findings_cutoff)s

-- name: delete_returned
-- With their alerts, however late somebody said it, and so before these. What had not been sent by then is said to be withheld.
with ended as (
    delete from returned_dispositions as returned
    where
        returned.noted_at < %(cutoff)s
        or not exists (
            select
            from dispositions as said
            inner join alerts as alert on alert.alert_id = said.alert_id
            where said.disposition_id = returned.disposition_id and alert.captured_at >= %(cutoff)s
        )
    returning disposition_id, agency_id, agreement_id, plate, settled_at
)

insert into disseminations (outcome, kind, agreement_id, version, members, item_id, plate, terms, why)
select
    'withheld', 'disposition', agreement_id, 0, jsonb_build_array(jsonb_build_object('id', agency_id)), disposition_id,
    plate, '{}', 'its alert ended before it could be sent'
from ended
where settled_at is null
on conflict (item_id, agreement_id, outcome) where item_id is not null do nothing

-- name: delete_refused_dispositions
delete from refused_dispositions where received_at < %(cutoff)s

-- name: delete_car_answers
-- What was said in cars ends as its alerts do; what never found its alert, too. Until then a car may send it again.
delete from car_answers where received_at < %(cutoff)s

-- name: delete_car_notes
delete from car_notes where received_at < %(findings_cutoff)s

-- name: delete_car_sign_ons
delete from car_sign_ons where expires_at < %(findings_cutoff)s

-- name: delete_corrections
-- They end with their reads, or with the last request that keeps these.
delete from read_corrections as kept
where
    (captured_at < %(cutoff)s or not exists (select from reads where reads.read_id = kept.read_id))
    and not exists (select from preserved_reads where preserved_reads.read_id = kept.read_id)

-- name: delete_stops
-- By the day of the stop, or that of its record where it was written down as one to come.
delete from stops where least(stopped_on, recorded_at::date) < %(stops_cutoff_day)s

-- name: delete_results
-- Of questions about many vehicles: they hold plates, so they end with the newest read of each.
delete from analysis_results where captured_at < %(cutoff)s

-- name: delete_analyses
-- The questions themselves may name a plate: they are kept as long as the audit, which has them, too.
delete from analyses where requested_at < %(audit_cutoff)s

-- name: delete_searches
-- That somebody kept for a case: they hold plates, and end at their own time.
delete from saved_searches where ends_at <= %(now)s

-- name: delete_quarantined
-- They hold plates, so they end as reads do.
delete from quarantined_messages where least(received_at, quarantined_at) < %(cutoff)s

-- name: purge_disseminations
select purge_disseminations(%(audit_cutoff)s)

-- name: purge_audit
-- As the owner, who lets none go before its time.
select purge_audit(%(audit_cutoff)s)
