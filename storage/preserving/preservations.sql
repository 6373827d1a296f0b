-- name: begin
insert into preservations (asked_by, form, case_number, reason, law, entered_by, until_at)
values (%(asked_by)s, %(form)s, %(case_number)s, %(reason)s, %(law)s, %(entered_by)s, %(until_at)s)
returning preservation_id

-- name: keep
with wanted as materialized (
    select *
    from reads
    where
        -- Also those on which a person saw the plate where a reader saw another one.
        (canonical = any(%(plates)s) or read_id = any(%(corrected)s))
        and (%(since)s::timestamptz is null or captured_at >= %(since)s)
        and (%(until)s::timestamptz is null or captured_at < %(until)s)
        and (%(camera_id)s::text is null or camera_id = %(camera_id)s)
),

revised as (
    select kept.read_id, jsonb_agg(kept.content order by kept.is_final, kept.revision) as contents
    from read_revisions as kept
    inner join wanted on wanted.read_id = kept.read_id
    group by kept.read_id
),

hit as (
    select hits.read_id, jsonb_agg(to_jsonb(hits) order by hits.hit_id) as contents
    from hits
    inner join wanted on wanted.read_id = hits.read_id
    group by hits.read_id
)

insert into preserved_reads (preservation_id, read_id, captured_at, content, revisions, hits, image_keys)
select
    %(preservation_id)s,
    wanted.read_id,
    wanted.captured_at,
    to_jsonb(wanted),
    coalesce(revised.contents, '[]'),
    coalesce(hit.contents, '[]'),
    array(
        select distinct picture.image_key
        from jsonb_array_elements(coalesce(revised.contents, '[]') || to_jsonb(wanted)) as version (content)
        cross join lateral unnest(
            array[version.content ->> 'plate_image_key', version.content ->> 'context_image_key']
        ) as picture (image_key)
        where picture.image_key is not null
        order by picture.image_key
    )
from wanted
left join revised on revised.read_id = wanted.read_id
left join hit on hit.read_id = wanted.read_id

-- name: count
update preservations set reads = %(reads)s where preservation_id = %(preservation_id)s

-- name: all
select
    preservation_id, asked_by, form, case_number, reason, law, entered_at, entered_by, until_at, renewals, reads, ended_at,
    ended_by, end_reason
from preservations
where %(preservation_id)s::bigint is null or preservation_id = %(preservation_id)s
order by preservation_id

-- name: lock
select from preservations where preservation_id = %(preservation_id)s for update

-- name: renew
update preservations
set until_at = %(until_at)s, renewals = renewals + 1
where preservation_id = %(preservation_id)s and ended_at is null

-- name: release
update preservations
set ended_at = clock_timestamp(), ended_by = %(person)s, end_reason = %(reason)s
where preservation_id = %(preservation_id)s and ended_at is null

-- name: reads
select whole.*
from preserved_reads as kept
cross join lateral jsonb_populate_record(null::reads, kept.content) as whole
where kept.preservation_id = %(preservation_id)s
order by kept.captured_at, kept.read_id

-- name: since
select min(captured_at) from preserved_reads where preservation_id = %(preservation_id)s

-- name: ending
select
    preservation_id, asked_by, form, case_number, reason, law, entered_at, entered_by, until_at, renewals, reads, ended_at,
    ended_by, end_reason
from preservations
where ended_at is null and until_at < %(before)s
order by until_at, preservation_id

-- name: ending_reads
-- By UTC day, with how many of each that preservations keep copies of, and that hits are about.
select
    (read.captured_at at time zone 'UTC')::date as day,
    count(*)::integer as reads,
    count(*) filter (
        where exists (select from preserved_reads as kept where kept.read_id = read.read_id)
    )::integer as preserved,
    count(*) filter (where exists (select from hits where hits.read_id = read.read_id))::integer as with_hits
from reads as read
where read.captured_at < %(captured_before)s
group by 1
order by 1

-- name: close_over
update preservations
set ended_at = clock_timestamp(), ended_by = 'platewatch', end_reason = 'its time is over'
where ended_at is null and until_at <= %(now)s

-- name: end_reads
-- Their pictures go where nothing else names them: as those of other reads that end.
with ended as (
    delete from preserved_reads as kept
    using preservations as preservation
    where kept.preservation_id = preservation.preservation_id and preservation.ended_at is not null
    returning kept.image_keys
)

insert into ended_pictures (image_key)
select distinct picture.image_key
from ended
cross join lateral unnest(image_keys) as picture (image_key)
on conflict do nothing
