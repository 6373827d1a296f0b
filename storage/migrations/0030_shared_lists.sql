-- migrate:up

-- How far each hotlist was given under each agreement. edition is what its members were told last, version_id the list's
-- version that it was made of, scope
-- what law and agreement let through then. A snapshot that is under way is of version_id, too: it was given up to after_entry.
create table shared_lists (
    agreement_id text not null references agreements,
    hotlist_id text not null,
    agreement_version integer not null,
    scope text not null,
    edition bigint not null,
    version_id bigint not null,
    withdrawal_number bigint not null,
    as_of timestamptz,
    begun_at timestamptz not null,
    is_whole boolean not null,
    after_entry uuid,
    parts integer not null,
    given bigint not null,
    ended text,
    primary key (agreement_id, hotlist_id)
);

-- migrate:down
drop table shared_lists;
