-- migrate:up

-- Alerts are numbered after their commit, by one process at a time, so that writers need not wait for one another and the
-- numbers still grow in the order in which alerts become visible. What was the number is now the order of insertion.
alter table alerts rename column alert_number to insert_number;
alter table alerts add column alert_number bigint;
update alerts set alert_number = insert_number;
create unique index alerts_by_number on alerts (alert_number);
create index alerts_unnumbered on alerts (insert_number) where alert_number is null;

create sequence alert_numbers;
select setval('alert_numbers', last_value, is_called) from alerts_alert_number_seq;

-- migrate:down
drop sequence alert_numbers;
alter table alerts drop column alert_number;
alter table alerts rename column insert_number to alert_number;
