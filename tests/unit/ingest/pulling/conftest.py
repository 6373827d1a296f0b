"""One broker for all tests here, and short pauses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import ingest.streams.pauses
from tests.unit.ingest.pulling.broker import RunningBroker, running_broker


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBroker]:
    with running_broker(tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest.streams.pauses, "FIRST_PAUSE_SECONDS", 0.1)
