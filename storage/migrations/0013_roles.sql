-- migrate:up

-- Who writes reads and lists need not own a table: what makes and drops one works with its owner's rights. Where a
-- role of its own connects, `storage/roles.py` grants it these functions and the rows of tables.

create or replace function drop_reads_partition(day date) returns void language plpgsql security definer as $$
begin
    perform set_config('lock_timeout', '10s', true);
    execute format('drop table if exists %I', format('reads_%s', to_char(day, 'YYYYMMDD')));
end
$$;

-- Builds the indexes and makes the rows visible with those of the other lists; what they are like is counted before
-- somebody asks.
create or replace function attach_hotlist_partition(list text) returns void language plpgsql security definer as $$
begin
    execute format('analyze %I', hotlist_partition(list));
    execute format(
        'alter table hotlist_entries attach partition %I for values in (%L)', hotlist_partition(list), list
    );
end
$$;

alter function ensure_reads_partition(date) security definer;
alter function make_hotlist_partition(text) security definer;

-- How long the audit is kept at least: what nobody but the owner changes. Two years, until the owner writes what the
-- configuration and the law say.
create table audit_retention (
    only_row boolean primary key default true check (only_row),
    keep interval not null
);
insert into audit_retention (keep) values ('730 days');

-- Ends the rows of the audit that are older than a time, and never one that has to be kept; returns how many.
create function purge_audit(before timestamptz) returns bigint language plpgsql security definer as $$
declare
    purged bigint;
begin
    delete from audit where happened_at < (select least(before, now() - keep) from audit_retention);
    get diagnostics purged = row_count;
    return purged;
end
$$;

-- Nothing that a caller made comes before the tables and functions that are meant.
do $$
declare
    definer text;
begin
    foreach definer in array array[
        'ensure_reads_partition(date)',
        'drop_reads_partition(date)',
        'make_hotlist_partition(text)',
        'attach_hotlist_partition(text)',
        'purge_audit(timestamptz)'
    ] loop
        execute format('alter function %s set search_path = %I, pg_temp', definer, current_schema());
        execute format('revoke all on function %s from public', definer);
    end loop;
end
$$;

-- migrate:down
drop function purge_audit(timestamptz);
drop table audit_retention;

alter function ensure_reads_partition(date) security invoker reset search_path;
grant execute on function ensure_reads_partition(date) to public;
alter function make_hotlist_partition(text) security invoker reset search_path;
grant execute on function make_hotlist_partition(text) to public;

create or replace function drop_reads_partition(day date) returns void language plpgsql as $$
begin
    perform set_config('lock_timeout', '10s', true);
    execute format('drop table if exists %I', format('reads_%s', to_char(day, 'YYYYMMDD')));
end
$$;
grant execute on function drop_reads_partition(date) to public;

create or replace function attach_hotlist_partition(list text) returns void language plpgsql as $$
begin
    execute format(
        'alter table hotlist_entries attach partition %I for values in (%L)', hotlist_partition(list), list
    );
end
$$;
grant execute on function attach_hotlist_partition(text) to public;
