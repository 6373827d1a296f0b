"""The ways to the database, wherever it is."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from schemas.errors import ConfigurationError
from schemas.settings import DatabaseSettings, Settings
from storage.access import access
from storage.database import Database


def test_the_data_directory_is_closed_to_others_also_where_the_database_is_elsewhere(
    database_url: str, tmp_path: Path
) -> None:
    tmp_path.chmod(0o777)
    (tmp_path / "images").mkdir(mode=0o755)
    (tmp_path / "images" / "a.jpg").write_bytes(b"a plate")
    (tmp_path / "images" / "a.jpg").chmod(0o644)
    with access(Settings(data_dir=tmp_path, database=DatabaseSettings(url=SecretStr(database_url)))) as ways:
        assert not ways.is_embedded
        assert ways.owner is None
    for path in (tmp_path, tmp_path / "images", tmp_path / "images" / "a.jpg"):
        assert not stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXO & ~stat.S_IXOTH | stat.S_IRWXG & ~stat.S_IXGRP)
    assert not (tmp_path / "postgres").exists()


def test_an_owner_without_a_database_is_refused(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database=DatabaseSettings(owner_url=SecretStr("postgresql://o@db/watch")))
    with pytest.raises(ConfigurationError, match=r"owner_url is set and database\.url is not"), access(settings):
        pass


def test_a_server_that_is_too_old_is_refused(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.connection() as connection:
        version = connection.info.server_version
    settings = Settings(data_dir=tmp_path, database=DatabaseSettings(url=SecretStr(database_url)))
    monkeypatch.setattr("storage.access.OLDEST_SERVER", version)
    with access(settings):
        pass
    monkeypatch.setattr("storage.access.OLDEST_SERVER", version + 1)
    too_old = rf"^database .*: PostgreSQL {version // 10000} is too old; version 15 or newer is needed$"
    with pytest.raises(ConfigurationError, match=too_old), access(settings):
        pass
