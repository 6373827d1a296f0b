"""What others are told of a disposition, and what an alert says until somebody has confirmed it."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta

import pytest
from jsonschema import Draft202012Validator

from alerts.build import alert_message, build_update
from alerts.life.messages import (
    confirmation_of,
    disposition_event,
    disposition_message,
    disposition_update,
    is_news,
    record_check_event,
)
from schemas import ids
from schemas.events import (
    NOBODY_YET,
    Alert,
    ConfirmationEvent,
    DispositionEntryEvent,
    DispositionEvent,
    RecordCheckEvent,
)
from schemas.generate import DISPOSITION_TOPIC, FOLDER
from schemas.types import (
    AlertOutcome,
    CheckPriority,
    Disposition,
    DispositionKind,
    RecordAnswer,
    Rejection,
    Standing,
    Surface,
)
from tests.unit.alerts.life.samples import MOMENT, after, said
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


IN_TIME = "2026-11-20T18:30:00Z"


def test_what_travels_with_an_alert_says_who_has_confirmed_it_and_what_came_of_it() -> None:
    """Every state of a verdict, of a check and of an outcome, whole."""
    nobody = ConfirmationEvent()
    confirmed = ConfirmationEvent(
        status="confirmed", words=f"confirmed by lee at {IN_TIME}", by="lee", agency_id="springfield", at=MOMENT
    )
    assert confirmation_of(after(SEEN, ACKNOWLEDGED)) == nobody
    assert confirmation_of(after(CONFIRMED)) == confirmed
    assert confirmation_of(after(said(REJECTED, rejection=Rejection.WRONG_STATE))) == confirmed.model_copy(
        update={
            "status": "rejected",
            "words": f"rejected (wrong state) by lee at {IN_TIME}",
            "rejection": Rejection.WRONG_STATE,
        }
    )
    assert confirmation_of(after(ASKED)) == nobody.model_copy(update={"record_check": "asked"})
    for answer, words in (
        (RecordAnswer.VALID, f"{NOBODY_YET}; its agency says that the entry stands"),
        (RecordAnswer.NOT_VALID, f"{NOBODY_YET}; ITS AGENCY SAYS THAT THE ENTRY DOES NOT STAND"),
        (RecordAnswer.TIME_NEEDED, NOBODY_YET),
    ):
        life = after(ASKED, said(ANSWERED, 2, answer=answer, minutes=5))
        assert confirmation_of(life) == nobody.model_copy(update={"record_check": answer.value, "words": words})
    closed = after(CONFIRMED, said(OUTCOME, 2, "kim", outcome=AlertOutcome.RECOVERED))
    assert confirmation_of(closed) == confirmed.model_copy(
        update={
            "outcome": AlertOutcome.RECOVERED,
            "words": f"confirmed by lee at {IN_TIME}; closed (recovered) by kim at {IN_TIME}",
        }
    )


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        (said(CONFIRMED, 3, "kim", 4), "confirmed by kim at 2026-11-20T18:34:00Z"),
        (said(ANSWERED, 3, "kim", 4, answer=RecordAnswer.VALID), "its agency says that the entry stands"),
        (said(ANSWERED, 3, answer=RecordAnswer.NOT_VALID), "ITS AGENCY SAYS THAT THE ENTRY DOES NOT STAND"),
    ],
)
def test_the_update_is_the_newest_message_with_what_was_said(new: Disposition, reason: str) -> None:
    first, newest = sample_alert(1), build_update(sample_alert(2), updates=sample_alert(1).alert_id, reason="better")
    life = after(ASKED, SEEN, new)
    assert disposition_update(newest, life, new, first=first.alert_id) == newest.model_copy(
        update={
            "alert_id": ids.alert_id(newest.hit.hit_id, f"update disposition {first.alert_id} 3"),
            "created_at": new.at,
            "reason": reason,
            "confirmation": confirmation_of(life),
        }
    )


def test_the_entry_s_owner_gets_all_that_was_said_and_what_stands() -> None:
    alert = sample_alert(1)
    new = said(
        REJECTED, 4, "kim", 4, rejection=Rejection.WRONG_STATE, supersedes=2, surface=Surface.CAR, note="looked twice"
    )
    life = dataclasses.replace(after(ASKED, CONFIRMED, ANSWERED, new), is_canceled=True)
    entry = alert.entry
    expected = DispositionEvent(
        disposition_id=ids.disposition_id(alert.alert_id, 4),
        alert_id=alert.alert_id,
        number=4,
        kind=REJECTED,
        at=new.at,
        by="kim",
        agency_id="springfield",
        surface="car",
        supersedes=2,
        rejection=Rejection.WRONG_STATE,
        outcome=None,
        standing=Standing.REJECTED,
        canceled=True,
        confirmation=confirmation_of(life),
        record_check=RecordCheckEvent(
            asked_at=MOMENT,
            priority=CheckPriority.URGENT,
            due_at=MOMENT + timedelta(minutes=10),
            answer=RecordAnswer.VALID,
            answered_at=MOMENT,
        ),
        entry=DispositionEntryEvent(
            entry_id=entry.entry_id,
            hotlist_id="ncic",
            given_by=None,
            plate="VNV4527",
            jurisdiction="US-VA",
            category=entry.category,
            source_entry_id="V000000001",
            source_code="V",
            originating_agency="VA0010000",
            case_number="26-1",
        ),
    )
    assert disposition_event(alert, life, new) == expected
    closed = said(OUTCOME, 2, outcome=AlertOutcome.LOCATED)
    event = disposition_event(alert, after(CONFIRMED, closed), closed)
    assert (event.outcome, event.record_check, event.canceled, event.standing) == (
        AlertOutcome.LOCATED,
        None,
        False,
        Standing.CLOSED,
    )


def test_a_check_that_waits_has_no_answer_yet() -> None:
    check = after(said(ASKED, priority=CheckPriority.ROUTINE, minutes=3)).check
    assert check is not None
    at = MOMENT + timedelta(minutes=3)
    assert record_check_event(check) == RecordCheckEvent(
        asked_at=at, priority=CheckPriority.ROUTINE, due_at=at + timedelta(hours=1), answer=None, answered_at=None
    )


def test_a_disposition_s_message_is_its_own_with_its_alert_s_key() -> None:
    new = said(CONFIRMED, 1, minutes=2)
    event = disposition_event(sample_alert(), after(new), new)
    message = disposition_message(event)
    headers = dict(message.headers)
    assert (message.message_id, message.key) == (event.disposition_id, str(sample_alert().alert_id))
    assert (headers["ce_type"], headers["ce_time"], headers["ce_source"]) == (
        "org.platewatch.disposition.v1",
        "2026-11-20T18:32:00Z",
        "urn:platewatch:agency:springfield",
    )
