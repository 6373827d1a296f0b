"""Years of vehicles."""

from __future__ import annotations

import pytest

from tests.unit.hotlists.list_samples import (
    entries,
)


@pytest.mark.parametrize(
    ("written", "year"),
    [
        *(("2014", 2014), ("14", 2014), ("98", 1998), ("40", 2040), ("41", 1941), ("1885", 1885), ("2100", 2100)),
        *(("unknown", None), ("3", None), ("1884", None), ("2101", None), ("201", None)),
    ],
)
def test_years(written: str, year: int | None) -> None:
    (entry,) = entries("csv", f"plate,year\nABC123,{written}\n")
    assert (entry.vehicle.year if entry.vehicle else None) == year
    assert year is not None or dict(entry.extra)["year"] == written
