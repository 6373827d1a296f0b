"""The short folder of the database's socket lies where nobody can move it away."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from schemas.errors import ConfigurationError
from services.postgres_socket import remove_short_folder, socket_folder

OWNER = (os.getuid(), os.getgid())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder whose path is too long for a socket."""
    folder = tmp_path / ("long" * 30) / "postgres"
    folder.mkdir(parents=True)
    return folder


def test_a_place_where_others_may_move_folders_is_passed_over(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared, sticky = tmp_path / "shared", tmp_path / "sticky"
    for place, mode in ((shared, 0o777), (sticky, 0o1777)):
        place.mkdir()
        place.chmod(mode)
    monkeypatch.setattr("services.postgres_socket.SHORT_PLACES", (shared, sticky))
    folder = socket_folder(home, OWNER)
    assert folder.parent == sticky
    assert folder.stat().st_mode & 0o777 == 0o700
    remove_short_folder(folder)
    assert list(sticky.iterdir()) == []
    monkeypatch.setattr("services.postgres_socket.SHORT_PLACES", (shared,))
    with pytest.raises(ConfigurationError, match="this path is too long for the database's socket"):
        socket_folder(home, OWNER)
    assert list(shared.iterdir()) == []
