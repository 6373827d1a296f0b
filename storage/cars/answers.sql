-- name: sign_on
insert into car_sign_ons (sign_on, car_id, person, unit, granted_at, expires_at)
values (%(sign_on)s, %(car_id)s, %(person)s, %(unit)s, %(granted_at)s, %(expires_at)s)

-- name: is_theirs
select exists (
    select from car_sign_ons
    where sign_on = %(sign_on)s and car_id = %(car_id)s and person = %(person)s
      and %(at)s >= granted_at - %(clock)s and %(at)s <= expires_at + %(clock)s
)

-- name: keep
insert into car_answers (answer_id, car_id, alert_id, person, unit, said_at, body)
values (%(answer_id)s, %(car_id)s, %(alert_id)s, %(person)s, %(unit)s, %(said_at)s, %(body)s)
on conflict (answer_id) do nothing

-- name: waiting
-- Those whose alert is there by now; of one alert in the order in which they were said.
select body from car_answers
where state = 'waiting' and exists (select from alerts where alerts.alert_id = car_answers.alert_id)
order by said_at, answer_id
limit %(limit)s

-- name: settle
update car_answers set state = %(state)s, why = %(why)s, number = %(number)s
where answer_id = %(answer_id)s and state = 'waiting'

-- name: beside
-- What stands beside the dispositions of an alert: nobody has decided between the two.
select answer_id, car_id, person, unit, said_at, body ->> 'what' as what, state, why from car_answers
where alert_id = %(alert_id)s and state in ('conflict', 'refused')
order by said_at, answer_id

-- name: note
insert into car_notes (note_id) values (%(note_id)s) on conflict (note_id) do nothing

-- name: outcomes
select answer_id, state, why from car_answers
where car_id = %(car_id)s and answer_id = any(%(answer_ids)s) and state <> 'waiting'
order by received_at, answer_id
