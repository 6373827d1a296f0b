-- name: wake
select pg_notify('platewatch_outbox', '')

-- name: listen
listen platewatch_outbox
