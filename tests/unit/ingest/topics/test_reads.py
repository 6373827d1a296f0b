"""Whatever comes by the topic is a read that can be matched and stored, or is refused with a reason."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.topics.reads import published_read
from matcher.characters.slots import read_slots
from pipeline.published.message import read_message
from schemas.arrivals import Arrival, Pictures
from schemas.convert import arrival_from_event, read_to_event
from schemas.errors import InvalidInput
from schemas.events import PublishedRead
from schemas.types import PlateRead, VendorReport
from storage.reads.images import image_key, is_key_of
from storage.reads.rows import read_row
from tests.unit.alerts.samples import AGENCY, START, sample_read
from tests.unit.pipeline.published.receipts import NOBODY

NOW = START + timedelta(minutes=1)
LARGEST = 900_000


def _read(**changes: Any) -> PlateRead:
    made = dataclasses.replace(sample_read(), **changes)
    return dataclasses.replace(made, plate_image_key=image_key(made, "plate"))


def _payload(read: PlateRead | None = None, **fields: Any) -> bytes:
    return read_message(Arrival(read or _read(), Pictures(), NOBODY, arrived_at=NOW, **fields), LARGEST).payload


def taken(value: bytes | None, now: datetime = NOW) -> PublishedRead:
    return published_read(value, agency_id=AGENCY, max_bytes=LARGEST, now=now)


GOOD = _payload(_read(report=VendorReport("rekor", "1", '{"a":"b"}', payload='{"text":"\\u0000 \x00"}')))


def test_what_the_edge_sends_is_taken_as_it_is() -> None:
    assert taken(GOOD) == PublishedRead.model_validate_json(GOOD)


@given(st.integers(0, 2**32), st.integers(1, 4))
@settings(max_examples=400, deadline=None)
def test_a_damaged_message_is_refused_or_harmless(seed: int, count: int) -> None:
    rng = random.Random(seed)
    value = bytearray(GOOD)
    for _ in range(count):
        place = rng.randrange(len(value))
        match rng.randrange(4):
            case 0:
                del value[place : place + rng.randrange(1, 20)]
            case 1:
                value[place:place] = rng.choice([b"\x00", b'"', b"}", b"9", b"1e999", b"\\u0000", b"\\ud800", b"null"])
            case 2:
                value[place] = rng.randrange(256)
            case _:
                other = rng.randrange(len(value))
                value[place:place] = value[other : other + 40]
    _is_refused_or_harmless(bytes(value))


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("2026-11-20T18:30:00Z"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["x1", "make", "text"]), inner),
    max_leaves=6,
)
_FIELDS = sorted(set(json.loads(GOOD)["read"]))


@given(st.dictionaries(st.sampled_from(_FIELDS), _json, min_size=1, max_size=3))
@example({"revision": 2**63})
@example({"track_number": -1})
@example({"plate": ""})
@example({"plate": "A" * 65})
@example({"camera_id": "x" * 201})
@example({"camera_id": " "})
@example({"vehicle": {"year": 10**30}})
@example({"location": {"latitude": 0, "longitude": 0, "heading": 1e300}})
@example({"characters": [{"character": "A", "confidence": 1}] * 65})
@example({"plate_image_key": "2026/11/20/gate/../../../etc/passwd"})
@example({"captured_at": "9999-12-31T23:59:59.999999-12:00"})
@settings(max_examples=300, deadline=None)
def test_any_value_in_any_field_is_refused_or_harmless(changes: dict[str, Any]) -> None:
    message = json.loads(GOOD)
    message["read"] |= changes
    _is_refused_or_harmless(json.dumps(message).encode("utf-8", "replace"))


def _is_refused_or_harmless(value: bytes) -> None:
    event, reason = _taken_or_why_not(value)
    if event is None:
        assert reason
        assert "VNV4527" not in reason, "the reason holds a plate"
        return
    read = arrival_from_event(event, NOBODY).read
    row = read_row(read)
    assert not any("\x00" in one for one in row if isinstance(one, str))
    assert "\\u0000" not in read_to_event(read).model_copy(update={"report": None}).model_dump_json()
    assert read.first_seen.astimezone(UTC) <= read.captured_at.astimezone(UTC) <= read.last_seen.astimezone(UTC)
    for key in (read.plate_image_key, read.context_image_key):
        assert key is None or is_key_of(key, read.read_id)
    with contextlib.suppress(InvalidInput):  # then it is kept, and cannot be matched
        read_slots(read)


def _taken_or_why_not(value: bytes) -> tuple[PublishedRead | None, str]:
    try:
        return taken(value), ""
    except InvalidInput as error:
        return None, str(error)


def test_a_publishers_clock_that_is_ahead_costs_no_read() -> None:
    assert taken(GOOD, NOW - timedelta(hours=23)).arrived_at == NOW - timedelta(hours=23)
    with pytest.raises(InvalidInput, match="more than a day ahead"):
        taken(GOOD, NOW - timedelta(hours=25))


@pytest.mark.parametrize(
    "key",
    [
        "2026/11/20/gate/{read_id}-plate.jpg/..",
        "/2026/11/20/gate/{read_id}-plate.jpg",
        "2026/11/20//{read_id}-plate.jpg",
        "2026/11/20/../{read_id}-plate.jpg",
        "2026/11/20/gate/{other}-plate.jpg",
        "2026/11/20/gate/.{read_id}-plate.jpg",
        "2026/11/20/gate/{read_id}-plate.png",
        "2026/11/20/gate/x/{read_id}-plate.jpg",
        "",
    ],
)
def test_a_key_of_anything_else_is_none(key: str) -> None:
    read, other = sample_read(), sample_read(1)
    assert is_key_of(image_key(read, "context"), read.read_id)
    assert is_key_of(image_key(dataclasses.replace(read, revision=3, is_final=False), "plate"), read.read_id)
    assert not is_key_of(key.format(read_id=read.read_id, other=other.read_id), read.read_id)


LONG = "x" * 4096
_AT_THE_LIMIT: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"camera_id": "x" * 200}, {"camera_id": "x" * 201}, "camera_id"),
    ({"plate": "A" * 64}, {"plate": "A" * 65}, "plate"),
    ({"jurisdiction": "x" * 200}, {"jurisdiction": "x" * 201}, "jurisdiction"),
    ({"vehicle": {"make": LONG}}, {"vehicle": {"make": LONG + "x"}}, r"vehicle\.make"),
    ({"movement": {"lane": LONG}}, {"movement": {"lane": LONG + "x"}}, r"movement\.lane"),
    (
        {"report": {"vendor": "rekor", "vendor_hit": LONG + "x"}},
        {"report": {"vendor": "rekor", "pass_id": LONG + "x"}},
        r"report\.pass_id",
    ),
    ({"vehicle": {"year": 9999}}, {"vehicle": {"year": 10_000}}, "year"),
    ({"vehicle": {"year": 0}}, {"vehicle": {"year": -1}}, "year"),
    ({"movement": {"speed": 1e9}}, {"movement": {"speed": 1.1e9}}, "number"),
    ({"revision": 2**53}, {"revision": 2**53 + 1}, "revision"),
    ({"frame_count": 2**31 - 1}, {"frame_count": 2**31}, "frame_count"),
    ({"track_number": 2**31 - 1}, {"track_number": 2**31}, "track_number"),
    ({"track_number": 0}, {"track_number": -1}, "track_number"),
    (
        {"characters": [{"character": "A", "confidence": 1}] * 64},
        {"characters": [{"character": "A", "confidence": 1}] * 65},
        "characters",
    ),
    (
        {"captured_at": "1980-01-01T00:00:00Z", "first_seen": "1980-01-01T00:00:00Z"},
        {"captured_at": "1979-12-31T23:59:59Z", "first_seen": "1979-12-31T23:59:59Z"},
        "captured_at",
    ),
    ({"last_seen": "2200-01-01T00:00:00Z"}, {"last_seen": "2200-01-01T00:00:01Z"}, "last_seen"),
]


@pytest.mark.parametrize(("inside", "outside", "named"), _AT_THE_LIMIT)
def test_what_lies_at_a_limit_is_taken_and_what_lies_beyond_is_named(
    inside: dict[str, Any], outside: dict[str, Any], named: str
) -> None:
    bare = json.loads(_payload()) | {}
    bare["read"] |= {"plate_image_key": None, "context_image_key": None}
    for changes in (inside, outside):
        message = json.loads(json.dumps(bare))
        message["read"] |= changes
        if changes is inside:
            taken(json.dumps(message).encode())
            continue
        with pytest.raises(InvalidInput, match=named):
            taken(json.dumps(message).encode())


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "the message has no content"),
        (b"no JSON", "the message is not JSON"),
        (b"[1]", "the message is JSON, but no object"),
        (
            b'{"schema_version": "2\\u001b0123456789012345678901"}',
            "the message has schema version '2\\x1b012345678901234', and version 1 is read here; update this machine",
        ),
        (b'{"schema_version": "1"}', "the message is no read: "),
    ],
)
def test_why_a_message_is_none_is_said_whole(value: bytes | None, reason: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        taken(value)
    assert raised.value.message.startswith(reason)
    assert raised.value.message == reason or reason.endswith(": ")


@pytest.mark.parametrize("length", [64, 65])
def test_a_read_of_another_agency_is_refused_by_its_name(length: int) -> None:
    message = json.loads(GOOD)
    message["read"]["agency_id"] = "x" * length
    with pytest.raises(InvalidInput) as raised:
        taken(json.dumps(message).encode())
    shown = "x" * 64
    assert raised.value.message == f"the read is of agency '{shown}', and this installation is that of '{AGENCY}'"


def test_a_message_may_be_as_large_as_the_setting_says() -> None:
    size = len(GOOD)
    assert published_read(GOOD, agency_id=AGENCY, max_bytes=size, now=NOW) == taken(GOOD)
    with pytest.raises(InvalidInput, match=f"{size} bytes, more than"):
        published_read(GOOD, agency_id=AGENCY, max_bytes=size - 1, now=NOW)
