-- fragment: lookups
-- Questions of people to stored reads. Who became another user by sudo counts by the own name.
lookups as (
    select
        {person} as person,
        translate(coalesce(details ->> 'plate', details ->> 'pattern'), 'O', '0') as plate,
        nullif(trim(purpose), '') as purpose,
        nullif(trim(case_number), '') as case_number,
        happened_at,
        happened_at at time zone %(zone)s as local_time
    from audit
    where
        action = any(%(actions)s)
        and via <> all(%(programs)s)
        and happened_at >= %(back_to)s
        and happened_at < %(until)s
)

-- name: repeats
-- One plate, asked for by one person again and again, with no case or with ever another one; also in the span itself.
with {lookups}

select
    person,
    plate,
    count(*) as times,
    count(distinct local_time::date) as days,
    count(*) filter (where case_number is null) as without_case,
    count(distinct lower(case_number)) as cases,
    count(*) filter (where {is_night}) as at_night,
    min(happened_at) as first_at,
    max(happened_at) as last_at
from lookups
where plate is not null
group by person, plate
having
    count(*) >= %(least)s
    and max(happened_at) >= %(since)s
    and (count(*) filter (where case_number is null) >= %(least)s or count(distinct lower(case_number)) >= %(least)s)
order by count(*) desc, person, plate
limit %(limit)s

-- name: nights
with {lookups}

select
    person,
    count(*) as times,
    count(*) filter (where {is_night}) as at_night,
    count(distinct local_time::date) filter (where {is_night}) as days
from lookups
where happened_at >= %(since)s
group by person
having count(*) filter (where {is_night}) > 0
order by count(*) filter (where {is_night}) desc, person
limit %(limit)s

-- fragment: is_night
case
    when %(from_hour)s::int <= %(to_hour)s::int
        then extract(hour from local_time) >= %(from_hour)s and extract(hour from local_time) < %(to_hour)s
    else extract(hour from local_time) >= %(from_hour)s or extract(hour from local_time) < %(to_hour)s
end

-- name: purposes
with {lookups}

select person, purpose, case_number, count(*) as times, max(happened_at) as last_at
from lookups
where happened_at >= %(since)s
group by person, purpose, case_number
order by person, count(*) desc, purpose, case_number

-- name: refusals
select
    {person} as person,
    details ->> 'why_refused' as why,
    count(*) as times,
    max(happened_at) as last_at
from audit
where
    action = 'refused'
    and via <> all(%(programs)s)
    and happened_at >= %(since)s
    and happened_at < %(until)s
group by 1, 2
order by count(*) desc, 1, 2
limit %(limit)s
