"""Who the embedded PostgreSQL runs as where neither root nor a named user is there to run it."""

from __future__ import annotations

import pwd
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.errors import ConfigurationError
from schemas.settings import DatabaseSettings
from services.postgres import identity as postgres_identity
from services.postgres.identity import ServerIdentity, choose_identity
from services.postgres.programs import PostgresPrograms, find_programs
from services.postgres.server import EmbeddedPostgres

SETTINGS = DatabaseSettings(server_settings={"fsync": "off", "shared_buffers": "16MB"})
UNNAMED = 4_000_001


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="platewatch-pg-"))
    yield path
    shutil.rmtree(path)


def test_a_new_database_below_a_closed_folder(folder: Path) -> None:
    """As root it is made in a user namespace, where its programs ask for the name of root's other number."""
    data_dir = folder / "data"
    data_dir.mkdir(mode=0o700)
    with EmbeddedPostgres(data_dir, SETTINGS) as server:
        assert server.pid is not None
    assert data_dir.stat().st_mode & 0o777 == 0o700


def _identity(monkeypatch: pytest.MonkeyPatch, folder: Path) -> ServerIdentity:
    programs: PostgresPrograms = find_programs(None, None)

    def unknown(uid: int) -> pwd.struct_passwd:
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setattr(postgres_identity.os, "getuid", lambda: UNNAMED)
    return choose_identity(folder, programs, None)


def test_a_number_without_a_name_takes_one_that_has_one(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    identity = _identity(monkeypatch, folder)
    assert identity.run_as.user is None
    assert identity.run_as.namespace_uid in {account.pw_uid for account in pwd.getpwall()} - {0}


def test_without_namespaces_it_is_said_what_a_number_without_a_name_needs(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setattr(postgres_identity, "_works", lambda *_: False)
    with pytest.raises(ConfigurationError, match=rf"uid {UNNAMED} has no name .*set database\.url"):
        _identity(monkeypatch, folder)
