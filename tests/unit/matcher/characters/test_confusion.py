"""The matcher's confusion table: data that ships with it, never below what readers are known to do."""

from __future__ import annotations

import itertools
import tomllib
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.characters import confusion
from matcher.characters.confusion import (
    ALPHABET,
    CLASS_OF,
    CLASSES,
    look_alike,
    misread_share,
    shown_probability,
    skeleton,
)
from schemas.errors import ConfigurationError
from tests.unit.matcher.neighborhood import class_text

HABITS = tomllib.loads(files("matcher.characters").joinpath("habits.toml").read_text(encoding="utf-8"))
TABLE = files("matcher.characters").joinpath("confusion.toml").read_text(encoding="utf-8")


def test_every_row_is_a_distribution_in_which_the_right_character_leads() -> None:
    for true in ALPHABET:
        row = {shown: shown_probability(shown, true) for shown in ALPHABET}
        assert sum(row.values()) == pytest.approx(1)
        assert min(row.values()) > 0
        assert row[true] > 0.8
    for shown in ALPHABET:
        assert sum(misread_share(shown, true) for true in ALPHABET if true != shown) == pytest.approx(1)


def test_the_table_says_where_it_comes_from() -> None:
    made = tomllib.loads(TABLE)["made"]
    assert {"source", "date", "weights", "weights_sha256", "readings"} <= set(made)
    assert made["readings"] > 1000


def test_the_habits_groups_are_the_index_s_classes() -> None:
    assert HABITS["groups"] == [group.replace("O", "") for group in CLASSES]


@pytest.mark.parametrize("pair", HABITS["pairs"])
def test_look_alikes_of_the_field_stay_look_alikes(pair: str) -> None:
    assert look_alike(*pair)
    assert look_alike(*reversed(pair))


GROUPS = ("0QD", "1ILJ", "8B3", "5S", "2Z", "6GC", "7T", "VYU", "MNH", "4A", "EF", "PR", "KX")
ACROSS = ("27", "Z7", "17", "1T", "IT", "6B", "68", "89", "39", "56", "VW", "MW", "NW", "UW", "0C")


def test_what_looks_alike_is_taken_for_the_other_about_once_in_a_hundred_and_nothing_else_is() -> None:
    for true, shown in itertools.permutations(ALPHABET, 2):
        pair = {true, shown}
        alike = any(pair <= set(group) for group in GROUPS)
        least, most = (0.012, 0.014) if alike else (0.008, 0.01) if pair in map(set, ACROSS) else (0.0003, 0.003)
        assert least <= shown_probability(shown, true) <= most, (shown, true)
        assert look_alike(shown, true) is (least > 0.003)


def test_how_often_characters_are_lost_and_added() -> None:
    one_in = {name: 1 / confusion._EDIT_CHANCES[name] for name in confusion._EDITS}
    # Inside a plate one in 250: less than what contradicts an entry (one in 1,000).
    assert one_in == pytest.approx(
        {"vv_for_w": 50, "dropped": 250, "dropped_easily": 100, "added": 250, "added_easily": 100}
    )


def test_edits_are_not_less_likely_than_their_habits() -> None:
    edits = tomllib.loads(TABLE)["edits"]
    assert all(edits[name] >= habit for name, habit in HABITS["edits"].items())
    assert confusion.DROPPED_EASILY > confusion.DROPPED
    assert confusion.ADDED_EASILY > confusion.ADDED


@pytest.mark.parametrize(
    ("found", "instead"),
    [
        ("[other]", "[others]"),
        ("[shown.7]", "[shown.x]"),
        ("dropped = ", "droped = "),
        ("arbitrary = 0.0003", "arbitrary = 0.3"),
        ("arbitrary = 0.0003", "arbitrary = 0.0"),
        ("arbitrary = 0.0003", "arbitrary = 'few'"),
        ("arbitrary = 0.0003", "arbitrary ="),
    ],
)
def test_a_broken_table_is_named_with_what_to_do(found: str, instead: str) -> None:
    assert found in TABLE
    with pytest.raises(ConfigurationError, match=r"confusion\.toml: .*; reinstall platewatch or make it with"):
        confusion._build_table(TABLE.replace(found, instead))


def test_classes_cover_every_character_once_in_four_bits() -> None:
    assert sorted("".join(CLASSES)) == sorted(ALPHABET + "O")
    assert set(CLASS_OF.values()) == set(range(1, 16))


def test_confusions_are_probabilities_and_know_the_pairs_of_the_field() -> None:
    for true in ALPHABET:
        row = {shown: shown_probability(shown, true) for shown in ALPHABET}
        assert sum(row.values()) == pytest.approx(1)
        assert max(row, key=lambda shown: row[shown]) == true
    assert all(look_alike(*pair) for pair in ("8B", "27", "72", "0D", "5S", "1I"))
    assert not look_alike("A", "W")


@settings(deadline=None)
@given(st.text(ALPHABET, min_size=1, max_size=12), st.text(ALPHABET, min_size=1, max_size=12))
def test_skeletons_are_equal_when_the_classes_are(one: str, other: str) -> None:
    assert (skeleton(one) == skeleton(other)) == (class_text(one) == class_text(other))
