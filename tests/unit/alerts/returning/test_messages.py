"""Dispositions on their way to the agency that gave the entry, and whatever else comes on that topic."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from alerts.life.messages import disposition_event
from alerts.life.transitions import advanced
from alerts.returning.messages import parse_returned, returned_event, returned_message
from policy.agreements.agreement import disposition_topic
from schemas.errors import InvalidInput
from schemas.events import Alert, GivenByEvent, ReturnedDispositionEvent, ReturnedVerdictEvent
from schemas.generate import FOLDER
from schemas.types import (
    AlertOutcome,
    CheckPriority,
    Disposition,
    DispositionKind,
    Life,
    RecordAnswer,
    Rejection,
    Standing,
)
from tests.unit.alerts.samples import sample_alert

LARGEST_BYTES = 64_000

OWNER_ENTRY = uuid4()


def given_alert() -> Alert:
    alert = sample_alert()
    theirs = GivenByEvent(
        agency_id="portsmouth-pd", name="Portsmouth", agreement_id="suffolk", hotlist_id="stolen", entry_id=OWNER_ENTRY
    )
    return alert.model_copy(update={"entry": alert.entry.model_copy(update={"given_by": theirs})})


def rejected(**more: Any) -> ReturnedDispositionEvent:
    said = Disposition(
        DispositionKind.REJECTED,
        at=datetime(2026, 11, 20, 19, tzinfo=UTC),
        person="d.chen",
        actor="d.chen",
        agency_id="suffolk-pd",
        rejection=Rejection.STALE_ENTRY,
        note="the owner has it in the drive",
        plate_seen="XYZ1234",
    )
    event = disposition_event(given_alert(), advanced(Life(), said), said)
    return returned_event(event, "suffolk-pd", 3).model_copy(update=more)


def test_it_names_the_owners_entry_and_neither_plate_place_nor_note() -> None:
    said = rejected()
    assert (said.entry_id, said.hotlist_id, said.agreement_id) == (OWNER_ENTRY, "stolen", "suffolk")
    assert (said.by, said.rejection, said.verdict.rejection) == ("d.chen", "stale_entry", "stale_entry")
    text = returned_message(said).payload.decode()
    for secret in ("VNV4527", "XYZ1234", "gate", "drive", "38.9"):
        assert secret not in text


def test_an_entry_of_ones_own_has_nobody_to_tell() -> None:
    said = Disposition(DispositionKind.SEEN, at=datetime.now(UTC), person="lee", actor="lee", agency_id="springfield")
    with pytest.raises(ValueError, match="our own"):
        returned_event(disposition_event(sample_alert(), advanced(Life(), said), said), "springfield", None)


def test_it_is_what_the_document_describes() -> None:
    document = json.loads((FOLDER / "asyncapi.json").read_text())
    sent = returned_message(rejected())
    message = document["components"]["messages"]["returned"]
    Draft202012Validator(message["headers"]).validate(dict(sent.headers))
    schema = json.loads((FOLDER / message["payload"]["schema"]["$ref"]).read_text())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(sent.payload))
    address = document["channels"]["returnedDispositions"]["address"]
    assert address.format(agreement="a", member="b") == disposition_topic("a", "b")
    assert parse_returned(sent.payload) == rejected()


@given(st.one_of(st.none(), st.binary(max_size=200), st.text().map(str.encode)))
def test_whatever_comes_is_read_or_refused(payload: bytes | None) -> None:
    with contextlib.suppress(InvalidInput):
        parse_returned(payload)


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.datetimes().map(str)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(ReturnedDispositionEvent.model_fields)), _JSON, max_size=4))
def test_a_message_with_other_values_is_read_or_refused(changes: dict[str, Any]) -> None:
    payload = json.dumps(json.loads(returned_message(rejected()).payload) | changes).encode()
    with contextlib.suppress(InvalidInput):
        parse_returned(payload)


def test_one_that_is_too_large_is_not_even_read() -> None:
    with pytest.raises(InvalidInput, match=f"at most {LARGEST_BYTES} bytes"):
        parse_returned(returned_message(rejected()).payload + b" " * LARGEST_BYTES)


def test_all_that_was_said_goes_back_with_all_that_stands() -> None:
    """An outcome after a verdict and an answered check, of an alert that was taken back by then."""
    at = datetime(2026, 11, 20, 19, tzinfo=UTC)

    def said(kind: DispositionKind, number: int, **more: Any) -> Disposition:
        moment = at + timedelta(minutes=number)
        return Disposition(kind, moment, "d.chen", "d.chen", "suffolk-pd", number, **more)

    life = Life()
    for one in (
        said(DispositionKind.RECORD_CHECK_ASKED, 1, priority=CheckPriority.URGENT),
        said(DispositionKind.RECORD_CHECK_ANSWERED, 2, answer=RecordAnswer.VALID),
        said(DispositionKind.CONFIRMED, 3),
    ):
        life = advanced(life, one)
    last = said(DispositionKind.OUTCOME, 4, outcome=AlertOutcome.RECOVERED, supersedes=3)
    life = dataclasses.replace(advanced(life, last), is_canceled=True)
    event = disposition_event(given_alert(), life, last)
    told = returned_event(event, "suffolk-pd", 3)
    assert told == ReturnedDispositionEvent(
        disposition_id=event.disposition_id,
        agreement_id="suffolk",
        agreement_version=3,
        agency_id="suffolk-pd",
        hotlist_id="stolen",
        entry_id=OWNER_ENTRY,
        alert_id=event.alert_id,
        number=4,
        kind=DispositionKind.OUTCOME,
        at=last.at,
        by="d.chen",
        supersedes=3,
        rejection=None,
        outcome=AlertOutcome.RECOVERED,
        verdict=ReturnedVerdictEvent(
            standing=Standing.CLOSED,
            confirmed=True,
            rejection=None,
            outcome=AlertOutcome.RECOVERED,
            record_answer=RecordAnswer.VALID,
            canceled=True,
            words=event.confirmation.words,
        ),
    )
    assert returned_event(event, "suffolk-pd", None).agreement_version is None
    sent = returned_message(told)
    headers = dict(sent.headers)
    assert (sent.message_id, sent.key) == (told.disposition_id, str(told.alert_id))
    assert (headers["ce_source"], headers["ce_time"]) == ("urn:platewatch:agency:suffolk-pd", "2026-11-20T19:04:00Z")
    # Names and words that are longer than a message takes are cut.
    confirmation = event.confirmation.model_copy(update={"words": "x" * 2001})
    long = returned_event(event.model_copy(update={"by": "y" * 201, "confirmation": confirmation}), "suffolk-pd", 3)
    assert (long.by, long.verdict.words) == ("y" * 200, "x" * 2000)


def test_a_message_of_the_largest_size_is_read() -> None:
    whole = returned_message(rejected()).payload
    assert parse_returned(whole + b" " * (LARGEST_BYTES - len(whole))) == rejected()
    with pytest.raises(InvalidInput, match=f"the message has {LARGEST_BYTES + 1} bytes"):
        parse_returned(whole + b" " * (LARGEST_BYTES + 1 - len(whole)))
