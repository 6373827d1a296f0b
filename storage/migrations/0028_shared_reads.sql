-- migrate:up

-- Reads that wait to be offered to agreements that share reads. Whoever stores a read waits for none of that: it is noted here, in
-- the same transaction, and only where such an agreement is in force.
create table read_offers (
    offer_id bigint generated always as identity primary key,
    read_id uuid not null,
    captured_at timestamptz not null
);

create function offer_reads() returns trigger language plpgsql as $$
begin
    if exists (
        select
        from agreements as agreement
        inner join agreement_versions as version
            on version.agreement_id = agreement.agreement_id and version.version = agreement.active_version
        where
            agreement.ended_at is null
            and clock_timestamp() >= version.starts_at
            and clock_timestamp() < version.ends_at
            and version.document @> '{"grants": [{"shares": "reads"}]}'
    ) then
        insert into read_offers (read_id, captured_at)
        select read_id, captured_at from added where is_final;
    end if;
    return null;
end
$$;
create trigger reads_are_offered after insert on reads
referencing new table as added for each statement execute function offer_reads();

-- Which reads were given under which row of the log. The log is kept for years and names no read; this ends with the reads, so
-- that who got a vehicle's reads can be told as long as they are here, and the log keeps no trace of where it was.
create table shared_reads (
    read_id uuid not null,
    agreement_id text not null,
    revision integer not null,
    captured_at timestamptz not null,
    dissemination_id bigint not null,
    primary key (read_id, agreement_id, revision)
);
create index shared_reads_by_time on shared_reads (captured_at);

-- migrate:down
drop table shared_reads;
drop trigger reads_are_offered on reads;
drop function offer_reads;
drop table read_offers;
