-- migrate:up

-- What a person saw on the plate's picture where the reader saw something else. The read stays as it was read; the newest
-- of its corrections counts beside it, and searches find both. Ends with the read.
create table read_corrections (
    correction_id bigint generated always as identity primary key,
    read_id uuid not null,
    captured_at timestamptz not null,
    plate text collate "C" not null,
    canonical text collate "C" not null,
    jurisdiction text,
    reason text not null,
    corrected_by text not null,
    corrected_at timestamptz not null default clock_timestamp()
);
create index corrections_by_plate on read_corrections (canonical, captured_at desc);
create index corrections_by_read on read_corrections (read_id, correction_id desc);
create index corrections_by_time on read_corrections (captured_at);

create function refuse_correction_change() returns trigger language plpgsql as $$
begin
    raise exception 'corrections of reads are append-only';
end
$$;
create trigger corrections_are_append_only
before update on read_corrections
for each row execute function refuse_correction_change();

-- migrate:down
drop table read_corrections;
drop function refuse_correction_change;
