-- name: over_with_rights
-- Over by its day or ended, and not looked at since: one that was agreed anew has another day.
select agreement.agreement_id
from agreements as agreement
inner join agreement_versions as version
    on version.agreement_id = agreement.agreement_id and version.version = agreement.active_version
where
    least(version.ends_at, agreement.ended_at) <= %(now)s
    and (agreement.rights_taken_at is null or agreement.rights_taken_at < least(version.ends_at, agreement.ended_at))
order by agreement.agreement_id

-- name: note_rights_taken
update agreements set rights_taken_at = %(now)s where agreement_id = %(agreement_id)s
