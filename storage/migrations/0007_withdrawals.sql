-- migrate:up

-- Entries that a person took out of force. They stay out, whatever later files of their list say, until a person lifts
-- it. digest is that of the row at the time, for whoever compares it with what the source says later. Numbers are given
-- under a lock until commit, so that whoever follows them misses none. No foreign key to hotlists: checking it would
-- wait for an import of the list to end.
create table hotlist_withdrawals (
    entry_id uuid primary key,
    withdrawal_number bigint generated always as identity unique,
    hotlist_id text not null,
    digest uuid not null,
    withdrawn_at timestamptz not null default clock_timestamp(),
    withdrawn_by text not null,
    reason text not null
);
create index hotlist_withdrawals_by_list on hotlist_withdrawals (hotlist_id);

-- What tells whether an open alert still stands, apart from the payload: reading that means reading its picture.
alter table alerts
add column alert_type text generated always as (coalesce(payload ->> 'type', 'alert')) stored,
add column entry_id uuid generated always as ((payload -> 'entry' ->> 'entry_id')::uuid) stored,
add column hotlist_id text generated always as (payload -> 'hotlist' ->> 'hotlist_id') stored,
add column listed_plate text generated always as (payload -> 'entry' ->> 'plate') stored,
add column listed_jurisdiction text generated always as (payload -> 'entry' ->> 'jurisdiction') stored;
create index alerts_open on alerts (created_at) where status = 'open';

-- migrate:down
drop index alerts_open;
alter table alerts
drop column listed_jurisdiction,
drop column listed_plate,
drop column hotlist_id,
drop column entry_id,
drop column alert_type;
drop table hotlist_withdrawals;
