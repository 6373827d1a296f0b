"""What tests of lists that are followed share."""

from __future__ import annotations

import pytest

from pipeline.lists import active
from tests.unit.pipeline.lists.listed import Lists


@pytest.fixture
def lists(monkeypatch: pytest.MonkeyPatch) -> Lists:
    monkeypatch.setattr(active, "SMALL_CHANGE", 3)
    return Lists()
