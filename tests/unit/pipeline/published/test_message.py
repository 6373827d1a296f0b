"""The message of a read: what one vehicle's reads have in common, and what others go by."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pipeline.published.arriving import arrival_of
from pipeline.published.message import read_key, read_message
from schemas.arrivals import Arrival, Pictures
from schemas.convert import arrival_from_event
from schemas.errors import InvalidInput
from schemas.events import PublishedRead
from schemas.generate import FOLDER
from schemas.types import VendorReport
from tests.unit.alerts.samples import sample_read
from tests.unit.pipeline.published.receipts import NOBODY

LARGEST = 900_000


def _arrival(**changes: object) -> Arrival:
    return Arrival(dataclasses.replace(sample_read(), **changes), Pictures(), NOBODY)  # type: ignore[arg-type]


def test_what_readers_take_for_one_another_has_one_key() -> None:
    assert {read_key(plate) for plate in ("B0L5 123", "8OLS-1Z3", "3DISI28")} == {read_key("BQLSI2B")}
    assert read_key("ABC1234") != read_key("ABC123")
    assert read_key("ABC1234") != read_key("WBC1234")


@given(st.text(max_size=20))
@settings(max_examples=200)
def test_any_text_has_a_key_of_the_digits_of_classes(plate: str) -> None:
    assert set(read_key(plate)) <= set("0123456789abcdef")
    assert read_key(plate) == read_key(f" {plate}- ")


def test_the_asyncapi_document_describes_what_is_sent() -> None:
    document = json.loads((FOLDER / "asyncapi.json").read_text("utf-8"))
    described = document["components"]["messages"]["published-read"]
    sent = read_message(_arrival(), LARGEST)
    Draft202012Validator(described["headers"]).validate(dict(sent.headers))
    assert set(described["headers"]["required"]) == set(dict(sent.headers))
    schema = json.loads((FOLDER / described["payload"]["schema"]["$ref"]).read_text("utf-8"))
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(json.loads(sent.payload))
    assert document["channels"]["reads"]["address"] == "platewatch.reads.v1"


def test_each_revision_of_a_pass_has_a_message_id_of_its_own_and_a_repeat_has_not() -> None:
    messages = [
        read_message(_arrival(revision=revision, is_final=final), LARGEST)
        for revision, final in ((1, False), (1, True), (2, True), (2, True))
    ]
    assert len({message.message_id for message in messages}) == 3
    assert len({message.key for message in messages}) == 1


def test_a_vendors_message_stays_behind_before_the_read_is_too_large() -> None:
    report = VendorReport("rekor", "1", "{}", payload='"' * 20_000)
    whole = PublishedRead.model_validate_json(read_message(_arrival(report=report), LARGEST).payload)
    assert arrival_from_event(whole, NOBODY).read.report == report
    cut = PublishedRead.model_validate_json(read_message(_arrival(report=report), 30_000).payload)
    assert arrival_from_event(cut, NOBODY).read.report == dataclasses.replace(report, payload=None)
    with pytest.raises(InvalidInput, match=r"a message may have 500 \(kafka\.max_message_bytes\)"):
        read_message(_arrival(report=report), 500)


def test_a_message_that_nobody_foresaw_is_one_that_cannot_be_used() -> None:
    def fault() -> PublishedRead:
        raise ZeroDivisionError("VNV4527")

    with pytest.raises(InvalidInput) as raised:
        arrival_of(fault, NOBODY)
    assert str(raised.value) == ("could not be read for an unexpected reason (ZeroDivisionError); please report this")
