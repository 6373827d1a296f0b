-- name: read
-- Locked against its end until commit.
select * from reads where read_id = %(read_id)s for key share

-- name: correct
insert into read_corrections (read_id, captured_at, plate, canonical, jurisdiction, reason, corrected_by)
values (%(read_id)s, %(captured_at)s, %(plate)s, %(canonical)s, %(jurisdiction)s, %(reason)s, %(person)s)

-- name: all
select
    read.read_id,
    read.camera_id,
    read.captured_at,
    read.plate as read_plate,
    correction.plate,
    read.jurisdiction as read_jurisdiction,
    correction.jurisdiction,
    read.plate_image_key,
    read.source_name,
    correction.reason,
    correction.corrected_by,
    correction.corrected_at
from (
    select distinct on (read_id) read_id, plate, jurisdiction, reason, corrected_by, corrected_at
    from read_corrections
    where %(since)s::timestamptz is null or captured_at >= %(since)s
    order by read_id, correction_id desc
) as correction
inner join reads as read on read.read_id = correction.read_id
order by read.captured_at, read.read_id
