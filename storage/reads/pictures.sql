-- name: keys_of_reads
select picture.image_key
from reads
cross join lateral unnest(array[plate_image_key, context_image_key]) as picture (image_key)
where reads.read_id = any(%(read_ids)s) and picture.image_key = any(%(keys)s)
union
select picture.image_key
from read_revisions
cross join lateral unnest(array[content ->> 'plate_image_key', content ->> 'context_image_key']) as picture (image_key)
where read_revisions.read_id = any(%(read_ids)s) and picture.image_key = any(%(keys)s)
union
select picture.image_key
from preserved_reads
cross join lateral unnest(image_keys) as picture (image_key)
where preserved_reads.read_id = any(%(read_ids)s) and picture.image_key = any(%(keys)s)

-- name: server_seconds
select extract(epoch from clock_timestamp() - pg_postmaster_start_time())::double precision
