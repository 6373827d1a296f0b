"""Attaching to another process's database: it has to accept connections, and not only to have noted that it does."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.errors import TransientError
from schemas.settings import DatabaseSettings
from services.owner_lock import OwnerLock
from services.postgres.cluster import read_status
from services.postgres.roles import APPLICATION
from services.postgres.server import EmbeddedPostgres


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data directory with a path that is short enough for a socket, which another process owns."""
    with tempfile.TemporaryDirectory(prefix="pw-", dir="/tmp") as name:
        home = Path(name) / "postgres"
        (home / "data").mkdir(parents=True)
        (home / "run").mkdir()
        (home / APPLICATION.secret).write_text("secret\n")
        with OwnerLock(home / "owner.lock") as owner:
            assert owner.acquire()
            yield Path(name)


def note(folder: Path, state: str) -> None:
    lines = ["1", str(folder / "postgres/data"), "0", "5432", str(folder / "postgres/run"), "", "0", state]
    (folder / "postgres/data/postmaster.pid").write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("state", ["ready", "starting"])
def test_what_a_crash_left_is_no_running_server(folder: Path, state: str) -> None:
    note(folder, state)
    with pytest.raises(TransientError, match=r"another process owns the database, but after 0\.2 s it does not accept"):
        EmbeddedPostgres(folder, DatabaseSettings()).start(timeout_seconds=0.2)


def test_a_server_that_is_starting_is_waited_for(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "postgres/run/.s.PGSQL.5432"))
        server.listen()
        attached = EmbeddedPostgres(folder, DatabaseSettings())
        note(folder, "starting")
        with pytest.raises(TransientError):
            attached.start(timeout_seconds=0.2)
        note(folder, "ready")
        assert f"host='{folder}/postgres/run'" in attached.start(timeout_seconds=5)
        assert attached.pid is None
        attached.stop()


@pytest.mark.parametrize("count", [0, 1, 5, 7])
def test_a_note_that_is_not_written_to_its_end_says_nothing(folder: Path, count: int) -> None:
    data = folder / "postgres/data"
    assert read_status(data) is None
    note(folder, "ready")
    whole = (data / "postmaster.pid").read_text().splitlines()
    (data / "postmaster.pid").write_text("\n".join(whole[:count]))
    assert read_status(data) is None
    note(folder, "ready   ")  # PostgreSQL pads it
    status = read_status(data)
    assert status is not None
    assert (status.pid, status.ready, status.socket_folder) == (1, True, folder / "postgres/run")
