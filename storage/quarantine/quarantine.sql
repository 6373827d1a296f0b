-- fragment: columns
message_number, source_id, vendor, received_at, quarantined_at, reason, content_type, headers, path, body, retry_asked_at

-- name: add
insert into quarantined_messages (
    source_id, vendor, received_at, quarantined_at, reason, content_type, headers, path, body, digest
)
values (
    %(source_id)s, %(vendor)s, %(received_at)s, clock_timestamp(), %(reason)s, %(content_type)s, %(headers)s, %(path)s,
    %(body)s, sha256(%(body)s)
)
on conflict (source_id, received_at, digest) do update set reason = excluded.reason, retry_asked_at = null

-- name: newest
select {columns}
from quarantined_messages
where %(source_id)s::text is null or source_id = %(source_id)s
order by message_number desc
limit %(limit)s

-- name: one
select {columns}
from quarantined_messages
where message_number = %(number)s

-- name: ask_retry
update quarantined_messages
set retry_asked_at = clock_timestamp()
where %(number)s::bigint is null or message_number = %(number)s

-- name: to_retry
select {columns}
from quarantined_messages
where retry_asked_at is not null and message_number > %(after)s
order by message_number
limit %(limit)s

-- name: failed_again
update quarantined_messages
set reason = %(reason)s, retry_asked_at = null
where message_number = %(number)s

-- name: remove
delete from quarantined_messages
where message_number = %(number)s

-- name: count
select count(*) from quarantined_messages
