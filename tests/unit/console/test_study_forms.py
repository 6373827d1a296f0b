"""What is typed into forms: times by the agency's clock, numbers, and nothing else."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.studies.forms import moment_of, number_of
from schemas.errors import InvalidInput
from schemas.settings import Settings

EASTERN = Settings(time_zone="America/New_York")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-01-31T21:00", "2026-02-01T02:00"),
        ("2026-07-31T21:00", "2026-08-01T01:00"),
        ("2026-11-01T01:30", "2026-11-01T05:30"),
        ("2026-01-31T21:00Z", "2026-01-31T21:00"),
    ],
)
def test_times_are_by_the_agencys_clock(text: str, utc: str) -> None:
    found = moment_of({"since": text}, "since", "from", EASTERN)
    assert found is not None
    assert f"{found.astimezone(UTC):%Y-%m-%dT%H:%M}" == utc


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_value_or_refused(text: str) -> None:
    for read in (lambda: moment_of({"x": text}, "x", "from", EASTERN), lambda: number_of({"x": text}, "x", "days")):
        with suppress(InvalidInput):
            read()
