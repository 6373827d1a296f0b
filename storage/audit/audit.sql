-- name: write
insert into audit (actor, via, origin, agency_id, action, purpose, case_number, details, results)
values (
    %(actor)s, %(via)s, %(origin)s, %(agency_id)s, %(action)s, %(purpose)s, %(case_number)s, %(details)s, %(results)s
)

-- name: lock_action
select pg_advisory_xact_lock(hashtext('platewatch.audit.' || %(action)s))

-- name: is_repeated
-- Whether the newest row of an action about the same one (or one of before, which names none) says the same under a name.
select newest.details -> %(name)s = %(details)s::jsonb -> %(name)s
from audit as newest
where
    newest.action = %(action)s
    and (newest.details ->> 'about' is null or newest.details ->> 'about' = %(details)s::jsonb ->> 'about')
order by newest.audit_id desc
limit 1

-- name: newest_details
select details
from audit
where action = %(action)s and (details ->> 'about' is null or details ->> 'about' = %(about)s)
order by audit_id desc
limit 1

-- name: entries
select audit_id, happened_at, actor, via, origin, agency_id, action, purpose, case_number, details, results
from audit
where
    (%(actor)s::text is null or actor = %(actor)s or right(origin, length(%(sudo)s)) = %(sudo)s)
    and (%(action)s::text is null or action = %(action)s)
    and (%(sign_ins)s::text[] is null or via = any(%(sign_ins)s))
    and (%(since)s::timestamptz is null or happened_at >= %(since)s)
    and (%(until)s::timestamptz is null or happened_at < %(until)s)
    and (%(before)s::bigint is null or audit_id < %(before)s)
    and (%(purpose)s::text is null or strpos(lower(purpose), lower(%(purpose)s)) > 0)
    and (%(case_number)s::text is null or lower(case_number) = lower(%(case_number)s))
    and (
        %(plate)s::text is null
        or translate(details ->> 'plate', 'O', '0') = %(plate)s
        or translate(details ->> 'pattern', 'O', '0') = %(plate)s
    )
order by audit_id desc
limit %(limit)s

-- name: begun_at
select min(happened_at) from audit

-- name: cameras
-- Every camera that anything came from, so far as that is kept.
select camera_id from camera_states
union
select distinct camera_id from camera_hours
order by camera_id
