-- fragment: columns
car_id, name, camera_ids, token_sha256, added_at, added_by, token_at, revoked_at, revoked_by, last_seen_at,
version, report, reported_at, exists (
    select from car_sign_ons as sign_ons
    where sign_ons.car_id = cars.car_id and sign_ons.sign_on = (report ->> 'sign_on')::uuid
      and sign_ons.person = report ->> 'person'
) as is_sign_on_known

-- name: all
select {columns} from cars order by car_id

-- name: one
select {columns} from cars where car_id = %(car_id)s

-- name: any
select exists (select from cars)

-- name: lock
-- One after the other: whose a camera is, and how many cars there are, is looked at before.
lock table cars in share row exclusive mode

-- name: count
select count(*) from cars

-- name: owner
select car_id from cars where camera_ids && %(camera_ids)s::text[] and car_id <> %(car_id)s order by car_id limit 1

-- name: add
insert into cars (car_id, name, camera_ids, token_sha256, added_by)
values (%(car_id)s, %(name)s, %(camera_ids)s, %(token_sha256)s, %(by)s)
on conflict do nothing

-- name: version
-- The row is locked: nobody changes it between the look and the change.
select version from cars where car_id = %(car_id)s for update

-- name: change
update cars set camera_ids = %(camera_ids)s, version = version + 1 where car_id = %(car_id)s

-- name: token
update cars
set token_sha256 = %(token_sha256)s, token_at = clock_timestamp(), revoked_at = null, revoked_by = null,
    version = version + 1
where car_id = %(car_id)s

-- name: revoke
update cars
set revoked_at = clock_timestamp(), revoked_by = %(by)s, version = version + 1
where car_id = %(car_id)s and revoked_at is null

-- name: seen
update cars set last_seen_at = greatest(last_seen_at, %(at)s) where car_id = %(car_id)s

-- name: reports
update cars set report = %(report)s, reported_at = %(at)s
where car_id = %(car_id)s

-- name: others
-- A car must not change what another camera read.
select stored.read_id
from unnest(%(read_ids)s::uuid[], %(camera_ids)s::text[]) as sent (read_id, camera_id)
inner join reads as stored on stored.read_id = sent.read_id
where stored.camera_id <> sent.camera_id
