"""Counting what a reader takes for what, and laying the counts over the habits."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.characters import confusion
from recognition.training.calibration.confusion import (
    ALPHABET,
    STRENGTH,
    Tally,
    count_corrections,
    main,
    smoothed,
    table_text,
)
from schemas.errors import InvalidInput

HABITS = {
    "look_alike": 0.012,
    "groups": ["0QD", "8B3"],
    "across": 0.008,
    "pairs": ["27"],
    "arbitrary": 0.0003,
    "edits": {"vv_for_w": 0.02, "dropped": 0.004, "dropped_easily": 0.01, "added": 0.004, "added_easily": 0.01},
}

chances = st.floats(1, 1e5)
habits = st.floats(1e-4, 0.1)


def tally(*readings: tuple[str, str], us: bool = False) -> Tally:
    made = Tally()
    for text, label in readings:
        made.add(text, label, 1.0, us=us)
    return made


def test_a_swap_a_loss_and_an_addition_are_told_apart() -> None:
    swap = tally(("8BC1234", "BBC1234"))
    assert swap.shown["B", "8"] == 1
    assert swap.shown["B", "B"] == 1
    assert not swap.edits
    assert dict(tally(("BC234", "ABC234")).edits) == {"dropped_easily": 1}
    assert dict(tally(("ABC34", "ABC234")).edits) == {"dropped": 1}
    assert dict(tally(("ABC1234", "ABC234")).edits) == {"added_easily": 1}
    assert dict(tally(("ABC9234", "ABC234")).edits) == {"added": 1}


def test_vv_is_a_w() -> None:
    seen = tally(("AVV123", "AW123"))
    assert dict(seen.edits) == {"vv_for_w": 1}
    assert seen.shown["W", "W"] == 1


def test_labels_that_mix_look_alikes_count_nothing_for_them() -> None:
    assert tally(("AQ1", "A01"), us=True).shown["0", "Q"] == 0
    assert tally(("AQ1", "A01")).shown["0", "Q"] == 1
    assert tally(("AO1", "A01")).shown["0", "0"] == 1, "the letter O is the digit 0 everywhere"


def test_text_that_is_no_reading_of_its_label_is_left_out() -> None:
    seen = tally(("XYZ789", "ABC123"), ("", "ABC123"), ("A?C", "Ä1"))
    assert (seen.readings, seen.left_out) == (3, 3)
    assert not seen.shown


@given(habits, st.floats(0, 1), chances)
def test_counts_move_a_habit_towards_them_and_never_beyond(habit: float, share: float, count: float) -> None:
    found = smoothed(habit, share * count, count)
    assert min(habit, share) - 1e-9 <= found <= max(habit, share) + 1e-9


@given(habits, chances)
def test_a_habit_stays_until_the_counts_contradict_it(habit: float, count: float) -> None:
    assert (smoothed(habit, 0.0, count) < habit) == (1.96**2 / (count + 1.96**2) < habit)


def test_no_chances_leave_the_habit() -> None:
    assert smoothed(0.01, 0.0, 0.0) == 0.01


def test_one_plate_makes_no_look_alike() -> None:
    assert smoothed(0.0003, 1.0, 1.0) < confusion._LOOK_ALIKE
    assert smoothed(0.0003, 3.0, 30.0) > confusion._LOOK_ALIKE
    assert STRENGTH > 1 / confusion._LOOK_ALIKE


def test_the_matcher_reads_what_is_written() -> None:
    readings = [("8BC1234", "BBC1234")] * 40 + [("ABC1234", "ABC1234")] * 60
    text = table_text(tally(*readings), HABITS, {"source": "a test", "readings": 100})
    table, edits = confusion._build_table(text)
    assert tomllib.loads(text)["made"] == {"source": "a test", "readings": 100}
    assert table["8", "B"] == pytest.approx((STRENGTH * 0.012 + 40) / (STRENGTH + 140), abs=1e-6)
    assert table["A", "W"] == pytest.approx(0.0003)
    assert edits == pytest.approx(HABITS["edits"])
    for true in ALPHABET:
        assert sum(table[shown, true] for shown in ALPHABET) == pytest.approx(1)


def test_so_many_corrections_that_everything_were_wrong_leave_a_table_that_the_matcher_takes(tmp_path: Path) -> None:
    rows = [f"K{number:04d}S2,K{number:04d}52,US-VA" for number in range(5000)]
    rows += [f"K{number:04d}8,K{number:04d}B,US-VA" for number in range(5000)]
    labels, table = tmp_path / "labels.csv", tmp_path / "table.toml"
    labels.write_text("\n".join(["read_as,text,jurisdiction", *rows]))
    assert main(["--corrections", str(labels), "--out", str(table)]) == 0
    cells, _ = confusion._build_table(table.read_text())
    assert cells["8", "B"] > 0.3
    assert cells["B", "B"] >= 0.59
    # Laid over itself again and again it stays one.
    assert main(["--corrections", str(labels), "--table", str(table), "--out", str(table)]) == 0
    assert confusion._build_table(table.read_text())[0]["B", "B"] >= 0.59


def test_one_plate_that_is_corrected_every_day_counts_once(tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("\n".join(["read_as,text"] + ["KPR1S34,KPR1534"] * 50 + ["ABC123,ABC1239"]))
    tally = count_corrections(labels)
    assert tally.shown["5", "S"] == pytest.approx(1)
    assert tally.edits["dropped_easily"] == pytest.approx(1)


@pytest.mark.parametrize("text", ["", "image,text\na,b\n", "text,read_as\n", "\xff\xfe"])
def test_no_file_of_corrections_is_refused(tmp_path: Path, text: str) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text(text, encoding="latin-1")
    with pytest.raises(InvalidInput):
        count_corrections(labels)
