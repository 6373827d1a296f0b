"""Speeds that a person types."""

from __future__ import annotations

import pytest
import typer

from cli.terminal.speeds import parse_speed


@pytest.mark.parametrize(
    ("text", "meters"),
    [("65", 29.0576), ("65 mph", 29.0576), ("100km/h", 27.7778), ("30 M/S", 30), ("0", 0), ("1.5kph", 0.4167)],
)
def test_a_number_is_in_miles_an_hour_unless_it_says_otherwise(text: str, meters: float) -> None:
    assert parse_speed(text) == pytest.approx(meters, rel=1e-3)


@pytest.mark.parametrize("text", ["", "fast", "-3", "65 knots", "nan", "1e3", "99999", "65,5"])
def test_what_is_no_speed_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="no speed"):
        parse_speed(text)
