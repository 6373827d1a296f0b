-- name: add
insert into people (name, full_name, agency_id, roles, issuer, subject, added_by)
values (%(name)s, %(full_name)s, %(agency_id)s, %(roles)s, %(issuer)s, %(subject)s, %(added_by)s)
on conflict do nothing
returning person_id

-- name: all
select
    person_id, name, full_name, agency_id, roles, issuer, subject, password_hash, authenticator_secret,
    authenticator_step, added_at, added_by, last_sign_in_at, last_training_on, disabled_at, disabled_by, disabled_reason,
    (select count(*) from passkeys where passkeys.person_id = people.person_id) as passkeys
from people
where
    (%(name)s::text is null or name = %(name)s)
    and (%(person_id)s::bigint is null or person_id = %(person_id)s)
    and (%(subject)s::text is null or (issuer = %(issuer)s and subject = %(subject)s))
order by name

-- name: lock
select from people where person_id = %(person_id)s for update

-- name: change
update people
set
    full_name = coalesce(%(full_name)s, full_name),
    roles = coalesce(%(roles)s, roles),
    agency_id = coalesce(%(agency_id)s, agency_id),
    last_training_on = coalesce(%(last_training_on)s, last_training_on)
where person_id = %(person_id)s

-- name: disable
update people
set disabled_at = clock_timestamp(), disabled_by = %(by)s, disabled_reason = %(reason)s
where person_id = %(person_id)s and disabled_at is null

-- name: reset
-- Whatever let somebody in before does not any more.
update people
set
    password_hash = null, authenticator_secret = null, authenticator_step = 0, disabled_at = null, disabled_by = null,
    disabled_reason = null
where person_id = %(person_id)s

-- name: set_password
update people
set
    password_hash = %(password_hash)s,
    authenticator_secret = %(authenticator_secret)s,
    authenticator_step = %(authenticator_step)s
where person_id = %(person_id)s

-- name: rehash
update people set password_hash = %(password_hash)s where person_id = %(person_id)s

-- name: use_step
-- A code that was taken, or an earlier one, is not taken again.
update people set authenticator_step = %(step)s where person_id = %(person_id)s and authenticator_step < %(step)s

-- name: note_sign_in
update people set last_sign_in_at = clock_timestamp() where person_id = %(person_id)s

-- name: add_passkey
insert into passkeys (credential_id, person_id, public_key, sign_count, label)
values (%(credential_id)s, %(person_id)s, %(public_key)s, %(sign_count)s, %(label)s)
on conflict do nothing

-- name: passkeys
select credential_id, person_id, public_key, sign_count, label, added_at, last_used_at
from passkeys
where
    (%(credential_id)s::bytea is null or credential_id = %(credential_id)s)
    and (%(person_id)s::bigint is null or person_id = %(person_id)s)
order by added_at, credential_id

-- name: use_passkey
update passkeys
set sign_count = %(sign_count)s, last_used_at = clock_timestamp()
where credential_id = %(credential_id)s

-- name: drop_passkeys
delete from passkeys where person_id = %(person_id)s

-- name: make_link
insert into sign_in_links (digest, person_id, authenticator_secret, made_by, ends_at)
values (%(digest)s, %(person_id)s, %(authenticator_secret)s, %(made_by)s, %(ends_at)s)

-- name: end_links
update sign_in_links
set used_at = clock_timestamp()
where person_id = %(person_id)s and used_at is null

-- name: link
select person_id, authenticator_secret
from sign_in_links
where digest = %(digest)s and used_at is null and ends_at > clock_timestamp()

-- name: use_link
update sign_in_links
set used_at = clock_timestamp()
where digest = %(digest)s and used_at is null and ends_at > clock_timestamp()
