-- migrate:up

-- What a second reader saw on the best frame, where it was asked: {text, score, agrees, jurisdiction,
-- jurisdiction_confidence, reader}. A column without a default is added without rewriting the partitions.
alter table reads add column second_reading jsonb;

-- Whether the second reader saw the listed plate; null where none was asked or saw a text.
alter table hits add column second_reader_agrees boolean;

-- migrate:down
alter table hits drop column second_reader_agrees;
alter table reads drop column second_reading;
