"""A car for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.console.car.car import Car, make_car


@pytest.fixture
def car(tmp_path: Path) -> Iterator[Car]:
    """A car whose page runs."""
    one = make_car(tmp_path)
    try:
        with one.running():
            yield one
    finally:
        one.close()
