-- fragment: own_tables
-- Platewatch's tables that whoever asks owns. Days of reads and tables of lists are reached through the whole.
own_tables as (
    select class.oid, class.relname
    from pg_class as class
    where
        class.relnamespace = to_regnamespace(quote_ident(%(schema)s))
        and class.relkind in ('r', 'p')
        and not class.relispartition
        and pg_has_role(class.relowner, 'usage')
        and not exists (
            select from pg_depend
            where classid = 'pg_class'::regclass and objid = class.oid and deptype = 'e'
        )
)

-- fragment: own_sequences
-- Those of a column follow their table.
own_sequences as materialized (
    select class.oid, class.relname
    from pg_class as class
    where
        class.relnamespace = to_regnamespace(quote_ident(%(schema)s))
        and class.relkind = 'S'
        and pg_has_role(class.relowner, 'usage')
        and not exists (
            select from pg_depend
            where classid = 'pg_class'::regclass and objid = class.oid and deptype in ('i', 'e')
        )
)

-- fragment: own_definers
own_definers as (
    select
        routine.oid::regprocedure::text as name,
        not exists (
            select from unnest(routine.proconfig) as setting where setting like 'search\_path=%%'
        ) as is_loose,
        exists (
            select from aclexplode(coalesce(routine.proacl, acldefault('f', routine.proowner))) where grantee = 0
        ) as is_public,
        routine.oid
    from pg_proc as routine
    where
        routine.pronamespace = to_regnamespace(quote_ident(%(schema)s))
        and routine.prosecdef
        and pg_has_role(routine.proowner, 'usage')
        and not exists (
            select from pg_depend
            where classid = 'pg_proc'::regclass and objid = routine.oid and deptype = 'e'
        )
)

-- name: facts
-- What a role is and may do: without a schema of ours, whether it may make one.
select
    current_user::text as name,
    role.rolsuper as is_superuser,
    role.rolcreaterole as makes_roles,
    coalesce(ours.owner, '') as owner,
    coalesce(pg_has_role(ours.oid, 'member'), false) as is_owner,
    coalesce(has_schema_privilege(current_schema(), 'create'), false) as may_make,
    coalesce(ours.schema, '') as schema
from pg_roles as role
left join (
    select class.relowner::regrole::text as owner, class.relowner as oid, space.nspname as schema
    from pg_class as class
    inner join pg_namespace as space on space.oid = class.relnamespace
    where class.oid = to_regclass('schema_migrations')
) as ours on true
where role.rolname = current_user

-- name: loose_definers
with {own_definers}

select name from own_definers where is_loose or is_public

-- name: secure_definer
alter function {name} set search_path = {schema}, pg_temp

-- name: close_definer
revoke all on function {name} from public

-- name: knows_role
select to_regrole(quote_ident(%(role)s)) is not null

-- name: differences
-- What a role has or lacks, other than it should: rows of every table to read and change, but of some only to read, or
-- to read and add; the functions with their owner's rights; and the same for tables that are made later.
with {own_tables},

{own_definers},

{own_sequences},

per_table as (
    select
        own_tables.relname,
        has_table_privilege(%(role)s, own_tables.oid, privilege) as has,
        case
            when own_tables.relname = any(%(read_only)s) then privilege = 'select'
            when own_tables.relname = any(%(append_only)s) then privilege in ('select', 'insert')
            else privilege in ('select', 'insert', 'update', 'delete')
        end as should
    from own_tables
    cross join unnest(
        array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']
    ) as privilege
)

select relname from per_table where has <> should
union
select name from own_definers where not has_function_privilege(%(role)s, oid, 'execute')
union
select relname from own_sequences where not has_sequence_privilege(%(role)s, oid, 'usage')
union
select 'schema' where not has_schema_privilege(%(role)s, %(schema)s, 'usage')
union
select 'tables to come'
where not exists (
    select
    from pg_default_acl, aclexplode(defaclacl)
    where
        defaclrole = current_user::regrole
        and defaclnamespace = to_regnamespace(quote_ident(%(schema)s))
        and defaclobjtype = 'r'
        and grantee = to_regrole(quote_ident(%(role)s))
        and privilege_type = 'INSERT'
)

-- name: tables
with {own_tables}

select relname from own_tables order by relname

-- name: definers
with {own_definers}

select name from own_definers order by name

-- name: sequences
with {own_sequences}

select relname from own_sequences order by relname

-- name: grant_schema
grant usage on schema {schema} to {role}

-- name: close_table
revoke all on {table} from public, {role}

-- name: grant_table
grant {privileges} on {table} to {role}

-- name: grant_sequence
grant usage on sequence {table} to {role}

-- name: grant_definer
grant execute on function {name} to {role}

-- name: grant_coming_tables
alter default privileges in schema {schema} grant select, insert, update, delete on tables to {role}

-- name: grant_coming_sequences
alter default privileges in schema {schema} grant usage on sequences to {role}

-- name: sees_schema
select to_regclass('schema_migrations') is not null

-- name: keep_audit
update audit_retention set keep = %(keep)s where keep <> %(keep)s
