-- fragment: feed_columns
hotlist_id, source as layout, max_age_hours, known_since, seen_at, checked_at, outcome, message, failures, file_sha256,
dated_by_file, confirmed_at, remote

-- name: register_feed
insert into hotlist_feeds (hotlist_id, source, max_age_hours, known_since, seen_at)
values (%(hotlist_id)s, %(layout)s, %(max_age_hours)s, %(now)s, %(now)s)
on conflict (hotlist_id) do update
set
    source = excluded.source,
    max_age_hours = excluded.max_age_hours,
    -- Times in the future are of a clock that ran ahead; another process may have been a moment later than this one.
    seen_at = case
        when hotlist_feeds.seen_at > excluded.seen_at + interval '1 minute' then excluded.seen_at
        else greatest(hotlist_feeds.seen_at, excluded.seen_at)
    end,
    known_since = least(hotlist_feeds.known_since, excluded.known_since),
    remote = case when hotlist_feeds.source = excluded.source then hotlist_feeds.remote else '{}' end

-- name: feed
select {feed_columns}
from hotlist_feeds
where hotlist_id = %(hotlist_id)s

-- name: feeds
select {feed_columns}
from hotlist_feeds
order by hotlist_id

-- name: record_feed
update hotlist_feeds
set
    checked_at = %(checked_at)s,
    outcome = %(outcome)s,
    message = %(message)s,
    failures = %(failures)s,
    file_sha256 = %(file_sha256)s,
    dated_by_file = %(dated_by_file)s,
    confirmed_at = %(confirmed_at)s,
    remote = %(remote)s
where hotlist_id = %(hotlist_id)s

-- name: active_digest
select version.file_sha256
from hotlists as list
inner join hotlist_versions as version on version.version_id = list.active_version
where list.hotlist_id = %(hotlist_id)s

-- name: holds
select distinct on (hotlist_id) hotlist_id, reason
from hotlist_holds
where resolved_at is null
order by hotlist_id, held_at desc, hold_id desc
