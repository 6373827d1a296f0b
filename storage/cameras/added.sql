-- name: all
select camera_id, settings, login_user, login_password, added_at, added_by from added_cameras order by camera_id

-- name: count
select count(*) from added_cameras

-- name: lock
-- One after the other: the most that may be added is counted before.
lock table added_cameras in share row exclusive mode

-- name: add
insert into added_cameras (camera_id, settings, login_user, login_password, added_by)
values (%(camera_id)s, %(settings)s, %(login_user)s, %(login_password)s, %(by)s)
on conflict do nothing

-- name: change
update added_cameras set settings = %(settings)s where camera_id = %(camera_id)s

-- name: remove
with picture as (
    delete from camera_pictures where camera_id = %(camera_id)s
)

delete from added_cameras where camera_id = %(camera_id)s
