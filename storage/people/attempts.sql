-- name: locked_until
select max(locked_until)
from sign_in_failures
where subject = any(%(subjects)s) and locked_until > clock_timestamp()

-- name: note_failure
-- Failures count within the time that a lock lasts; an old one begins anew.
insert into sign_in_failures as known (subject, failures, first_at, locked_until, ends_at)
values (
    %(subject)s,
    1,
    clock_timestamp(),
    case when %(most)s <= 1 then clock_timestamp() + %(locked)s end,
    clock_timestamp() + %(locked)s
)
on conflict (subject) do update
set
    failures = case when known.ends_at < clock_timestamp() then 1 else known.failures + 1 end,
    first_at = case when known.ends_at < clock_timestamp() then clock_timestamp() else known.first_at end,
    locked_until = case
        when known.ends_at >= clock_timestamp() and known.failures + 1 >= %(most)s
            then clock_timestamp() + %(locked)s
    end,
    ends_at = clock_timestamp() + %(locked)s
returning failures

-- name: forget_failures
delete from sign_in_failures where subject = any(%(subjects)s) or ends_at < clock_timestamp() - interval '1 day'

-- name: ask
insert into sign_in_questions (digest, kind, content, ends_at)
values (%(digest)s, %(kind)s, %(content)s, %(ends_at)s)

-- name: answer
delete from sign_in_questions
where digest = %(digest)s and kind = %(kind)s and ends_at > clock_timestamp()
returning content

-- name: forget_questions
delete from sign_in_questions where ends_at < clock_timestamp()
