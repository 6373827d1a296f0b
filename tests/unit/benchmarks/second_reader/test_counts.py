"""Counting what the second reader does: its counts are the matcher's data, so they have to be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.second_reader.cases import TwiceRead
from benchmarks.second_reader.counts import cannot_tell, near, write_counts
from matcher.judging.second_reading import HABITS, SecondReaderHabits


def case(truth: str, read: str, second: str | None, confidence: float = 0.9) -> TwiceRead:
    return TwiceRead("US", 0, truth, read, confidence, second, 300.0)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("8KV4921", "BKV4921", True),
        ("8KV4921", "8KV492", True),
        ("8KV4921", "18KV4921", True),
        ("8KV4921", "8KV4921", False),
        ("8KV4921", "XKV4921", False),
        ("8KV4922", "BKV492Z", False),
        ("8KV4921", "ABC", False),
    ],
)
def test_near_texts_are_a_look_alike_or_a_character_away(one: str, other: str, expected: bool) -> None:
    assert near(one, other) is near(other, one) is expected


def test_a_pair_cannot_be_told_when_it_is_taken_for_one_most_of_the_time() -> None:
    often = [case("QA1", "QA1", "0A1")] * 4 + [case("QA1", "QA1", "QA1")]
    assert cannot_tell(often) == ["Q0"]
    assert cannot_tell(often[:4]) == []  # seen too seldom
    assert cannot_tell([*often, *[case("QA1", "QA1", "QA1")] * 4]) == []


def test_the_counts_come_back_as_habits(tmp_path: Path) -> None:
    right = [case("AB1", "AB1", "AB1")] * 7 + [case("AB1", "AB1", "A81")] + [case("AB1", "AB1", None)]
    wrong = [case("AB1", "A81", "A81"), case("AB1", "A81", "AB1"), case("AB1", "A81", "XY9")]
    unmatched = [case("AB1", "A81", "A81", confidence=0.1)] * 50
    write_counts(tmp_path / "counts.toml", [*right, *wrong, *unmatched], "a command")
    habits = SecondReaderHabits.load(tmp_path / "counts.toml")
    assert (habits.repeats_right, habits.differs_right, habits.errs_alike) == (7.5 / 10, 1.5 / 10, 1.5 / 10)
    assert (habits.repeats_wrong, habits.differs_wrong, habits.mends) == (1.5 / 4, 2.5 / 4, 1.5 / 4)
    assert habits.cannot_tell == {}


def test_the_shipped_counts_say_that_agreement_speaks_for_a_read() -> None:
    assert HABITS.repeats_right > 2 * HABITS.repeats_wrong
    assert HABITS.differs_wrong > 2 * HABITS.differs_right
    assert HABITS.differs_wrong > HABITS.mends > HABITS.errs_alike
