-- fragment: layout
-- Of the list as it is now; without one it is not known.
left join hotlists as list on list.hotlist_id = alert.payload -> 'hotlist' ->> 'hotlist_id'
left join lateral (
    select version.source
    from hotlist_versions as version
    where version.hotlist_id = list.hotlist_id and version.version_id = list.active_version
) as layout on true

-- name: find
select alert.insert_number, alert.alert_id, alert.payload, layout.source as layout
from alerts as alert
{layout}
where alert.alert_id = %(alert_id)s
