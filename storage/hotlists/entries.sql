-- fragment: entry_columns
entry.entry_id, entry.hotlist_id, entry.plate, entry.category, entry.jurisdiction, entry.source_entry_id,
entry.source_code, entry.vehicle, entry.originating_agency, entry.case_number, entry.priority, entry.instructions,
entry.valid_from, entry.valid_until, entry.extra, entry.source_line, entry.raw

-- fragment: content_columns
hotlist_id, digest, plate, category, jurisdiction, source_entry_id, source_code, vehicle, originating_agency,
case_number, priority, instructions, valid_from, valid_until, extra, source_line, raw

-- fragment: not_withdrawn
not exists (select from hotlist_withdrawals as withdrawal where withdrawal.entry_id = entry.entry_id)

-- fragment: not_active
not exists (
    select from hotlist_entries as active
    where
        active.hotlist_id = entry.hotlist_id and active.entry_id = entry.entry_id and active.last_version is null
)

-- name: categories
select category, count(*)
from hotlist_entries
where hotlist_id = %(hotlist_id)s and last_version is null
group by category
order by count(*) desc, category
