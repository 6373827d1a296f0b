-- name: one_snapshot
set transaction isolation level repeatable read, read only

-- name: keep_open
-- Between two tables nothing is asked for hours.
set local idle_in_transaction_session_timeout = 0

-- name: export_snapshot
select pg_export_snapshot(), now()

-- name: without_limit
set statement_timeout = 0

-- name: take_snapshot
set transaction snapshot {snapshot}

-- name: applied
select version from schema_migrations order by version

-- name: server
select current_setting('server_version_num')::integer

-- name: tables
-- Ours, without days of reads and lists' tables, which are reached through the whole, or are being made just now.
select class.relname, class.relkind = 'p' as is_whole
from pg_class as class
where
    class.relnamespace = (select oid from pg_namespace where nspname = current_schema())
    and class.relkind in ('r', 'p')
    and not class.relispartition
    and class.relname <> 'schema_migrations'
    and class.relname !~ '^(reads|hotlist_entries)_\d+$'
    and not exists (
        select from pg_depend where classid = 'pg_class'::regclass and objid = class.oid and deptype = 'e'
    )
order by class.relname

-- name: columns
select attname
from pg_attribute
where
    attrelid = to_regclass(quote_ident(%(table)s))
    and attnum > 0
    and not attisdropped
    and attgenerated = ''
order by attnum

-- name: days
select to_char(to_date(right(child.relname, 8), 'YYYYMMDD'), 'YYYY-MM-DD')
from pg_inherits
inner join pg_class as child on child.oid = pg_inherits.inhrelid
where pg_inherits.inhparent = to_regclass('reads')
order by 1

-- name: lists
select list.hotlist_id
from hotlists as list
inner join pg_class as child on child.relname = 'hotlist_entries_' || list.list_number
inner join pg_inherits on pg_inherits.inhrelid = child.oid
where pg_inherits.inhparent = to_regclass('hotlist_entries')
order by list.hotlist_id

-- name: copy_table
copy (select {columns} from {table}) to stdout

-- name: copy_day
copy (
    select {columns}
    from {table}
    where
        captured_at >= %(part)s::timestamp at time zone 'UTC'
        and captured_at < (%(part)s::timestamp + interval '1 day') at time zone 'UTC'
) to stdout

-- name: copy_list
copy (select {columns} from {table} where hotlist_id = %(part)s) to stdout

-- name: copy_keys
copy (
    select distinct picture.image_key collate "C" as image_key
    from reads
    cross join lateral unnest(array[plate_image_key, context_image_key]) as picture (image_key)
    where picture.image_key is not null
    order by image_key
) to stdout

-- name: copy_keys_of_revisions
copy (
    select picture.image_key collate "C" as image_key
    from reads
    cross join lateral unnest(array[plate_image_key, context_image_key]) as picture (image_key)
    where picture.image_key is not null
    union
    select picture.image_key collate "C"
    from read_revisions
    cross join lateral unnest(array[content ->> 'plate_image_key', content ->> 'context_image_key'])
        as picture (image_key)
    where picture.image_key is not null
    order by image_key
) to stdout

-- name: copy_keys_of_preserved
copy (
    select picture.image_key collate "C" as image_key
    from reads
    cross join lateral unnest(array[plate_image_key, context_image_key]) as picture (image_key)
    where picture.image_key is not null
    union
    select picture.image_key collate "C"
    from read_revisions
    cross join lateral unnest(array[content ->> 'plate_image_key', content ->> 'context_image_key'])
        as picture (image_key)
    where picture.image_key is not null
    union
    select picture.image_key collate "C"
    from preserved_reads
    cross join lateral unnest(image_keys) as picture (image_key)
    order by image_key
) to stdout

-- name: has_preserved
select to_regclass('preserved_reads') is not null

-- name: has_revisions
select to_regclass('read_revisions') is not null

-- name: has_audit
select to_regclass('audit') is not null

-- name: has_ends
-- The newest of the tables that the journal asks.
select to_regclass('read_offers') is not null

-- name: sequences
-- Without a value: never used, or not ours to ask.
select sequencename, last_value
from pg_sequences
where schemaname = current_schema() and last_value is not null
