-- name: has_schema
select to_regclass('schema_migrations') is not null

-- name: begin_marker
create table if not exists restore_unfinished ()

-- name: drop_marker
drop table restore_unfinished

-- name: tables
select class.relname
from pg_class as class
where
    class.relnamespace = (select oid from pg_namespace where nspname = current_schema())
    and class.relkind in ('r', 'p')
    and not class.relispartition
    and class.relname not in ('schema_migrations', 'restore_unfinished')
    and not exists (
        select from pg_depend where classid = 'pg_class'::regclass and objid = class.oid and deptype = 'e'
    )
order by class.relname

-- name: has_rows
select exists (select from {table})

-- name: needs
-- Which table has to be filled before which; keys that are looked at when all is done do not matter.
select source.relname, target.relname
from pg_constraint
inner join pg_class as source on source.oid = conrelid
inner join pg_class as target on target.oid = confrelid
where contype = 'f' and not condeferrable and conrelid <> confrelid and conparentid = 0

-- name: empty
truncate {tables}

-- name: pause_triggers
-- What they would do was done when the rows were written first.
alter table {table} disable trigger user

-- name: check_keys
-- Those that look at the end of a transaction, too.
set constraints all immediate

-- name: resume_triggers
alter table {table} enable trigger user

-- name: make_day
select ensure_reads_partition(%(part)s::date)

-- name: make_list
select make_hotlist_partition(%(part)s)

-- name: list_table
select hotlist_partition(%(part)s)

-- name: attach_list
select attach_hotlist_partition(%(part)s)

-- name: copy_in
copy {table} ({columns}) from stdin

-- name: speak_utc
-- As whoever copied the rows out: times are compared as they are written.
set local time zone 'UTC'

-- name: copy_csv_in
copy {table} ({columns}) from stdin with (format csv, header match)

-- name: owned_sequences
select owned.relname, attribute.attname, sequence.relname
from pg_depend
inner join pg_class as sequence on sequence.oid = pg_depend.objid and sequence.relkind = 'S'
inner join pg_class as owned on owned.oid = pg_depend.refobjid
inner join pg_attribute as attribute on attribute.attrelid = owned.oid and attribute.attnum = pg_depend.refobjsubid
where
    pg_depend.classid = 'pg_class'::regclass
    and pg_depend.refclassid = 'pg_class'::regclass
    and pg_depend.deptype in ('a', 'i')
    and not owned.relispartition
    and owned.relnamespace = (select oid from pg_namespace where nspname = current_schema())

-- name: continue_after
select setval(to_regclass(quote_ident(%(sequence)s)), %(value)s)

-- name: continue_after_rows
select setval(to_regclass({name}), greatest(%(value)s::bigint, (select max({column}) from {table})))

-- name: end_sign_ins
-- What was ended after the backup must not let anybody in again: everybody signs in anew, and tokens are made anew.
do $$
begin
    if to_regclass('sessions') is not null then
        update sessions set ended_at = clock_timestamp(), ended_by = 'restore' where ended_at is null;
        update api_tokens set ended_at = clock_timestamp(), ended_by = 'restore' where ended_at is null;
        update sign_in_links set used_at = clock_timestamp() where used_at is null;
        delete from sign_in_questions;
    end if;
end
$$
