-- migrate:up

-- Up to which version every list's entries were matched with the reads stored before them. A version with many entries is
-- done in parts: pending_version is the one being done, pending_entry the last entry that is. The lists of today are
-- taken as done: nobody asked for alerts about them.
create table historical_progress (
    hotlist_id text primary key,
    version_id bigint not null,
    pending_version bigint,
    pending_entry uuid
);
insert into historical_progress (hotlist_id, version_id)
select hotlist_id, active_version from hotlists where active_version is not null;

-- Whether a hit was found among stored reads after its entry was added, and not when the vehicle passed.
alter table hits add column historical boolean not null default false;

-- migrate:down
alter table hits drop column historical;
drop table historical_progress;
