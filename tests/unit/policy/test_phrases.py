"""A phrase stands among words from its first to its last, one after the other."""

from __future__ import annotations

import pytest

from policy.phrases import is_in, phrases_of


@pytest.mark.parametrize(
    ("phrase", "text", "is_there"),
    [
        ("stolen vehicle", "stolen vehicle", True),
        ("stolen vehicle", "a stolen vehicle", True),
        ("stolen vehicle", "a stolen vehicle here", True),
        ("stolen vehicle", "stolen red vehicle", False),
        ("stolen vehicle", "vehicle stolen", False),
        ("stolen vehicle", "stolen", False),
        ("stolen vehicle", "", False),
        ("stolen vehicle", "stolen vehicles", False),
        ("theft*", "thefts", True),
        ("theft*", "theft", True),
        ("theft*", "the", False),
        ("theft*", "thef", False),
        ("theft* car*", "thefts of cars", False),
        ("theft* car*", "two thefts cars", True),
    ],
)
def test_a_phrase_is_there_or_not(phrase: str, text: str, is_there: bool) -> None:
    assert is_in(phrases_of([phrase])[0], text.split()) is is_there


def test_phrases_are_taken_word_by_word_in_their_order() -> None:
    assert phrases_of(["stolen  vehicle", "theft*"]) == (("stolen", "vehicle"), ("theft*",))
