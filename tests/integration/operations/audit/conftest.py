"""What the tests of the audit share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from schemas.settings import Settings
from tests.integration.conftest import DatabaseServer


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", agency_id="portsmouth-pd")


@pytest.fixture
def superuser(database_server: DatabaseServer, database_name: str) -> Iterator[psycopg.Connection[Any]]:
    """Whoever may do everything in the database, with no trigger in the way."""
    with psycopg.connect(database_server.url(database_name), autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        yield connection
