"""The short folder of the database's socket lies where nobody can move it away."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from schemas.errors import ConfigurationError
from services.postgres.socket_folder import remove_short_folder, socket_folder

OWNER = (os.getuid(), os.getgid())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder whose path is too long for a socket."""
    folder = tmp_path / ("long" * 30) / "postgres"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize(("length", "is_short"), [(106, False), (107, True)])
def test_the_folder_is_the_servers_own_as_long_as_a_sockets_path_fits(
    length: int, is_short: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Linux takes 108 bytes, the terminating zero among them; PostgreSQL writes a lock beside the socket itself.
    place = tmp_path / "short"
    place.mkdir()
    monkeypatch.setattr("services.postgres.socket_folder.SHORT_PLACES", (place,))
    home = tmp_path / ("x" * (length - len(f"{tmp_path}//run/.s.PGSQL.5432")))
    home.mkdir()
    folder = socket_folder(home, OWNER)
    assert (folder.parent == place, folder == home / "run") == (is_short, not is_short)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_place_where_others_may_move_folders_is_passed_over(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared, sticky = tmp_path / "shared", tmp_path / "sticky"
    for place, mode in ((shared, 0o777), (sticky, 0o1777)):
        place.mkdir()
        place.chmod(mode)
    monkeypatch.setattr("services.postgres.socket_folder.SHORT_PLACES", (shared, sticky))
    folder = socket_folder(home, OWNER)
    assert folder.parent == sticky
    assert folder.stat().st_mode & 0o777 == 0o700
    remove_short_folder(folder)
    assert list(sticky.iterdir()) == []
    monkeypatch.setattr("services.postgres.socket_folder.SHORT_PLACES", (shared,))
    with pytest.raises(ConfigurationError, match="this path is too long for the database's socket"):
        socket_folder(home, OWNER)
    assert list(shared.iterdir()) == []
