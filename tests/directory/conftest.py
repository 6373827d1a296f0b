"""One Keycloak for all tests of a run, and a console that lets in whom it names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.directory.keycloak import Keycloak, running_keycloak
from tests.integration.conftest import database, database_name, database_server, database_url, owner_url
from tests.integration.console.conftest import browser, chromium, console_folder, driver

__all__ = [
    "browser",
    "chromium",
    "console_folder",
    "database",
    "database_name",
    "database_server",
    "database_url",
    "driver",
    "owner_url",
]


@pytest.fixture(scope="session")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keycloak]:
    """A real Keycloak."""
    with running_keycloak(tmp_path_factory.mktemp("keycloak")) as running:
        yield running
