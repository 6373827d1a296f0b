-- Whoever approves a question about many vehicles, and who opens what it found, does so on the whole reason.

-- migrate:up
alter table analyses add column warrant text, add column offense text;

-- migrate:down
alter table analyses drop column offense, drop column warrant;
