-- name: stored_hits
select hit.hit_id, hit.outcome, exists (select from alerts where alerts.hit_id = hit.hit_id) as has_alert
from hits as hit
where hit.hit_id = any(%(hit_ids)s)

-- name: open_alerts
select chain.*, alert.confirmation
from unnest(%(entry_ids)s::uuid[], %(since)s::timestamptz[], %(until)s::timestamptz[]) as sought (entry_id, since, until)
inner join alert_chains as chain
    on chain.entry_id = sought.entry_id and chain.opened_at between sought.since and sought.until
inner join alerts as alert on alert.alert_id = chain.alert_id
where alert.status = 'open'
order by chain.opened_at, chain.alert_id

-- name: sightings
-- The nearest in time on either side: a vehicle that is parked before a camera is read more often than one has to know.
-- Where a clock was wrong, nobody knows how long a vehicle took.
-- Reads that this very transaction has stored are settled one after the other, and are not asked for here.
select
    sought.read_id, found.camera_id, found.latitude, found.longitude, found.captured_at, found.confidence,
    found.jurisdiction
from unnest(%(read_ids)s::uuid[], %(canonicals)s::text[], %(moments)s::timestamptz[], %(cameras)s::text[])
    as sought (read_id, canonical, moment, camera_id)
cross join lateral (
    (
        select
            camera_id, latitude, longitude, captured_at, jurisdiction,
            case when confidence_is_known then confidence else 0 end as confidence
        from reads
        where
            canonical = sought.canonical collate "C"
            and captured_at between sought.moment - %(within)s and sought.moment
            and camera_id <> sought.camera_id
            and latitude is not null
            and claimed_at is null
            and not (read_id = any(%(together)s) and coalesce(revised_at, stored_at) = now())
        order by captured_at desc
        limit %(limit)s
    )
    union all
    (
        select
            camera_id, latitude, longitude, captured_at, jurisdiction,
            case when confidence_is_known then confidence else 0 end as confidence
        from reads
        where
            canonical = sought.canonical collate "C"
            and captured_at > sought.moment
            and captured_at <= sought.moment + %(within)s
            and camera_id <> sought.camera_id
            and latitude is not null
            and claimed_at is null
            and not (read_id = any(%(together)s) and coalesce(revised_at, stored_at) = now())
        order by captured_at
        limit %(limit)s
    )
) as found

-- name: newest
select sought.alert_id as first, newest.payload
from unnest(%(alert_ids)s::uuid[]) as sought (alert_id)
cross join lateral (
    select candidate.payload
    from (
        (
            select insert_number, payload from alerts where alert_id = sought.alert_id
        )
        union all
        (
            select insert_number, payload from alerts where updates = sought.alert_id order by insert_number desc limit 1
        )
    ) as candidate
    order by candidate.insert_number desc
    limit 1
) as newest

-- name: open_chains
select chain.*, alert.confirmation
from alert_chains as chain
inner join alerts as alert on alert.alert_id = chain.alert_id
where chain.alert_id = any(%(alert_ids)s) and alert.status = 'open'

-- name: raised_hits
select
    hit.hit_id,
    hit.read_id,
    coalesce(hit.outcome, 'silent') as outcome,
    hit.alert_id,
    alert.payload,
    array(
        select other.hit_id
        from hits as other
        where
            other.entry_id = hit.entry_id
            and other.alert_id = hit.alert_id
            and other.read_id <> hit.read_id
            and other.outcome in ('alerted', 'updated', 'suppressed')
    ) as shared_by
from hits as hit
left join alerts as alert on alert.alert_id = hit.alert_id
where hit.read_id = any(%(read_ids)s)
