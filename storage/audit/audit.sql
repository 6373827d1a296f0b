-- name: write
insert into audit (actor, via, origin, agency_id, action, purpose, case_number, details, results)
values (
    %(actor)s, %(via)s, %(origin)s, %(agency_id)s, %(action)s, %(purpose)s, %(case_number)s, %(details)s, %(results)s
)

-- name: lock_action
select pg_advisory_xact_lock(hashtext('platewatch.audit.' || %(action)s))

-- name: is_repeated
-- Whether the newest row of an action says the same under a name.
select newest.details -> %(name)s = %(details)s::jsonb -> %(name)s
from audit as newest
where newest.action = %(action)s
order by newest.audit_id desc
limit 1

-- name: entries
select audit_id, happened_at, actor, via, origin, agency_id, action, purpose, case_number, details, results
from audit
where
    (%(actor)s::text is null or actor = %(actor)s or right(origin, length(%(sudo)s)) = %(sudo)s)
    and (%(action)s::text is null or action = %(action)s)
    and (%(since)s::timestamptz is null or happened_at >= %(since)s)
    and (%(until)s::timestamptz is null or happened_at < %(until)s)
    and (%(purpose)s::text is null or strpos(lower(purpose), lower(%(purpose)s)) > 0)
    and (%(case_number)s::text is null or lower(case_number) = lower(%(case_number)s))
    and (
        %(plate)s::text is null
        or translate(details ->> 'plate', 'O', '0') = %(plate)s
        or translate(details ->> 'pattern', 'O', '0') = %(plate)s
    )
order by audit_id desc
limit %(limit)s
