-- name: wake
-- Nobody waits for the disk because of a hint.
select set_config('synchronous_commit', 'off', true), pg_notify('platewatch_outbox', '')

-- name: listen
listen platewatch_outbox
