-- name: reported_lately
-- By the camera's index: a few rows of one camera.
select *
from reads
where
    camera_id = %(camera_id)s
    and vendor = %(vendor)s
    and captured_at >= %(since)s
order by captured_at desc, read_id desc
limit %(limit)s
