"""Databases that only the storage tests need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.conftest import DatabaseServer


@pytest.fixture
def empty_url(database_server: DatabaseServer) -> Iterator[str]:
    """A fresh database without a schema."""
    database_server.create("empty")
    yield database_server.url("empty")
    database_server.drop("empty")
