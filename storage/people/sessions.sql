-- name: begin
insert into sessions (digest, person_id, via, origin, ends_at)
values (%(digest)s, %(person_id)s, %(via)s, %(origin)s, %(ends_at)s)
returning session_id

-- name: of_digest
select
    sessions.session_id, sessions.person_id, people.name, people.full_name, people.agency_id, people.roles,
    sessions.via, sessions.origin, sessions.began_at, sessions.seen_at, sessions.ends_at
from sessions
inner join people on people.person_id = sessions.person_id
where
    sessions.digest = %(digest)s
    and sessions.ended_at is null
    and sessions.ends_at > clock_timestamp()
    and sessions.seen_at > %(idle_since)s
    and people.disabled_at is null

-- name: known_here
-- Whose session a cookie was, ended or not: rows stay for a week after their end.
select people.name
from sessions
inner join people on people.person_id = sessions.person_id
where sessions.digest = %(digest)s and people.disabled_at is null

-- name: seen
update sessions
set seen_at = clock_timestamp()
where session_id = %(session_id)s

-- name: open
select
    sessions.session_id, sessions.person_id, people.name, people.full_name, people.agency_id, people.roles,
    sessions.via, sessions.origin, sessions.began_at, sessions.seen_at, sessions.ends_at
from sessions
inner join people on people.person_id = sessions.person_id
where
    sessions.ended_at is null
    and sessions.ends_at > clock_timestamp()
    and sessions.seen_at > %(idle_since)s
    and (%(person_id)s::bigint is null or sessions.person_id = %(person_id)s)
order by sessions.seen_at desc, sessions.session_id desc

-- name: end_sessions
update sessions
set ended_at = clock_timestamp(), ended_by = %(by)s
where
    ended_at is null
    and (%(session_id)s::bigint is null or session_id = %(session_id)s)
    and (%(person_id)s::bigint is null or person_id = %(person_id)s)

-- name: forget_sessions
delete from sessions where ends_at < %(before)s

-- name: make_token
insert into api_tokens (digest, person_id, label, scopes, made_by, ends_at)
values (%(digest)s, %(person_id)s, %(label)s, %(scopes)s, %(made_by)s, %(ends_at)s)
returning token_id

-- name: token_of_digest
select
    api_tokens.token_id, api_tokens.person_id, people.name, people.agency_id, people.roles, api_tokens.label,
    api_tokens.scopes, api_tokens.made_at, api_tokens.ends_at, api_tokens.used_at
from api_tokens
inner join people on people.person_id = api_tokens.person_id
where
    api_tokens.digest = %(digest)s
    and api_tokens.ended_at is null
    and api_tokens.ends_at > clock_timestamp()
    and people.disabled_at is null

-- name: tokens
select
    api_tokens.token_id, api_tokens.person_id, people.name, people.agency_id, people.roles, api_tokens.label,
    api_tokens.scopes, api_tokens.made_at, api_tokens.ends_at, api_tokens.used_at
from api_tokens
inner join people on people.person_id = api_tokens.person_id
where
    api_tokens.ended_at is null
    and api_tokens.ends_at > clock_timestamp()
    and (%(person_id)s::bigint is null or api_tokens.person_id = %(person_id)s)
order by api_tokens.token_id

-- name: token_used
update api_tokens
set used_at = clock_timestamp()
where token_id = %(token_id)s and (used_at is null or used_at < clock_timestamp() - interval '1 minute')

-- name: end_tokens
update api_tokens
set ended_at = clock_timestamp(), ended_by = %(by)s
where
    ended_at is null
    and (%(token_id)s::bigint is null or token_id = %(token_id)s)
    and (%(person_id)s::bigint is null or person_id = %(person_id)s)
