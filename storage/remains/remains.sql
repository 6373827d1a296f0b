-- name: tables
-- Whatever rows with plates are deleted from. Whole days of reads are dropped with their files; the day that is being
-- ended, and tables of which the server knows that rows were deleted there, have to be written anew.
select class.oid::regclass::text as name, pg_total_relation_size(class.oid) as size
from pg_class as class
left join pg_stat_user_tables as counted on counted.relid = class.oid
where
    class.relnamespace = current_schema()::regnamespace
    and class.relkind = 'r'
    and class.relname <> all(%(without)s)
    and (
        not class.relispartition
        or class.relname = %(day)s
        or coalesce(counted.n_dead_tup, 1) > 0
    )
order by class.relname

-- name: wholes
-- Tables of which others are parts, where somebody had them analyzed as a whole.
select distinct class.oid::regclass::text
from pg_class as class
inner join pg_stats as statistic on statistic.schemaname = current_schema() and statistic.tablename = class.relname
where class.relnamespace = current_schema()::regnamespace and class.relkind = 'p'

-- name: with_statistics
select distinct class.oid::regclass::text
from pg_class as class
inner join pg_stats as statistic on statistic.schemaname = current_schema() and statistic.tablename = class.relname
where class.relnamespace = current_schema()::regnamespace and class.relkind in ('r', 'p')

-- name: clear_statistics
select pg_clear_attribute_stats(statistic.schemaname, statistic.tablename, statistic.attname, statistic.inherited)
from pg_stats as statistic
inner join pg_class as class on class.oid = %(table)s::regclass
where statistic.schemaname = current_schema() and statistic.tablename = class.relname

-- name: switch_wal
select pg_switch_wal()

-- name: checkpoint
checkpoint

-- name: expiring_texts
select distinct text.text
from (
    select plate, canonical, captured_at from reads
    union all
    select content ->> 'plate', content ->> 'canonical', captured_at from read_revisions
    union all
    select plate, canonical, captured_at from read_corrections
    union all
    -- Without an alert it ends, too.
    select
        upper(regexp_replace(returned.plate, '[^A-Za-z0-9]', '', 'g')), null,
        least(returned.noted_at, coalesce(alert.captured_at, '-infinity'))
    from returned_dispositions as returned
    left join dispositions as said on said.disposition_id = returned.disposition_id
    left join alerts as alert on alert.alert_id = said.alert_id
) as read
cross join lateral unnest(array[plate, canonical]) as text (text)
where captured_at < %(cutoff)s and text.text is not null
limit %(limit)s

-- name: expiring_pictures
select picture.image_key
from (
    select plate_image_key, context_image_key, captured_at from reads
    union all
    select content ->> 'plate_image_key', content ->> 'context_image_key', captured_at from read_revisions
) as read
cross join lateral unnest(array[plate_image_key, context_image_key]) as picture (image_key)
where
    captured_at < %(cutoff)s
    and picture.image_key is not null
    and not exists (select from preserved_reads where picture.image_key = any(image_keys))
limit %(limit)s

-- name: expiring_messages
-- What other readers sent, what other agencies said that was refused, and what goes back to them.
(
    select body from quarantined_messages where least(received_at, quarantined_at) < %(cutoff)s
)
union all
(
    select body from refused_dispositions where received_at < %(cutoff)s
)
union all
(
    select convert_to(returned.payload, 'UTF8')
    from returned_dispositions as returned
    left join dispositions as said on said.disposition_id = returned.disposition_id
    left join alerts as alert on alert.alert_id = said.alert_id
    where
        returned.payload <> ''
        and least(returned.noted_at, coalesce(alert.captured_at, '-infinity')) < %(cutoff)s
)
limit %(limit)s

-- name: quarantined_after
select message_number, body
from quarantined_messages
where message_number > %(after)s
order by message_number
limit %(limit)s

-- name: refused_after
select refusal_number, body
from refused_dispositions
where refusal_number > %(after)s
order by refusal_number
limit %(limit)s

-- name: returned_after
select return_number, convert_to(payload, 'UTF8')
from returned_dispositions
where return_number > %(after)s and payload <> ''
order by return_number
limit %(limit)s

-- name: held_texts
select read.canonical
from unnest(%(texts)s::text[]) as sought (text)
inner join reads as read on read.canonical = sought.text collate "C"
union
select read.plate
from reads as read
where read.plate = any(%(texts)s)
union
select text.text
from read_revisions
cross join lateral unnest(array[content ->> 'plate', content ->> 'canonical']) as text (text)
where text.text = any(%(texts)s)
union
select text.text
from read_corrections
cross join lateral unnest(array[plate, canonical]) as text (text)
where text.text = any(%(texts)s)
union
select plate.plate
from analysis_results
cross join lateral unnest(plates) as plate (plate)
where plate.plate = any(%(texts)s)
union
select text.text
from preserved_reads
cross join lateral jsonb_array_elements(revisions || content) as version (content)
cross join lateral unnest(array[version.content ->> 'plate', version.content ->> 'canonical']) as text (text)
where text.text = any(%(texts)s)
union
select upper(regexp_replace(plate, '[^A-Za-z0-9]', '', 'g'))
from hotlist_entries
where upper(regexp_replace(plate, '[^A-Za-z0-9]', '', 'g')) = any(%(texts)s)
union
select upper(regexp_replace(plate, '[^A-Za-z0-9]', '', 'g'))
from returned_dispositions
where upper(regexp_replace(plate, '[^A-Za-z0-9]', '', 'g')) = any(%(texts)s)
union
select upper(regexp_replace(plate, '[^A-Za-z0-9]', '', 'g'))
from disseminations
where upper(regexp_replace(plate, '[^A-Za-z0-9]', '', 'g')) = any(%(texts)s)
union
select word.word
from saved_searches
cross join lateral regexp_split_to_table(
    upper(concat_ws(' ', name, purpose, case_number, warrant, asked::text)), '[^A-Z0-9]+'
) as word (word)
where word.word = any(%(texts)s)
union
select word.word
from audit
cross join lateral regexp_split_to_table(upper(audit.details::text), '[^A-Z0-9]+') as word (word)
where word.word = any(%(texts)s)
