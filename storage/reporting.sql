-- name: reads
select 'reads' as label, count(*) as number from reads where captured_at >= %(since)s and captured_at < %(until)s

-- name: lists
-- What was active at some time of the span: a list of which a version began before its end, and that was not removed since.
select list.hotlist_id as label, max(version.entries)::bigint as number
from hotlists as list
inner join hotlist_versions as version on version.hotlist_id = list.hotlist_id
where version.activated_at < %(until)s and list.active_version is not null
group by list.hotlist_id
order by list.hotlist_id

-- name: hits_by_list
select hotlist_id || case when alert_id is null then ': no alert' else ': alert' end as label, count(*) as number
from hits
where captured_at >= %(since)s and captured_at < %(until)s
group by 1
order by 1

-- name: hits_by_reader
select read.camera_id || case when hit.alert_id is null then ': no alert' else ': alert' end as label, count(*) as number
from hits as hit
inner join reads as read on read.read_id = hit.read_id and read.captured_at = hit.captured_at
where hit.captured_at >= %(since)s and hit.captured_at < %(until)s
group by 1
order by 1

-- name: hits_by_category
select payload -> 'entry' ->> 'category' as label, count(*) as number
from alerts
where captured_at >= %(since)s and captured_at < %(until)s and payload ->> 'type' = 'alert'
group by 1
order by 1

-- name: manual_entries
select 'entries' as label, count(*) as number
from audit
where action = 'add' and happened_at >= %(since)s and happened_at < %(until)s

-- name: searches
-- One row for each purpose as it was said: which of the law's it is, is told from the words.
select coalesce(purpose, '') as label, count(*) as number
from audit
where action in ('search', 'historical') and happened_at >= %(since)s and happened_at < %(until)s
group by 1

-- name: refused_searches
select details ->> 'refused' as label, count(*) as number
from audit
where
    action = 'refused'
    and details ->> 'refused' in ('search', 'historical')
    and happened_at >= %(since)s
    and happened_at < %(until)s
group by 1
order by 1

-- name: deliveries_by_agency
select member ->> 'name' || ': ' || kind || ' ' || outcome as label, count(*) as number
from disseminations
cross join lateral jsonb_array_elements(members) as member
where happened_at >= %(since)s and happened_at < %(until)s
group by 1
order by 1
