-- migrate:up

-- Rows of the audit that no seal is on yet: a trigger notes them in their own transaction, so that whatever order
-- transactions commit in, none is passed over, and nobody waits for another.
create table audit_unsealed (audit_id bigint primary key);
insert into audit_unsealed (audit_id) select audit_id from audit;

create function note_unsealed_audit() returns trigger language plpgsql as $$
begin
    insert into audit_unsealed (audit_id) values (new.audit_id);
    return null;
end
$$;
create trigger audit_is_sealed after insert on audit
for each row execute function note_unsealed_audit();

-- One row's place in the chain. digest is the SHA-256 of the row as it is exported; link that of the link before, the
-- digest and happened_at. happened_at stays known, and is under the chain, after the row itself has ended.
create table audit_seals (
    position bigint primary key check (position > 0),
    audit_id bigint not null unique,
    segment text not null,
    happened_at timestamptz not null,
    digest bytea not null,
    link bytea not null
);
create index audit_seals_by_segment on audit_seals (segment, position);

-- What was signed each time that rows were sealed: document holds the place and the link that the chain had come to.
create table audit_checkpoints (
    number bigint primary key check (number > 0),
    segment text not null,
    position bigint not null,
    document text not null,
    signature bytea not null,
    key_id text not null
);
create index audit_checkpoints_by_segment on audit_checkpoints (segment, number);

-- A month that is closed. It stays when its seals are gone, with a signed statement of why and when that was.
create table audit_segments (
    segment text primary key,
    document text not null,
    signature bytea not null,
    key_id text not null,
    purge_document text,
    purge_signature bytea,
    purge_key_id text
);

create trigger audit_seals_are_append_only before update on audit_seals
for each row execute function refuse_audit_change();
create trigger audit_checkpoints_are_append_only before update on audit_checkpoints
for each row execute function refuse_audit_change();

-- Up to when rows of the audit have ended; never one that had to be kept.
alter table audit_retention add column ended_before timestamptz;

create or replace function purge_audit(before timestamptz) returns bigint language plpgsql security definer as $$
declare
    purged bigint;
    cutoff timestamptz := (select least(before, now() - keep) from audit_retention);
begin
    delete from audit where happened_at < cutoff;
    get diagnostics purged = row_count;
    if purged > 0 then
        update audit_retention set ended_before = greatest(ended_before, cutoff);
    end if;
    return purged;
end
$$;

-- Drops the seals of a closed month in which every row is over, and keeps what was signed of it.
create function drop_audit_segment(month text, statement text, signed bytea, signer text)
returns bigint language plpgsql security definer as $$
declare
    dropped bigint;
begin
    if exists (
        select from audit_seals
        where segment = month and happened_at >= (select now() - keep from audit_retention)
    ) or exists (select from audit_seals as seal inner join audit using (audit_id) where seal.segment = month) then
        raise exception 'the month % of the audit is not over', month;
    end if;
    update audit_segments
    set purge_document = statement, purge_signature = signed, purge_key_id = signer
    where segment = month and purge_document is null;
    if not found then
        raise exception 'the month % of the audit is not closed, or was dropped before', month;
    end if;
    delete from audit_checkpoints where segment = month;
    delete from audit_seals where segment = month;
    get diagnostics dropped = row_count;
    return dropped;
end
$$;
do $$
declare
    definer text;
begin
    foreach definer in array array['purge_audit(timestamptz)', 'drop_audit_segment(text, text, bytea, text)'] loop
        execute format('alter function %s set search_path = %I, pg_temp', definer, current_schema());
        execute format('revoke all on function %s from public', definer);
    end loop;
end
$$;

-- migrate:down
drop function drop_audit_segment(text, text, bytea, text);
create or replace function purge_audit(before timestamptz) returns bigint language plpgsql security definer as $$
declare
    purged bigint;
begin
    delete from audit where happened_at < (select least(before, now() - keep) from audit_retention);
    get diagnostics purged = row_count;
    return purged;
end
$$;
do $$
begin
    execute format('alter function purge_audit(timestamptz) set search_path = %I, pg_temp', current_schema());
end
$$;
alter table audit_retention drop column ended_before;
drop table audit_segments;
drop table audit_checkpoints;
drop table audit_seals;
drop trigger audit_is_sealed on audit;
drop function note_unsealed_audit;
drop table audit_unsealed;
