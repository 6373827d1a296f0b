-- fragment: columns
    version.agreement_id, version.version, version.document, version.starts_at, version.ends_at, version.widens,
    version.proposed_by, version.proposed_at, version.approved_by, version.approved_at,
    agreement.active_version, agreement.ended_at, agreement.ended_by, agreement.end_reason

-- name: versions
select {columns}
from agreements as agreement
inner join agreement_versions as version using (agreement_id)
where %(agreement_id)s::text is null or agreement_id = %(agreement_id)s
order by agreement_id, version.version

-- name: active
-- Also what has not begun, is over or was ended: the gate says so as its reason.
select {columns}
from agreements as agreement
inner join agreement_versions as version
    on version.agreement_id = agreement.agreement_id and version.version = agreement.active_version
order by agreement.agreement_id

-- name: state
-- Changes with every decision.
select coalesce(string_agg(concat_ws(' ', agreement_id, active_version, ended_at), ',' order by agreement_id), '')
from agreements

-- name: begin
insert into agreements (agreement_id) values (%(agreement_id)s) on conflict do nothing

-- name: lock
select from agreements where agreement_id = %(agreement_id)s for no key update

-- name: add_version
insert into agreement_versions (
    agreement_id, version, document, starts_at, ends_at, widens, proposed_by, approved_by, approved_at
)
select
    %(agreement_id)s,
    coalesce(max(version), 0) + 1,
    %(document)s,
    %(starts_at)s,
    %(ends_at)s,
    %(widens)s::text[],
    %(person)s::text,
    case when cardinality(%(widens)s::text[]) = 0 then %(person)s::text end,
    case when cardinality(%(widens)s::text[]) = 0 then clock_timestamp() end
from agreement_versions
where agreement_id = %(agreement_id)s
returning version

-- name: approve
update agreement_versions
set approved_by = %(person)s, approved_at = clock_timestamp()
where agreement_id = %(agreement_id)s and version = %(version)s and approved_at is null

-- name: activate
update agreements set active_version = %(version)s where agreement_id = %(agreement_id)s

-- name: end
update agreements
set ended_at = clock_timestamp(), ended_by = %(person)s, end_reason = %(reason)s
where agreement_id = %(agreement_id)s and ended_at is null
