"""One Keycloak for all tests of a run, and a console that lets in whom it names.

One test process runs all of these tests (tests/conftest.py has them first). Where somebody deals them out otherwise,
the processes take turns, so that never more than one Keycloak takes memory.
"""

from __future__ import annotations

import fcntl
import os
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


@pytest.fixture(scope="module")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keycloak]:
    """A real Keycloak; it ends with its tests, and not with the process, which has many more."""
    folder = tmp_path_factory.getbasetemp()
    # pytest-xdist gives each of its processes a folder of its own in the run's.
    root = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    with (root / "keycloak.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        with running_keycloak(tmp_path_factory.mktemp("keycloak")) as running:
            yield running
