-- name: lock
-- Two that lead for a moment answer a question once.
select pg_advisory_xact_lock(hashtextextended(%(query_id)s::text, 27))

-- name: is_known
select exists (select from disseminations where item_id = %(query_id)s and kind = 'query')

-- name: asked_lately
select count(*)
from disseminations
where
    asked_by is not null
    and happened_at > %(since)s
    and members @> jsonb_build_array(jsonb_build_object('id', %(member_id)s::text))

-- name: forget_asked
delete from asked_questions where expires_at < %(before)s

-- name: note_asked
insert into asked_questions (query_id, neighbor, person, asked_at, expires_at, purpose, case_number)
values (%(query_id)s, %(neighbor)s, %(person)s, %(asked_at)s, %(expires_at)s, %(purpose)s, %(case_number)s)

-- name: asked
select query_id, neighbor, person, asked_at, expires_at, purpose, case_number
from asked_questions
where query_id = %(query_id)s
