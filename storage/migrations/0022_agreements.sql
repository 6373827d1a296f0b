-- migrate:up

-- What agencies have agreed, as documents in versions. The one in force is active_version; an agreement that was ended stays
-- ended, and nothing that somebody decided is changed afterwards.
create table agreements (
    agreement_id text primary key,
    active_version integer,
    ended_at timestamptz,
    ended_by text,
    end_reason text,
    check ((ended_at is null) = (ended_by is null))
);

-- widens says what a version grants beyond the one that was in force when it was proposed; then two people are needed.
create table agreement_versions (
    agreement_id text not null references agreements,
    version integer not null,
    document jsonb not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    widens text[] not null,
    proposed_by text not null,
    proposed_at timestamptz not null default clock_timestamp(),
    approved_by text,
    approved_at timestamptz,
    primary key (agreement_id, version),
    check ((approved_at is null) = (approved_by is null)),
    constraint agreement_needs_two_people
    check (approved_by is null or cardinality(widens) = 0 or approved_by <> proposed_by)
);
alter table agreements
add foreign key (agreement_id, active_version) references agreement_versions deferrable initially deferred;

create function keep_agreement_decisions() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'agreements are ended, not deleted';
    elsif tg_table_name = 'agreements' then
        if old.ended_at is not null then
            raise exception 'an agreement that was ended stays so';
        end if;
    elsif old.approved_at is not null
        or (old.document, old.starts_at, old.ends_at, old.widens, old.proposed_by, old.proposed_at)
        is distinct from (new.document, new.starts_at, new.ends_at, new.widens, new.proposed_by, new.proposed_at)
    then
        raise exception 'a version of an agreement is approved once and changed never';
    end if;
    return new;
end
$$;
create trigger agreements_are_kept before update or delete on agreements
for each row execute function keep_agreement_decisions();
create trigger agreement_versions_are_kept before update or delete on agreement_versions
for each row execute function keep_agreement_decisions();

-- migrate:down
drop table agreements cascade;
drop table agreement_versions;
drop function keep_agreement_decisions;
