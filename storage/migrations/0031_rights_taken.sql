-- migrate:up

-- When the rights at the broker were taken that an agreement had given, once it was over.
alter table agreements add column rights_taken_at timestamptz;

-- That is noted of an agreement that was ended, too; nothing else of it changes.
create or replace function keep_agreement_decisions() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'agreements are ended, not deleted';
    elsif tg_table_name = 'agreements' then
        if old.ended_at is not null
            and to_jsonb(old) - 'rights_taken_at' is distinct from to_jsonb(new) - 'rights_taken_at'
        then
            raise exception 'an agreement that was ended stays so';
        end if;
    elsif old.approved_at is not null
        or (old.document, old.starts_at, old.ends_at, old.widens, old.proposed_by, old.proposed_at)
        is distinct from (new.document, new.starts_at, new.ends_at, new.widens, new.proposed_by, new.proposed_at)
    then
        raise exception 'a version of an agreement is approved once and changed never';
    end if;
    return new;
end
$$;

-- migrate:down
create or replace function keep_agreement_decisions() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'agreements are ended, not deleted';
    elsif tg_table_name = 'agreements' then
        if old.ended_at is not null then
            raise exception 'an agreement that was ended stays so';
        end if;
    elsif old.approved_at is not null
        or (old.document, old.starts_at, old.ends_at, old.widens, old.proposed_by, old.proposed_at)
        is distinct from (new.document, new.starts_at, new.ends_at, new.widens, new.proposed_by, new.proposed_at)
    then
        raise exception 'a version of an agreement is approved once and changed never';
    end if;
    return new;
end
$$;
alter table agreements drop column rights_taken_at;
