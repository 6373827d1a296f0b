"""The sentence that says why a read agrees with an entry."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from matcher.judging.explain import explain
from matcher.judging.second_reading import SecondReadingEvidence
from schemas.types import CharacterEvidence, Hit, SecondReading, VehicleEvidence
from tests.unit.matcher.samples import NOW, entry, matcher, read


def test_the_example_of_an_explanation() -> None:
    (hit,) = matcher(entry("BKV4921", "US-VA")).match(read("8KV4921", "US-VA"))
    assert hit.explanation == "read 8KV4921, listed BKV4921: 1 look-alike (8/B); state VA agrees; list 3 h old"


def test_list_age_is_said_in_the_units_of_a_person() -> None:
    ages = {20: "just updated", 600: "10 min old", 7200: "2 h old", 260_000: "3 d old", -50: "just updated"}
    for seconds, words in ages.items():
        (hit,) = matcher(entry("ABC1234"), as_of=NOW - timedelta(seconds=seconds)).match(read("ABC1234"))
        assert hit.explanation.endswith(f"list {words}")
        assert hit.list_age_seconds == max(seconds, 0)
    (hit,) = matcher(entry("ABC1234"), as_of=None).match(read("ABC1234"))
    assert hit.explanation.endswith("list of unknown date")
    assert hit.list_age_seconds is None


def saw(text: str) -> SecondReading:
    return SecondReading(text, 0.9, False)


def best(seen: str, listed: str, second: str | None, state: str | None = "US-VA", **fields: Any) -> Hit | None:
    reading = None if second is None else saw(second)
    hits = matcher(entry(listed, state)).match(read(seen, state, second_reading=reading, **fields))
    return hits[0] if hits else None


@pytest.mark.parametrize(
    ("seen", "listed", "second", "words"),
    [
        ("8KV4921", "8KV4921", "8KV4921", "second reader agrees"),
        ("8KV4921", "8KV4921", "ABC1284", "second reader saw ABC1284;"),
        ("8KV4921", "BKV4921", "BKV4921", "second reader saw BKV4921 as listed"),
        ("8KV4921", "BKV4921", "8KV4921", "second reader saw 8KV4921 too"),
        ("D0G123", "D0G123", "dog-123", "second reader agrees"),
    ],
)
def test_the_explanation_says_what_it_saw(seen: str, listed: str, second: str, words: str) -> None:
    hit = best(seen, listed, second)
    assert hit is not None
    assert f"; {words}" in hit.explanation
    assert hit.explanation.endswith("list 3 h old")


A, B = (CharacterEvidence(one, one, 1.0, "equal") for one in "AB")


@pytest.mark.parametrize(
    ("characters", "words"),
    [
        ((A, B), "same text"),
        ((A, CharacterEvidence("1", "?", 1.0, "unknown")), "all 1 known characters agree, 1 unknown on the list"),
        (
            (
                CharacterEvidence("8", "B", 0.1, "look-alike"),
                CharacterEvidence("1", "?", 1.0, "unknown"),
                CharacterEvidence("1", "I", 0.1, "look-alike"),
            ),
            "2 look-alikes (8/B, 1/I), 1 unknown on the list",
        ),
        (
            (
                *(CharacterEvidence("", "4", 0.1, "missing"), CharacterEvidence("M", "", 0.1, "extra")),
                *(CharacterEvidence("4", "M", 0.1, "different"), CharacterEvidence("8", "B", 0.1, "look-alike")),
            ),
            "1 look-alike (8/B), 1 different character (4/M), 1 character not read (4), 1 character too many (M)",
        ),
        (
            tuple(CharacterEvidence(*each) for each in (("4", "M", 0.1, "different"), ("5", "N", 0.1, "different"))),
            "2 different characters (4/M, 5/N)",
        ),
        (tuple(CharacterEvidence("", c, 0.1, "missing") for c in "XY"), "2 characters not read (X, Y)"),
        (tuple(CharacterEvidence(c, "", 0.1, "extra") for c in "XY"), "2 characters too many (X, Y)"),
    ],
)
def test_what_differs_is_said_by_kind_with_its_characters(
    characters: tuple[CharacterEvidence, ...], words: str
) -> None:
    said = explain(
        read_plate="AB",
        listed_plate="AB",
        characters=characters,
        read_jurisdiction=None,
        listed_jurisdiction=None,
        vehicle=(),
        list_age_seconds=None,
    )
    assert said == f"read AB, listed AB: {words}; no state on the list; list of unknown date"


@pytest.mark.parametrize(
    ("seen", "listed", "words"),
    [
        ("US-VA", None, "no state on the list"),
        (None, "US-VA", "state not read, listed VA"),
        ("us-va", "US-VA", "state VA agrees"),
        ("CA-ON", "us-va", "STATE DIFFERS (read CA-ON, listed VA)"),
    ],
)
def test_everything_that_an_officer_has_to_know_is_said_in_one_order(
    seen: str | None, listed: str | None, words: str
) -> None:
    said = explain(
        read_plate="O0",
        listed_plate="00",
        characters=(A, B),
        read_jurisdiction=seen,
        listed_jurisdiction=listed,
        vehicle=(
            VehicleEvidence("make", "BMW", "OLDS", False, -1.5),
            VehicleEvidence("color", "silver", "GRY", True, 0.9),
        ),
        list_age_seconds=7200,
        second=SecondReadingEvidence("XY", sees_listed=False, sees_read=True, score=0.0),
        alerts=False,
        reason="about 1 in 9 other vehicles fits",
        claimed_at=datetime(2031, 5, 6, 1, 2, tzinfo=timezone(timedelta(hours=-5))),
        is_confidence_known=False,
    )
    assert said == (
        f"read O0, listed 00: same text (O and 0 count as one); {words}; MAKE DIFFERS (seen BMW, listed OLDS); "
        "color GRY agrees; second reader saw XY too; the reader gave no confidence; "
        "too little for an alert (about 1 in 9 other vehicles fits); list 2 h old; "
        "CAMERA'S CLOCK WRONG (it says 2031-05-06 06:02 UTC): the time is that of arrival"
    )
