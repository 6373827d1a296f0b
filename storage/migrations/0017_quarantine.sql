-- migrate:up

-- Messages of other vendors' readers that could not be understood, with what was missing, until a person has looked. The
-- digest keeps one that is processed twice, as after a crash, from standing there twice.
create table quarantined_messages (
    message_number bigint generated always as identity primary key,
    source_id text not null,
    vendor text not null,
    received_at timestamptz not null,
    quarantined_at timestamptz not null,
    reason text not null,
    content_type text not null,
    headers jsonb not null,
    path text not null,
    body bytea not null,
    digest bytea not null,
    retry_asked_at timestamptz,
    unique (source_id, received_at, digest)
);
create index quarantined_to_retry on quarantined_messages (message_number) where retry_asked_at is not null;
alter table quarantined_messages
alter column reason set statistics 0,
alter column path set statistics 0,
alter column headers set statistics 0,
alter column body set statistics 0;

-- migrate:down
drop table quarantined_messages;
