-- name: waiting
-- So many of each agency: one whose broker is away for days holds up no other.
select return_number, disposition_id, agency_id, agreement_id, hotlist_id, plate, noted_at, payload
from (
    select *, row_number() over (partition by agency_id order by return_number) as place
    from returned_dispositions
    where settled_at is null
) as waiting
where place <= %(limit)s
order by return_number

-- name: is_active
select exists (select from hotlists where hotlist_id = %(hotlist_id)s and active_version is not null)

-- name: given_version
-- Under which version of its agreement the owner gave the list, as far as is known here.
select remote ->> 'agreement_version' from hotlist_feeds where hotlist_id = %(hotlist_id)s

-- name: settle
update returned_dispositions
set settled_at = clock_timestamp(), payload = '', outcome = %(outcome)s, why = %(why)s
where disposition_id = %(disposition_id)s and settled_at is null

-- name: note_returned
insert into disseminations (outcome, kind, agreement_id, version, members, item_id, plate, terms, why)
values (
    %(outcome)s, 'disposition', %(agreement_id)s, %(version)s, %(members)s, %(disposition_id)s, %(plate)s, %(terms)s, %(why)s
)
on conflict (item_id, agreement_id, outcome) where item_id is not null do nothing

-- name: counts
select
    count(*) filter (where outcome = 'given') as given,
    count(*) filter (where outcome is null) as waiting,
    count(*) filter (where outcome = 'withheld') as withheld
from returned_dispositions
where agency_id = %(agency_id)s
