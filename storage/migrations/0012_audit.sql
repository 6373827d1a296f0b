-- migrate:up

-- Who did what, how they signed in, from where, for which agency, why, and what came of it. details is what was asked, by
-- name. Of searches that were made before this table, origin and agency are not known and stay empty.
create table audit (
    audit_id bigint generated always as identity primary key,
    happened_at timestamptz not null default clock_timestamp(),
    actor text not null,
    via text not null,
    origin text not null,
    agency_id text not null,
    action text not null,
    purpose text,
    case_number text,
    details jsonb not null default '{}',
    results integer
);
create index audit_by_time on audit (happened_at);
create index audit_by_action on audit (action, audit_id);
create index audit_by_actor on audit (actor, audit_id);

insert into audit (happened_at, actor, via, origin, agency_id, action, purpose, case_number, details, results)
select
    searched_at,
    searched_by,
    'local_user',
    '',
    '',
    'search',
    purpose,
    case_number,
    jsonb_strip_nulls(
        jsonb_build_object(
            'pattern', pattern,
            'since', to_char(since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            'until', to_char(until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            'camera', camera_id
        )
    ),
    results
from search_audit
order by search_id;
drop table search_audit;

-- Rows end after the law's time; until then they stay as they were written.
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
    raise exception 'the audit is append-only';
end
$$;
create trigger audit_is_append_only
before update on audit
for each row execute function refuse_audit_change();

-- migrate:down
create table search_audit (
    search_id bigint generated always as identity primary key,
    searched_at timestamptz not null default clock_timestamp(),
    searched_by text not null,
    pattern text not null,
    since timestamptz,
    until timestamptz,
    camera_id text,
    purpose text,
    case_number text,
    results integer not null
);
create index search_audit_by_time on search_audit (searched_at);
insert into search_audit (searched_at, searched_by, pattern, since, until, camera_id, purpose, case_number, results)
select
    happened_at,
    actor,
    details ->> 'pattern',
    (details ->> 'since')::timestamptz,
    (details ->> 'until')::timestamptz,
    details ->> 'camera',
    purpose,
    case_number,
    coalesce(results, 0)
from audit
where action = 'search'
order by audit_id;
drop table audit;
drop function refuse_audit_change;
