"""One broker for all tests here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.ingest.pulling.broker import RunningBroker, running_broker


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBroker]:
    with running_broker(tmp_path_factory.mktemp("broker")) as running:
        yield running
