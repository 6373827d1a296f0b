-- name: request
insert into analyses (kind, question, purpose, case_number, warrant, offense, requested_by)
values (%(kind)s, %(question)s, %(purpose)s, %(case_number)s, %(warrant)s, %(offense)s, %(person)s)
returning analysis_id

-- name: all
select
    analysis.analysis_id, kind, question, purpose, case_number, warrant, offense, requested_by, requested_at, approved_by,
    approved_at, ran_at, summary, count(result.number)::integer as results, count(*) filter (where result.openings <> '{}')::integer as opened
from analyses as analysis
left join analysis_results as result on result.analysis_id = analysis.analysis_id
where %(analysis_id)s::bigint is null or analysis.analysis_id = %(analysis_id)s
group by analysis.analysis_id
order by analysis.analysis_id

-- name: lock
select from analyses where analysis_id = %(analysis_id)s for update

-- name: approve
update analyses
set approved_by = %(person)s, approved_at = clock_timestamp()
where analysis_id = %(analysis_id)s and approved_by is null and ran_at is null

-- name: ran
update analyses set ran_at = clock_timestamp(), summary = %(summary)s where analysis_id = %(analysis_id)s and ran_at is null

-- name: keep
insert into analysis_results (analysis_id, number, plates, content, captured_at)
values (%(analysis_id)s, %(number)s, %(plates)s, %(content)s, %(captured_at)s)

-- name: results
select number, plates, content, array(select jsonb_object_keys(openings)) as opened_by
from analysis_results
where analysis_id = %(analysis_id)s and (%(number)s::integer is null or number = %(number)s)
order by number

-- name: open
update analysis_results
set openings = jsonb_build_object(%(person)s::text, clock_timestamp()) || openings
where analysis_id = %(analysis_id)s and number = %(number)s

-- name: passes
select camera_id, extract(epoch from captured_at)::double precision, canonical
from reads
where
    captured_at >= %(since)s
    and captured_at < %(until)s
    and {asked_for}
limit %(limit)s
