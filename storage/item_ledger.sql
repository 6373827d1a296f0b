-- name: is_finished
select exists (
    select from finished_items
    where camera_id = %(camera_id)s and name = %(name_digest)s and fingerprint = %(fingerprint)s
    union all
    select from source_rejects
    where camera_id = %(camera_id)s and name = %(name)s and fingerprint = %(fingerprint)s
)

-- name: is_rejected
select exists (
    select from source_rejects
    where camera_id = %(camera_id)s and name = %(name)s and fingerprint = %(fingerprint)s
)

-- name: finish
-- Names of files may hold plates, and this is known for as long as the file may lie there: a digest does.
insert into finished_items (camera_id, name, fingerprint, captured_at)
values (%(camera_id)s, %(name_digest)s, %(fingerprint)s, %(captured_at)s)
on conflict (camera_id, name) do update
set fingerprint = excluded.fingerprint, captured_at = excluded.captured_at, finished_at = clock_timestamp()

-- name: forget_reject
delete from source_rejects where camera_id = %(camera_id)s and name = %(name)s

-- name: reject
insert into source_rejects (camera_id, name, fingerprint, captured_at, reason)
values (%(camera_id)s, %(name)s, %(fingerprint)s, %(captured_at)s, %(reason)s)
on conflict (camera_id, name) do update
set
    fingerprint = excluded.fingerprint,
    captured_at = excluded.captured_at,
    reason = excluded.reason,
    rejected_at = clock_timestamp()

-- name: rejects
select camera_id, name, fingerprint, captured_at, reason, rejected_at
from source_rejects
order by rejected_at, camera_id, name
