-- migrate:up

-- The makes that readers name, so that a search for a rare one, or for one that nobody has, need not look at every read.
create index reads_by_make on reads ((vehicle ->> 'make'), captured_at desc)
where vehicle ->> 'make' is not null;

-- migrate:down
drop index reads_by_make;
