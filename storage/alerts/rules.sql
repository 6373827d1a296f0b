-- fragment: rule_columns
name, definition, digest, added_at, added_by, tried_at, tried_by, is_on, switched_at, switched_by, untried_reason

-- name: all
select {rule_columns} from alert_rules order by name

-- name: save
-- One that says the same stays as it is.
insert into alert_rules (name, definition, digest, added_at, added_by)
values (%(name)s, %(definition)s, %(digest)s, %(now)s, %(by)s)
on conflict (name) do update
set
    definition = excluded.definition,
    digest = excluded.digest,
    added_at = excluded.added_at,
    added_by = excluded.added_by,
    tried_at = null,
    tried_by = null,
    is_on = false,
    switched_at = null,
    switched_by = null,
    untried_reason = null
where alert_rules.digest <> excluded.digest

-- name: note_trial
update alert_rules set tried_at = %(now)s, tried_by = %(by)s where name = %(name)s and digest = %(digest)s

-- name: switch
update alert_rules
set is_on = %(is_on)s, switched_at = %(now)s, switched_by = %(by)s, untried_reason = %(reason)s
where name = %(name)s and is_on <> %(is_on)s

-- name: remove
delete from alert_rules where name = %(name)s

-- name: raised_since
select alert_number, payload
from alerts
where created_at >= %(since)s and alert_type = 'alert' and alert_number is not null
order by alert_number
