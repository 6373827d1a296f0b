-- One statement, as `services/postgres_roles.py` executes it in a server without connections: all of it happens or
-- nothing. It may be repeated. No empty line may stand in it, which would end it.
do $roles$
declare
    statement text;
begin
    foreach statement in array array['platewatch_owner', 'platewatch_application'] loop
        if to_regrole(statement) is null then
            execute format('create role %I', statement);
        end if;
    end loop;
    alter role platewatch_owner
        with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password {owner};
    alter role platewatch_application
        with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password {application};
    grant pg_checkpoint to platewatch_owner;
    grant execute on function pg_switch_wal() to platewatch_owner;
    for statement in
        select format('revoke all on database %I from public', datname)
        from pg_database
        where datname in ('platewatch', 'postgres', 'template1')
    loop
        execute statement;
    end loop;
    grant connect, temporary on database platewatch to platewatch_application;
    alter database platewatch owner to platewatch_owner;
    revoke create on schema public from public;
    -- The bootstrap superuser's objects cannot be reassigned as a whole, since the system's own are among them; oids
    -- from 16384 on are what people and programs made. What belongs to an extension stays with it, and a column's
    -- sequence follows its table.
    for statement in
        with made as (
            select
                'pg_class'::regclass as class,
                pg_class.oid,
                relowner as owner,
                'table' as kind,
                format('%I.%I', nspname, relname) as name
            from pg_class
            inner join pg_namespace on pg_namespace.oid = relnamespace
            where
                relkind in ('r', 'p', 'v', 'm', 'f', 'S')
                and nspname not like 'pg\_%'
                and not exists (
                    select from pg_depend
                    where
                        relkind = 'S'
                        and classid = 'pg_class'::regclass
                        and objid = pg_class.oid
                        and deptype in ('a', 'i')
                )
            union all
            select 'pg_proc'::regclass, oid, proowner, 'routine', oid::regprocedure::text
            from pg_proc
            union all
            select 'pg_type'::regclass, oid, typowner, 'type', oid::regtype::text
            from pg_type
            where typtype in ('e', 'd')
            union all
            select 'pg_namespace'::regclass, oid, nspowner, 'schema', quote_ident(nspname)
            from pg_namespace
            where nspname not like 'pg\_%'
        )
        select format('alter %s %s owner to platewatch_owner', kind, name)
        from made
        where
            oid >= 16384
            and owner = 'platewatch'::regrole
            and not exists (
                select from pg_depend
                where classid = made.class and objid = made.oid and deptype = 'e'
            )
    loop
        execute statement;
    end loop;
end
$roles$
