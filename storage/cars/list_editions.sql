-- fragment: of_version
-- Also where the list has changed since.
entry.hotlist_id = %(hotlist_id)s
and entry.since_version <= %(version)s
and (entry.last_version is null or entry.last_version >= %(version)s)
and entry.category = any(%(categories)s)
and not exists (select from hotlist_withdrawals as withdrawal where withdrawal.entry_id = entry.entry_id)

-- name: one_snapshot
set transaction isolation level repeatable read, read only

-- name: lock_car
select pg_advisory_xact_lock(hashtext('platewatch.car_lists'), hashtext(%(car_id)s))

-- name: lists
select list.hotlist_id, version.version_id as version, version.source as layout, version.as_of
from hotlists as list
inner join hotlist_versions as version on version.version_id = list.active_version
order by list.hotlist_id

-- name: editions
select edition, base, standing, made_at, withdrawn_number from car_list_editions where car_id = %(car_id)s order by edition

-- name: make_edition
insert into car_list_editions (car_id, edition, base, standing, made_at, withdrawn_number)
values (%(car_id)s, %(edition)s, %(base)s, %(standing)s, %(made_at)s, 0)

-- name: forget_editions
delete from car_list_editions where car_id = %(car_id)s and edition <> all(%(kept)s::bigint[])

-- name: last_withdrawal
select coalesce(max(withdrawal_number), 0) from hotlist_withdrawals

-- name: standing_withdrawals
select count(*) from hotlist_withdrawals

-- name: told_withdrawals
update car_list_editions
set withdrawn_number = %(number)s
where car_id = %(car_id)s and withdrawn_number < %(number)s

-- name: withdrawn
select withdrawal.withdrawal_number, withdrawal.entry_id
from hotlist_withdrawals as withdrawal
where
    withdrawal.withdrawal_number > %(number)s
    and exists (
        select from hotlist_entries as entry
        where
            entry.hotlist_id = withdrawal.hotlist_id
            and entry.entry_id = withdrawal.entry_id
            and entry.category = any(%(categories)s)
    )
order by withdrawal.withdrawal_number
limit %(limit)s

-- name: removed
select uuid_send(entry.entry_id)
from hotlist_entries as entry
where
    entry.hotlist_id = %(hotlist_id)s
    and entry.since_version <= %(base)s
    and entry.last_version >= %(base)s
    and entry.last_version < %(version)s
    and entry.category = any(%(categories)s)
    and (%(after)s::uuid is null or entry.entry_id > %(after)s::uuid)
order by entry.entry_id
limit %(limit)s

-- name: added
copy (
    select
        encode(uuid_send(entry.entry_id), 'hex'), entry.plate, entry.category, entry.jurisdiction,
        entry.source_entry_id, entry.source_code, entry.vehicle ->> 'year', entry.vehicle ->> 'make',
        entry.vehicle ->> 'model', entry.vehicle ->> 'style', entry.vehicle ->> 'color',
        entry.vehicle ->> 'vehicle_class', entry.originating_agency, entry.case_number, entry.priority,
        entry.instructions, (extract(epoch from entry.valid_from) * 1000000)::bigint,
        (extract(epoch from entry.valid_until) * 1000000)::bigint,
        case when entry.extra <> '[]' then nullif(
            jsonb_path_query_array(
                entry.extra,
                'strict $[*] ? (@[0] == "license_type" || @[0] == "given_by" || @[0] == "given_by_name"
                    || @[0] == "given_under" || @[0] == "list_at_owner" || @[0] == "entry_at_owner")'
            ),
            '[]'
        ) end
    from hotlist_entries as entry
    where
        {of_version}
        and entry.since_version > %(base)s
        and (%(after)s::uuid is null or entry.entry_id > %(after)s::uuid)
    order by entry.entry_id
    limit %(limit)s
) to stdout (null '')

-- name: count
select count(*)
from hotlist_entries as entry
where {of_version}
