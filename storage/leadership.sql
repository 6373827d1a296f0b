-- name: notice_dead_peers
-- A leader's machine that dies without a word must not keep its locks for hours.
select
    set_config('tcp_keepalives_idle', '5', false),
    set_config('tcp_keepalives_interval', '5', false),
    set_config('tcp_keepalives_count', '3', false)

-- name: try_lead
select pg_try_advisory_lock(hashtext('platewatch'), hashtext(%(stage)s))

-- name: still_there
select 1

-- name: resign
select pg_advisory_unlock(hashtext('platewatch'), hashtext(%(stage)s))
