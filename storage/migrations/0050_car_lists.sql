-- migrate:up

-- What each patrol car was told of the lists: the edition that it has, and the one that it is fetching. standing says of
-- every list of an edition its version and, in scope, what of it the law let go to a car then; withdrawn_number is the
-- last withdrawal that it was told of.
create table car_list_editions (
    car_id text not null,
    edition bigint not null check (edition > 0),
    base bigint not null check (base >= 0 and base < edition),
    standing jsonb not null,
    made_at timestamptz not null,
    withdrawn_number bigint not null,
    primary key (car_id, edition)
);

-- migrate:down
drop table car_list_editions;
