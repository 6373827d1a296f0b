-- migrate:up

-- A pass may be reported several times under one id: reads holds the newest revision, the one with the greater
-- (is_final, revision). What a source says besides the plate is kept with it: how the vehicle moved, whose clock dated it,
-- and another vendor's report with its message.
alter table reads
add column revision bigint not null default 0,
add column is_final boolean not null default true,
add column confidence_is_known boolean not null default true,
add column dated_by text not null default 'source',
add column source_time timestamptz,
add column arrived_at timestamptz,
add column lane text,
add column direction text,
add column speed double precision,
add column vendor text,
add column pass_id text,
add column vendor_hit text,
add column is_retransmission boolean not null default false,
add column payload text;
alter table reads
alter column pass_id set statistics 0,
alter column vendor_hit set statistics 0,
alter column payload set statistics 0;
-- "Like the whole" leaves statistics out.
create or replace function ensure_reads_partition(day date) returns void language plpgsql security definer as $$
declare
    partition_name text := format('reads_%s', to_char(day, 'YYYYMMDD'));
begin
    if to_regclass(partition_name) is not null then
        return;
    end if;
    -- The lock that attaching takes anyway; readers and writers go on. A lock on a table, unlike an advisory one, also
    -- shows us the tables that others have made meanwhile.
    lock table reads in share update exclusive mode;
    if to_regclass(partition_name) is not null then
        return;
    end if;
    -- Made apart and attached: creating it in place would lock out every reader of reads.
    execute format('create table %I (like reads including all)', partition_name);
    execute format(
        'alter table %I alter column pass_id set statistics 0, alter column vendor_hit set statistics 0, '
        'alter column payload set statistics 0',
        partition_name
    );
    execute format(
        'alter table reads attach partition %I for values from (%L) to (%L)',
        partition_name,
        day::timestamp at time zone 'UTC',
        (day + 1)::timestamp at time zone 'UTC'
    );
end
$$;

do $$
begin
    execute format(
        'alter function ensure_reads_partition(date) set search_path = %I, pg_temp', current_schema()
    );
end
$$;

-- Every revision, as it came, of reads that have more than one; content is its row of reads. Ends with the reads.
create table read_revisions (
    read_id uuid not null,
    is_final boolean not null,
    revision bigint not null,
    captured_at timestamptz not null,
    kept_at timestamptz not null default now(),
    content jsonb not null,
    primary key (read_id, is_final, revision)
);
create index read_revisions_by_time on read_revisions (captured_at);
alter table read_revisions alter column content set statistics 0;

create function refuse_revision_change() returns trigger language plpgsql as $$
begin
    raise exception 'revisions of reads are append-only';
end
$$;
create trigger revisions_are_append_only
before update on read_revisions
for each row execute function refuse_revision_change();

-- migrate:down
drop table read_revisions;
drop function refuse_revision_change;

create or replace function ensure_reads_partition(day date) returns void language plpgsql security definer as $$
declare
    partition_name text := format('reads_%s', to_char(day, 'YYYYMMDD'));
begin
    if to_regclass(partition_name) is not null then
        return;
    end if;
    -- The lock that attaching takes anyway; readers and writers go on. A lock on a table, unlike an advisory one, also
    -- shows us the tables that others have made meanwhile.
    lock table reads in share update exclusive mode;
    if to_regclass(partition_name) is not null then
        return;
    end if;
    -- Made apart and attached: creating it in place would lock out every reader of reads.
    execute format('create table %I (like reads including all)', partition_name);
    execute format(
        'alter table reads attach partition %I for values from (%L) to (%L)',
        partition_name,
        day::timestamp at time zone 'UTC',
        (day + 1)::timestamp at time zone 'UTC'
    );
end
$$;

do $$
begin
    execute format(
        'alter function ensure_reads_partition(date) set search_path = %I, pg_temp', current_schema()
    );
end
$$;

alter table reads
drop column payload,
drop column is_retransmission,
drop column vendor_hit,
drop column pass_id,
drop column vendor,
drop column speed,
drop column direction,
drop column lane,
drop column arrived_at,
drop column source_time,
drop column dated_by,
drop column confidence_is_known,
drop column is_final,
drop column revision;
