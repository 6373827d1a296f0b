"""Lines of reads, as people and other tools write them."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.read_lines import NumberedLine, numbered_lines, parse_read
from schemas.convert import read_to_event
from schemas.errors import InvalidInput
from schemas.types import CharacterRead, PlateRead, VehicleDescription
from tests.unit.matcher.samples import characters, read

MAX_LINE_BYTES = 1024 * 1024

NOW = datetime(2026, 5, 6, tzinfo=UTC)


def parse(record: Any, number: int = 1) -> PlateRead:
    data = record if isinstance(record, bytes) else json.dumps(record).encode()
    return parse_read(NumberedLine(number, data), "reads.jsonl", NOW)


def test_a_plate_alone_is_a_read_of_now() -> None:
    found = parse({"plate": "8kv-4921"})
    alone = PlateRead(found.read_id, "match", "local", NOW, NOW, NOW, "8kv-4921", 1.0)
    assert found == alone
    # Each line is a read of its own, the same one whenever the file is read again.
    assert parse({"plate": "8kv-4921"}) == alone != parse({"plate": "8kv-4921"}, number=2)
    assert parse_read(NumberedLine(1, b'{"plate": "8kv-4921"}'), "other.jsonl", NOW).read_id != alone.read_id


def test_all_that_matching_looks_at_is_taken() -> None:
    then = datetime(2026, 1, 1, 10, tzinfo=UTC)
    car = {"make": "Ford", "model": "F150", "color": "blue", "style": "pickup", "year": 2019, "vehicle_class": "truck"}
    found = parse(
        {
            "plate": "AB",
            "state": "US-MD",
            "jurisdiction": "US-VA",
            "jurisdiction_confidence": 0.6,
            "confidence": 0.8,
            "char_confidences": [0.9, 0.7],
            "vehicle": car,
            "captured_at": then.isoformat(),
            "more": 1,
        }
    )
    assert found == PlateRead(
        *(found.read_id, "match", "local", then, then, then, "AB", 0.8),
        characters=(CharacterRead("A", 0.9), CharacterRead("B", 0.7)),
        jurisdiction="US-VA",
        jurisdiction_confidence=0.6,
        vehicle=VehicleDescription(**car),
    )


@pytest.mark.parametrize("written", ["US-VA", "us-va", "VA", "va", "Virginia"])
@pytest.mark.parametrize("key", ["jurisdiction", "state"])
def test_states_in_any_spelling(written: str, key: str) -> None:
    assert parse({"plate": "ABC1234", key: written}).jurisdiction == "US-VA"


@pytest.mark.parametrize("written", [None, "", "unknown", " Unknown ", "none", "N/A"])
def test_a_state_that_is_not_known_is_none(written: str | None) -> None:
    assert parse({"plate": "ABC1234", "jurisdiction": written}).jurisdiction is None


def test_lines_of_the_read_command_keep_their_confidences() -> None:
    found = parse(
        {
            "source": "car.jpg",
            "plate": "AB12",
            "confidence": 0.8,
            "char_confidences": [0.9, 0.8, 1.0, 0.7],
            "box": [1, 2, 3, 4],
            "jurisdiction": None,
        }
    )
    assert found.confidence == 0.8
    assert found.characters == tuple(map(CharacterRead, "AB12", (0.9, 0.8, 1.0, 0.7)))


def test_a_whole_read_comes_through_unchanged() -> None:
    whole = read("8KV4921", "US-VA", characters=characters("8KV4921", 0.9, p0=(("8", 0.7), ("B", 0.25))))
    event = read_to_event(whole).model_dump(mode="json")
    assert parse(event) == whole
    with pytest.raises(InvalidInput, match="the plate holds"):
        parse({**event, "plate": "8KV*921"})


def test_time_and_per_character_distributions_may_be_given() -> None:
    found = parse(
        {
            "plate": "8K",
            "captured_at": "2026-01-01T05:00:00-05:00",
            "characters": [
                {"character": "8", "confidence": 0.7, "alternatives": [["B", 0.25]]},
                {"character": "K", "confidence": 0.9},
            ],
        }
    )
    assert found.captured_at == datetime(2026, 1, 1, 10, tzinfo=UTC)
    assert found.characters == (CharacterRead("8", 0.7, (("B", 0.25),)), CharacterRead("K", 0.9))


@pytest.mark.parametrize(
    ("record", "column", "words"),
    [
        (b"not json", None, "no JSON"),
        (b"\xff\xfe", None, "UTF-8"),
        (b"[1]", None, "a JSON object"),
        (b'"ABC"', None, "a JSON object"),
        (b"[" * 200_000, None, "no JSON|nested too deeply"),
        ({}, "plate", "field required"),
        ({"plate": 7}, "plate", "valid string"),
        ({"plate": "ABC1234", "confidence": 1.5}, "confidence", "less than or equal"),
        (b'{"plate": "ABC1234", "confidence": NaN}', "confidence", "greater than|finite|less than"),
        ({"plate": "ABC1234", "jurisdiction": "Atlantis"}, "jurisdiction", "no known state"),
        ({"plate": "ABC1234", "char_confidences": [0.5]}, "char_confidences", "1 confidences for a plate of 7"),
        ({"plate": "ABC1234", "captured_at": "2026-01-01T00:00:00"}, "captured_at", "timezone"),
        ({"read_id": "x", "plate": "ABC1234"}, "read_id", "UUID"),
    ],
)
def test_bad_lines_are_refused_with_their_number_and_field(record: Any, column: str | None, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as refusal:
        parse(record, number=41)
    assert (refusal.value.line, refusal.value.column) == (41, column)


def test_lines_are_numbered_from_one_blank_ones_passed_over_and_long_ones_skipped() -> None:
    long = b'"' + b"A" * (3 * MAX_LINE_BYTES) + b'"\n'
    lines = list(numbered_lines(io.BytesIO(b'{"plate": 1}\n\n' + long + b"last")))
    assert [(line.number, line.data) for line in lines] == [(1, b'{"plate": 1}\n'), (3, None), (4, b"last")]
    with pytest.raises(InvalidInput, match="longer than"):
        parse_read(lines[1], "reads.jsonl", NOW)


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from(["plate", "jurisdiction", "confidence", "characters", "char_confidences", "read_id"])


def outcome(line: NumberedLine) -> PlateRead | InvalidInput:
    try:
        return parse_read(line, "reads.jsonl", NOW)
    except InvalidInput as refusal:
        return refusal


@settings(deadline=None)
@given(st.dictionaries(keys, json_values, max_size=6))
def test_any_json_is_a_read_or_a_clear_refusal(record: dict[str, Any]) -> None:
    found = outcome(NumberedLine(5, json.dumps(record).encode()))
    assert isinstance(found, PlateRead) or found.line == 5


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes_are_a_read_or_a_clear_refusal(data: bytes) -> None:
    for line in numbered_lines(io.BytesIO(data)):
        found = outcome(line)
        assert isinstance(found, PlateRead) or found.line == line.number


@pytest.mark.parametrize("plate", ["O'NEIL", "ABC\u2013123", "AB\u200bC1", "AB?1"])
def test_separators_are_those_of_lists(plate: str) -> None:
    assert parse({"plate": plate}).plate == plate


@pytest.mark.parametrize("plate", ["5A_5341", "ABC*1", "AB%1", "1234567#", "AB\ufffd1"])
def test_signs_that_may_mean_something_are_not_dropped(plate: str) -> None:
    with pytest.raises(InvalidInput, match="the plate holds"):
        parse({"plate": plate})


def test_a_byte_order_mark_before_the_first_line_is_no_part_of_it() -> None:
    lines = numbered_lines(io.BytesIO(b'\xef\xbb\xbf{"plate": "ABC1234"}\r\n{"plate": "8KV4921"}\r\n'))
    assert [parse_read(line, "reads.jsonl", NOW).plate for line in lines] == ["ABC1234", "8KV4921"]


@pytest.mark.parametrize(("length", "is_whole"), [(MAX_LINE_BYTES, True), (MAX_LINE_BYTES + 1, False)])
def test_a_line_of_the_longest_length_is_read_and_the_next_one_is_not_lost(length: int, is_whole: bool) -> None:
    first, second = numbered_lines(io.BytesIO(b"x" * (length - 1) + b'\n{"plate": "ABC1234"}\n'))
    assert (first.number, first.data is not None) == (1, is_whole)
    assert (second.number, second.data) == (2, b'{"plate": "ABC1234"}\n')
