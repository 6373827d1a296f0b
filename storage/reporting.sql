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
-- Of reads one row stands for many.
select
    member ->> 'name' || ': ' || kind || ' ' || outcome as label,
    sum(case when kind = 'reads' then results else 1 end)::bigint as number
from disseminations
cross join lateral jsonb_array_elements(members) as member
where happened_at >= %(since)s and happened_at < %(until)s
group by 1
order by 1

-- name: reads_by_day
select to_char(captured_at at time zone %(zone)s, 'YYYY-MM-DD') as label, count(*) as number
from reads
where captured_at >= %(since)s and captured_at < %(until)s
group by 1
order by 1

-- name: cameras
select camera_id as label, count(*) as number
from reads
where captured_at >= %(since)s and captured_at < %(until)s
group by camera_id
order by camera_id

-- name: camera_count
select 'cameras' as label, count(distinct camera_id) as number
from reads
where captured_at >= %(since)s and captured_at < %(until)s

-- name: list_count
select 'lists' as label, count(distinct list.hotlist_id) as number
from hotlists as list
inner join hotlist_versions as version on version.hotlist_id = list.hotlist_id
where version.activated_at < %(until)s and list.active_version is not null

-- name: confirmed_by_list
select hotlist_id as label, count(*) as number
from alert_findings
where confirmed_by is not null and raised_at >= %(since)s and raised_at < %(until)s
group by hotlist_id
order by hotlist_id

-- name: not_correlating_by_list
select hotlist_id || ': ' || rejection as label, count(*) as number
from alert_findings
where rejection is not null and raised_at >= %(since)s and raised_at < %(until)s
group by 1
order by 1

-- name: undecided_by_list
-- Alerts themselves end with their reads: of those that have, only what a person said is left.
select hit.hotlist_id as label, count(*) as number
from alerts as alert
inner join hits as hit on hit.hit_id = alert.hit_id
where
    alert.captured_at >= %(since)s
    and alert.captured_at < %(until)s
    and alert.payload ->> 'type' = 'alert'
    and not exists (
        select from alert_findings as finding
        where
            finding.alert_id = alert.alert_id
            and (finding.confirmed_by is not null or finding.rejection is not null or finding.outcome is not null)
    )
group by hit.hotlist_id
order by hit.hotlist_id

-- name: outcomes_by_list
select hotlist_id || ': ' || outcome as label, count(*) as number
from alert_findings
where outcome is not null and raised_at >= %(since)s and raised_at < %(until)s
group by 1
order by 1

-- name: findings
-- What everybody asks for is there also where there was none of it.
select found.label, sum(found.number)::bigint as number
from (
    values ('confirmed', 0), ('rejected: misread', 0), ('canceled', 0)
    union all
    select case when confirmed_by is not null then 'confirmed' else 'rejected: ' || rejection end, 1
    from alert_findings
    where (confirmed_by is not null or rejection is not null) and raised_at >= %(since)s and raised_at < %(until)s
    union all
    select 'canceled', 1
    from alerts
    where payload ->> 'type' = 'cancel' and captured_at >= %(since)s and captured_at < %(until)s
) as found (label, number)
group by found.label
order by found.label

-- name: outcomes
select outcome as label, count(*) as number
from alert_findings
where outcome is not null and raised_at >= %(since)s and raised_at < %(until)s
group by outcome
order by outcome

-- name: manual_findings
-- Entered by hand: what a person added, as the audit has it.
select case when confirmed_by is not null then 'confirmed' else 'rejected: ' || rejection end as label, count(*) as number
from alert_findings
where
    (confirmed_by is not null or rejection is not null)
    and raised_at >= %(since)s
    and raised_at < %(until)s
    and entry_id::text in (select details ->> 'entry' from audit where action = 'add')
group by 1
order by 1

-- name: matches_by_class
select
    case
        when payload -> 'entry' ->> 'category' in ('stolen_vehicle', 'stolen_plate', 'stolen_boat', 'lost_plate') then 'stolen'
        when payload -> 'entry' ->> 'category' in ('wanted_person') then 'warrant'
        when payload -> 'entry' ->> 'category' in ('suspended_license', 'suspended_registration', 'expired_registration')
            then 'suspended'
        else 'investigative'
    end as label,
    count(*) as number
from alerts
where captured_at >= %(since)s and captured_at < %(until)s and payload ->> 'type' = 'alert'
group by 1
order by 1

-- fragment: is_access
action in (
    'search', 'historical', 'view_revisions', 'view_preserved', 'view_passes', 'view_alert', 'view_alerts', 'answer_query',
    'run_analysis', 'open_result', 'export', 'make_evidence'
)

-- name: accesses_by_agency
select agency_id as label, count(*) as number
from audit
where
    {is_access}
    and happened_at >= %(since)s
    and happened_at < %(until)s
group by agency_id
order by agency_id

-- name: access_log
select
    happened_at,
    {person} as person,
    agency_id as organization,
    action,
    coalesce(details ->> 'plate', details ->> 'pattern', details ->> 'alert', details ->> 'read') as plate,
    purpose,
    case_number,
    results
from audit
where
    {is_access}
    and happened_at >= %(since)s
    and happened_at < %(until)s
order by audit_id
limit %(limit)s

-- name: users
select {person} as label, count(*) as number
from audit
where via not in ('service', 'agreement', 'token') and happened_at >= %(since)s and happened_at < %(until)s
group by 1
order by 1

-- name: audits_noted
select to_char(happened_at at time zone %(zone)s, 'YYYY-MM-DD') || ': ' || (details ->> 'by') as label, count(*) as number
from audit
where action = 'note_audit' and happened_at >= %(since)s and happened_at < %(until)s
group by 1
order by 1

-- name: trainings
-- Who may sign in to the console, or might in the span; programs are not trained.
select
    name || ': ' || coalesce('trained ' || to_char(last_training_on, 'YYYY-MM-DD'), 'no training is noted') as label,
    1::bigint as number
from people
where
    added_at < %(until)s
    and (disabled_at is null or disabled_at >= %(since)s)
    and not roles @> array['agency_service']
order by name

-- fragment: of_span
followed_notification
and stopped_on >= (%(since)s::timestamptz at time zone %(zone)s)::date
and stopped_on < (%(until)s::timestamptz at time zone %(zone)s)::date

-- name: stops_by_reason
select notification_reason as label, count(*) as number from stops where {of_span} group by 1 order by 1

-- name: stops_by_race
select race as label, count(*) as number from stops where {of_span} group by 1 order by 1

-- name: stops_by_ethnicity
select ethnicity as label, count(*) as number from stops where {of_span} group by 1 order by 1

-- name: stops_by_gender
select gender as label, count(*) as number from stops where {of_span} group by 1 order by 1

-- name: stops_by_age
select
    case
        when age is null then 'not recorded'
        when age < 18 then 'under 18'
        when age < 25 then '18 to 24'
        when age < 40 then '25 to 39'
        when age < 60 then '40 to 59'
        else '60 and over'
    end as label,
    count(*) as number
from stops
where {of_span}
group by 1
order by 1

-- name: add_stop
insert into stops (
    record_id, stopped_on, ori, location, jurisdiction_code, initial_reason, race, ethnicity, age, gender, speaks_english,
    action_taken, is_person_searched, is_vehicle_searched, followed_notification, notification_reason, recorded_by
) values (
    %(record_id)s, %(stopped_on)s, %(ori)s, %(location)s, %(jurisdiction_code)s, %(initial_reason)s, %(race)s,
    %(ethnicity)s, %(age)s, %(gender)s, %(speaks_english)s, %(action_taken)s, %(is_person_searched)s,
    %(is_vehicle_searched)s, %(followed_notification)s, %(notification_reason)s, %(recorded_by)s
)
on conflict do nothing

-- name: stops_between
select
    record_id, stopped_on, ori, location, jurisdiction_code, initial_reason, race, ethnicity, age, gender, speaks_english,
    action_taken, is_person_searched, is_vehicle_searched, followed_notification, notification_reason
from stops
where stopped_on >= %(since)s and stopped_on < %(until)s
order by stopped_on, record_id
