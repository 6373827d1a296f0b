-- name: captured_since
select min(captured_at)
from (
    select captured_at from reads where read_id = %(read_id)s
    union all
    select captured_at from read_revisions where read_id = %(read_id)s
) as every

-- name: revisions
-- Of a read that has one revision alone, nothing but the read itself is kept.
select whole.*
from read_revisions as kept
cross join lateral jsonb_populate_record(null::reads, kept.content) as whole
where kept.read_id = %(read_id)s
union all
select shown.*
from reads as shown
where
    shown.read_id = %(read_id)s
    and not exists (select from read_revisions as kept where kept.read_id = %(read_id)s)
order by is_final, revision

-- name: shown
select * from reads where read_id = %(read_id)s
