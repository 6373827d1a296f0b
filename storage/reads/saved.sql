-- name: count
select count(*) from saved_searches where saved_by = %(person)s and ends_at > clock_timestamp()

-- name: save
insert into saved_searches (name, asked, purpose, case_number, case_key, warrant, offense, saved_by, ends_at)
values (
    %(name)s, %(asked)s, %(purpose)s, %(case_number)s, %(case_key)s, %(warrant)s, %(offense)s, %(person)s, %(ends_at)s
)
returning search_id

-- name: all
select search_id, name, asked, purpose, case_number, warrant, offense, saved_by, saved_at, ends_at
from saved_searches
where
    (%(person)s::text is null or saved_by = %(person)s)
    and (%(search_id)s::bigint is null or search_id = %(search_id)s)
    and ends_at > clock_timestamp()
order by search_id

-- name: remove
delete from saved_searches
where
    (%(person)s::text is null or saved_by = %(person)s)
    and (%(search_id)s::bigint is null or search_id = %(search_id)s)
    and (%(case_key)s::text is null or case_key = %(case_key)s)
    and (%(search_id)s::bigint is not null or %(case_key)s::text is not null)
