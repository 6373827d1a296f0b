-- fragment: raised
-- The first alerts about vehicles, with what a person says of each now: what was replaced does not count.
raised as (
    select
        alert.payload -> 'read' ->> 'camera_id' as camera_id,
        alert.payload -> 'entry' ->> 'category' as category,
        date_trunc(%(step)s, alert.created_at at time zone %(zone)s) as begins,
        verdict.kind,
        verdict.rejection
    from alerts as alert
    left join lateral (
        select said.kind, said.rejection
        from dispositions as said
        where
            said.alert_id = alert.alert_id
            and said.kind in ('confirmed', 'rejected')
            and not exists (
                select from dispositions as newer
                where newer.alert_id = said.alert_id and newer.supersedes = said.number
            )
        order by said.number desc
        limit 1
    ) as verdict on true
    where
        alert.alert_type = 'alert'
        and alert.payload ->> 'agency_id' = %(agency_id)s
        and alert.created_at >= %(since)s
        and alert.created_at < %(until)s
        and coalesce(alert.payload ->> 'historical', 'false') <> 'true'
        and (%(camera_id)s::text is null or alert.payload -> 'read' ->> 'camera_id' = %(camera_id)s)
)

-- fragment: counts
count(*) as alerts,
count(*) filter (where kind = 'confirmed') as confirmed,
count(*) filter (where kind = 'rejected' and rejection in ('misread', 'wrong_state', 'vehicle_differs')) as false_alerts,
count(*) filter (where kind = 'rejected' and rejection not in ('misread', 'wrong_state', 'vehicle_differs')) as other

-- name: by_camera
with {raised}

select camera_id as label, {counts}
from raised
group by camera_id
order by alerts desc, label

-- name: by_category
with {raised}

select category as label, {counts}
from raised
group by category
order by alerts desc, label

-- name: by_time
with {raised}

select begins, {counts}
from raised
group by begins

-- name: traffic
select date_trunc(%(step)s, hour at time zone %(zone)s) as begins, sum(reads)::bigint as reads
from camera_hours
where hour >= %(since)s and hour < %(until)s and (%(camera_id)s::text is null or camera_id = %(camera_id)s)
group by begins

-- name: traffic_by_camera
select camera_id as label, sum(reads)::bigint as reads
from camera_hours
where hour >= %(since)s and hour < %(until)s and (%(camera_id)s::text is null or camera_id = %(camera_id)s)
group by camera_id
order by reads desc, label
