-- migrate:up

-- What a camera's clock said, where that cannot be; captured_at is when the read arrived then.
alter table reads add column claimed_at timestamptz;

-- Reads of clocks that ran ahead were stored under their own time: they came first in every search, and nothing ended
-- them. They count from when they came, with what follows from them.
do $$
declare
    day date;
begin
    for day in
        select distinct (stored_at at time zone 'UTC')::date
        from reads
        where captured_at > stored_at + interval '5 minutes'
    loop
        perform ensure_reads_partition(day);
    end loop;
    update hits set captured_at = read.stored_at
    from reads as read
    where read.read_id = hits.read_id and read.captured_at > read.stored_at + interval '5 minutes';
    update alerts set captured_at = hit.captured_at
    from hits as hit
    where hit.hit_id = alerts.hit_id and alerts.captured_at > hit.captured_at;
    update reads
    set captured_at = stored_at, first_seen = stored_at, last_seen = stored_at, claimed_at = captured_at
    where captured_at > stored_at + interval '5 minutes';
    update plate_dictionary as plate
    set last_captured = (
        select (max(captured_at) at time zone 'UTC')::date from reads where reads.canonical = plate.canonical
    )
    where
        plate.last_captured > (now() at time zone 'UTC')::date
        and exists (select from reads where reads.canonical = plate.canonical);
end
$$;

-- Pictures whose reads ended, until the image store has let go of them: noted with the end of the read, so that neither
-- outlives the other for longer than a store does not answer.
create table ended_pictures (
    image_key text primary key
);

-- Names of files may hold plates, and what was finished is known for as long as the file may lie there: digests do.
update finished_items set name = 'sha256:' || encode(sha256(convert_to(name, 'UTF8')), 'hex');

-- Statistics of columns hold their commonest values, and ANALYZE leaves those of a table as they are that has become empty:
-- columns with plates by which nothing is searched have none. Giving one its own type again forgets what it had.
alter table hits
alter column explanation type text,
alter column explanation set statistics 0,
alter column characters type jsonb,
alter column characters set statistics 0;
alter table outbox
alter column key type text,
alter column key set statistics 0,
alter column headers type jsonb,
alter column headers set statistics 0,
alter column payload type bytea,
alter column payload set statistics 0;
alter table dead_letters
alter column key type text,
alter column key set statistics 0,
alter column headers type jsonb,
alter column headers set statistics 0,
alter column payload type bytea,
alter column payload set statistics 0,
alter column reason type text,
alter column reason set statistics 0;
alter table alert_chains
alter column plates type text[],
alter column plates set statistics 0;
alter table source_rejects
alter column name type text,
alter column name set statistics 0,
alter column reason type text,
alter column reason set statistics 0;
alter table alerts alter column payload set statistics 0;

-- migrate:down
alter table hits
alter column explanation set statistics -1,
alter column characters set statistics -1;
alter table outbox
alter column key set statistics -1,
alter column headers set statistics -1,
alter column payload set statistics -1;
alter table dead_letters
alter column key set statistics -1,
alter column headers set statistics -1,
alter column payload set statistics -1,
alter column reason set statistics -1;
alter table alert_chains
alter column plates set statistics -1;
alter table source_rejects
alter column name set statistics -1,
alter column reason set statistics -1;
alter table alerts alter column payload set statistics -1;
drop table ended_pictures;
alter table reads drop column claimed_at;
