-- migrate:up

-- Who has opened a result, and when: a plate is seen by whoever opened it by name, and by nobody else.
alter table analysis_results add column openings jsonb not null default '{}';
update analysis_results set openings = jsonb_build_object(opened_by, opened_at) where opened_by is not null;
alter table analysis_results drop column opened_by, drop column opened_at;

-- migrate:down
alter table analysis_results add column opened_by text, add column opened_at timestamptz;
update analysis_results as result
set opened_by = first.person, opened_at = first.at
from (
    select distinct on (analysis_id, number) analysis_id, number, opening.key as person, opening.value::timestamptz as at
    from analysis_results
    cross join lateral jsonb_each_text(openings) as opening
    order by analysis_id, number, opening.value::timestamptz
) as first
where result.analysis_id = first.analysis_id and result.number = first.number;
alter table analysis_results drop column openings;
