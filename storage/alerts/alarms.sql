-- fragment: alarm_columns
alarm_number, alarm_id, kind, subject, message, raised_at, cleared_at, acknowledged_at, acknowledged_by

-- name: insert_alarm
insert into alarms (alarm_id, kind, subject, message, raised_at)
values (%(alarm_id)s, %(kind)s, %(subject)s, %(message)s, %(now)s)
on conflict do nothing
returning {alarm_columns}

-- name: renew_message
update alarms
set message = %(message)s
where kind = %(kind)s and subject = %(subject)s and cleared_at is null and message <> %(message)s

-- name: clear_alarm
update alarms
set cleared_at = greatest(%(now)s, raised_at)
where kind = %(kind)s and subject = %(subject)s and cleared_at is null
returning {alarm_columns}

-- name: acknowledge_alarm
update alarms
set acknowledged_at = %(now)s, acknowledged_by = %(by)s
where alarm_number = %(alarm_number)s and acknowledged_at is null

-- name: standing_alarms
select {alarm_columns}
from alarms
where cleared_at is null
order by alarm_number desc

-- name: all_alarms
select {alarm_columns}
from alarms
order by alarm_number desc
limit %(limit)s
