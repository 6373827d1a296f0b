"""What others are told of a disposition, and what an alert says until somebody has confirmed it."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from alerts.build import alert_message
from alerts.life.messages import (
    confirmation_of,
    disposition_event,
    disposition_message,
    disposition_update,
    is_news,
)
from schemas.events import NOBODY_YET, Alert, DispositionEvent
from schemas.generate import DISPOSITION_TOPIC, FOLDER
from schemas.types import AlertOutcome, DispositionKind, RecordAnswer
from tests.unit.alerts.life.samples import after, said
from tests.unit.alerts.samples import given_alert, sample_alert

SEEN, ACKNOWLEDGED, CONFIRMED, REJECTED, OUTCOME, ASKED, ANSWERED = DispositionKind


def test_an_alert_says_that_nobody_has_confirmed_it_also_where_its_publisher_is_older() -> None:
    message = json.loads(alert_message(sample_alert()).payload)
    assert message["confirmation"]["status"] == "not_confirmed"
    assert message["confirmation"]["words"] == NOBODY_YET == "confirmed by nobody yet"
    del message["confirmation"]
    old = Alert.model_validate_json(json.dumps(message))
    assert old.confirmation.words == NOBODY_YET
    assert old.confirmation.by is None


def test_the_schema_names_the_confirmation() -> None:
    schema = json.loads((FOLDER / "alert.v1.json").read_text("utf-8"))
    confirmed = sample_alert().model_copy(update={"confirmation": confirmation_of(after(CONFIRMED))})
    message = json.loads(alert_message(confirmed).payload)
    Draft202012Validator(schema).validate(message)
    message["confirmation"]["status"] = "perhaps"
    assert not Draft202012Validator(schema).is_valid(message)


@pytest.mark.parametrize(
    ("kind", "news"),
    [(SEEN, False), (ACKNOWLEDGED, False), (CONFIRMED, True), (REJECTED, True), (OUTCOME, True), (ASKED, False)],
)
def test_who_got_the_alert_is_told_what_they_need(kind: DispositionKind, news: bool) -> None:
    assert is_news(said(kind)) is news


@pytest.mark.parametrize("answer", RecordAnswer)
def test_a_substantive_answer_is_news(answer: RecordAnswer) -> None:
    assert is_news(said(ANSWERED, answer=answer)) is (answer is not RecordAnswer.TIME_NEEDED)


def test_what_stands_is_said_in_words() -> None:
    life = after(ASKED, CONFIRMED, said(ANSWERED, 3, answer=RecordAnswer.NOT_VALID), said(OUTCOME, 4, "kim", 5))
    confirmation = confirmation_of(life)
    assert confirmation.words == (
        "confirmed by lee at 2026-11-20T18:30:00Z; ITS AGENCY SAYS THAT THE ENTRY DOES NOT STAND; "
        "closed (no action) by kim at 2026-11-20T18:35:00Z"
    )
    assert (confirmation.record_check, confirmation.outcome) == ("not_valid", AlertOutcome.NO_ACTION)
    assert confirmation_of(after(ASKED)).record_check == "asked"
    assert confirmation_of(after()).words == NOBODY_YET


def test_one_disposition_is_one_message_each() -> None:
    alert, new = sample_alert(), said(CONFIRMED, 3)
    life = after(SEEN, ACKNOWLEDGED, new)
    event = disposition_event(alert, life, new)
    message = disposition_message(event)
    assert message == disposition_message(disposition_event(alert, life, new))
    assert (message.key, dict(message.headers)["ce_id"]) == (str(alert.alert_id), str(event.disposition_id))
    Draft202012Validator(json.loads((FOLDER / "disposition.v1.json").read_text())).validate(json.loads(message.payload))
    assert DispositionEvent.model_validate_json(message.payload) == event
    document = json.loads((FOLDER / "asyncapi.json").read_text())
    assert document["channels"]["dispositions"]["address"] == DISPOSITION_TOPIC == "platewatch.dispositions.v1"
    Draft202012Validator(document["components"]["messages"]["disposition"]["headers"]).validate(dict(message.headers))
    update = disposition_update(alert, life, new, first=alert.alert_id)
    again = disposition_update(alert, life, said(REJECTED, 4, supersedes=3), first=alert.alert_id)
    assert len({alert.alert_id, update.alert_id, again.alert_id}) == 3
    assert update.plate_picture == alert.plate_picture


def test_the_owner_of_an_entry_that_was_given_finds_its_own_numbers() -> None:
    alert, new = given_alert(), said(CONFIRMED, 3)
    event = disposition_event(alert, after(new), new)
    owner = alert.entry.given_by
    assert owner is not None
    assert (event.entry.entry_id, event.entry.hotlist_id, event.entry.given_by) == (owner.entry_id, "stolen", owner)
    assert disposition_event(sample_alert(), after(new), new).entry.given_by is None
