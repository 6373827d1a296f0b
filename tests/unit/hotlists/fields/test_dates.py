"""Dates as state files write them."""

from __future__ import annotations

import pytest

from hotlists.fields.dates import us_date


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("07/31/2022", "2022-07-31"),
        ("7/9/2020 6:55:57 PM", "2020-07-09 6:55:57 PM"),
        ("12/31/99", "1999-12-31"),
        ("010315", "2015-01-03"),
        ("02/30/2022", "02/30/2022"),
        ("UNKNOWN", "UNKNOWN"),
        ("", ""),
    ],
)
def test_dates_of_states_become_iso_or_stay_as_they_are(text: str, expected: str) -> None:
    assert us_date(text) == expected
