-- migrate:up

-- stored_at of a read is when its first revision was stored, and revised_at when the newest change of it was: a revision
-- must not move the moment since which a plate's place is known. Each kept revision has a stored_at of its own.
alter table reads add column revised_at timestamptz;
update reads
set revised_at = stored_at, stored_at = kept.first_stored_at
from (
    select read_id, min((content ->> 'stored_at')::timestamptz) as first_stored_at from read_revisions group by read_id
) as kept
where kept.read_id = reads.read_id;

-- migrate:down
alter table reads drop column revised_at;
