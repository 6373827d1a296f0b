-- migrate:up

-- Reads that somebody has kept beyond their time, for a case: who asked, in which form, why, and until when. The request
-- stays after its reads have ended, and says neither plate nor place.
create table preservations (
    preservation_id bigint generated always as identity primary key,
    asked_by text not null,
    form text not null,
    case_number text not null,
    reason text not null,
    law text not null,
    entered_at timestamptz not null default clock_timestamp(),
    entered_by text not null,
    until_at timestamptz not null,
    renewals integer not null default 0,
    reads integer not null default 0,
    ended_at timestamptz,
    ended_by text,
    end_reason text
);

-- What they keep: the read as it was stored, its revisions and hits, and the keys of all of its pictures. Apart from
-- reads, so that no search finds it.
create table preserved_reads (
    preservation_id bigint not null references preservations on delete cascade,
    read_id uuid not null,
    captured_at timestamptz not null,
    content jsonb not null,
    revisions jsonb not null,
    hits jsonb not null,
    image_keys text[] not null,
    primary key (preservation_id, read_id)
);
create index preserved_by_read on preserved_reads (read_id);
alter table preserved_reads
alter column content set statistics 0,
alter column revisions set statistics 0,
alter column hits set statistics 0,
alter column image_keys set statistics 0;

-- migrate:down
drop table preserved_reads;
drop table preservations;
