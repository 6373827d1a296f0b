-- name: save
insert into camera_pictures (camera_id, taken_at, picture)
values (%(camera_id)s, %(taken_at)s, %(picture)s)
on conflict (camera_id) do update
set taken_at = excluded.taken_at, picture = excluded.picture
where camera_pictures.taken_at < excluded.taken_at

-- name: get
select picture from camera_pictures where camera_id = %(camera_id)s

-- name: taken_at
select camera_id, taken_at from camera_pictures
