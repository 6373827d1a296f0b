-- name: find
-- The first alert about a vehicle, by its own number or id or by those of an update or a cancel of it.
with wanted as (
    select
        case found.alert_type
            when 'update' then found.updates
            when 'cancel' then (found.payload ->> 'cancels')::uuid
            else found.alert_id
        end as first
    from alerts as found
    where (found.alert_number = %(number)s or found.alert_id = %(alert_id)s) and found.alert_number is not null
    limit 1
)

select
    alert.alert_id,
    alert.alert_number,
    alert.hit_id,
    alert.captured_at,
    alert.payload,
    newest.payload as newest,
    alert.status <> 'open' as is_canceled,
    (
        select taken_back.payload ->> 'reason'
        from alerts as taken_back
        where
            taken_back.hit_id = alert.hit_id
            and taken_back.alert_type = 'cancel'
            and taken_back.payload ->> 'cancels' = alert.alert_id::text
        limit 1
    ) as canceled
from wanted
inner join alerts as alert on alert.alert_id = wanted.first
cross join lateral (
    select candidate.payload
    from (
        (
            select alert.insert_number, alert.payload
        )
        union all
        (
            select newer.insert_number, newer.payload
            from alerts as newer
            where newer.updates = alert.alert_id
            order by newer.insert_number desc
            limit 1
        )
    ) as candidate
    order by candidate.insert_number desc
    limit 1
) as newest

-- name: lock
-- Whoever else says something of this alert waits until the commit, and then sees this.
select alert_id from alerts where alert_id = %(alert_id)s for update

-- name: history
select
    alert_id, number, kind, happened_at as at, person, actor, via, origin, agency_id, surface, supersedes, rejection,
    outcome, priority, answer, minutes, plate_seen, state_seen, despite, note
from dispositions
where alert_id = any(%(alert_ids)s)
order by alert_id, number

-- name: canceled
select alert_id from alerts where alert_id = any(%(alert_ids)s) and alert_type = 'alert' and status <> 'open'

-- name: add
insert into dispositions (
    disposition_id, alert_id, number, kind, happened_at, person, actor, via, origin, agency_id, surface, supersedes,
    rejection, outcome, priority, answer, minutes, plate_seen, state_seen, despite, note
) values (
    %(disposition_id)s, %(alert_id)s, %(number)s, %(kind)s, %(at)s, %(person)s, %(actor)s, %(via)s, %(origin)s,
    %(agency_id)s, %(surface)s, %(supersedes)s, %(rejection)s, %(outcome)s, %(priority)s, %(answer)s, %(minutes)s,
    %(plate_seen)s, %(state_seen)s, %(despite)s, %(note)s
)

-- name: note_return
insert into returned_dispositions (disposition_id, agency_id, agreement_id, hotlist_id, plate, payload)
values (%(disposition_id)s, %(agency_id)s, %(agreement_id)s, %(hotlist_id)s, %(plate)s, %(payload)s)

-- name: note_change
-- Its number comes after the commit, as an alert's does.
insert into alert_changes (alert_id) values (%(alert_id)s)

-- name: set_confirmation
update alerts set confirmation = %(confirmation)s where alert_id = %(alert_id)s

-- name: save_finding
insert into alert_findings (
    alert_id, entry_id, hotlist_id, category, originating_agency, case_number, raised_at, standing, rejection, outcome,
    record_answer, confirmed_by, found_at
) values (
    %(alert_id)s, %(entry_id)s, %(hotlist_id)s, %(category)s, %(originating_agency)s, %(case_number)s, %(raised_at)s,
    %(standing)s, %(rejection)s, %(outcome)s, %(record_answer)s, %(confirmed_by)s, %(found_at)s
)
on conflict (alert_id) do update
set
    standing = excluded.standing,
    rejection = excluded.rejection,
    outcome = excluded.outcome,
    record_answer = excluded.record_answer,
    confirmed_by = excluded.confirmed_by,
    found_at = excluded.found_at
