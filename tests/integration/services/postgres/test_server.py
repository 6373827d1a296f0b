"""The embedded PostgreSQL: it starts, it survives every kind of kill, and it keeps to its folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from schemas.errors import ConfigurationError, TransientError
from schemas.settings import DatabaseSettings
from services.child import ChildProcess
from services.postgres import cluster as postgres_cluster
from services.postgres.cluster import read_status
from services.postgres.server import EmbeddedPostgres

START_ATTEMPTS = 3

REPOSITORY = Path(__file__).resolve().parents[4]
SETTINGS = DatabaseSettings(server_settings={"fsync": "off", "shared_buffers": "16MB"})
OWNER = """
import sys, time
from pathlib import Path
from schemas.settings import DatabaseSettings
from services.postgres import cluster as postgres_cluster
from services.child import ChildProcess
from services.postgres.server import START_ATTEMPTS, EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), DatabaseSettings(server_settings={"fsync": "off"}))
server.start()
print("owner" if server.pid is not None else "attached", flush=True)
sys.stdin.read()
server.stop()
"""


def _wait(condition: Callable[[], bool], timeout: float = 30.0) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "condition did not come true in time"
        time.sleep(0.02)


def _run(data_dir: Path) -> subprocess.Popen[str]:
    """Start another Platewatch process on the data directory; it stays until its standard input ends."""
    argv = [sys.executable, "-c", OWNER, str(data_dir)]
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)


def _said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _rows(connection_string: str) -> int:
    with psycopg.connect(connection_string, autocommit=True) as connection:
        row = connection.execute("select count(*) from kept").fetchone()
    assert row is not None
    return int(row[0])


def _keep(connection_string: str) -> None:
    with psycopg.connect(connection_string, autocommit=True) as connection:
        connection.execute("create table if not exists kept as select generate_series(1, 500) as number")


def _server_processes(data_dir: Path) -> list[int]:
    """Server processes that work in the data directory."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if link.samefile(data_dir / "postgres" / "data"):
                found.append(int(link.parent.name))
        except OSError:
            continue
    return found


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user may enter, as data directories of a service are."""
    path = Path(tempfile.mkdtemp(prefix="platewatch-pg-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def prepared() -> Iterator[Path]:
    """A data directory with a stopped server's data and 500 rows, to copy: making one anew takes a second."""
    path = Path(tempfile.mkdtemp(prefix="platewatch-pg-"))
    path.chmod(0o755)
    with EmbeddedPostgres(path, SETTINGS) as server:
        _keep(server.administrator_connection_string)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def data_dir(prepared: Path, folder: Path) -> Path:
    shutil.copytree(prepared / "postgres", folder / "postgres", ignore=shutil.ignore_patterns(".s.PGSQL*"))
    (folder / "postgres" / "data").chmod(0o700)
    (folder / "postgres" / "run").chmod(0o700)
    return folder


def test_it_listens_only_on_its_socket_and_asks_for_the_password(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir, SETTINGS) as server:
        with psycopg.connect(server.administrator_connection_string) as connection:
            row = connection.execute(
                "select current_setting('listen_addresses'), current_setting('server_encoding'), current_user"
            ).fetchone()
            assert row == ("", "UTF8", "platewatch")
            roles = connection.execute(
                "select rolname, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls"
                r" from pg_roles where rolname like 'platewatch\_%' order by 1"
            ).fetchall()
            rights = (True, False, False, False, False, False)
            assert roles == [("platewatch_application", *rights), ("platewatch_owner", *rights)]
            # Times are told in UTC, and what has ended does not lie in files that wait for their turn.
            row = connection.execute("select current_setting('TimeZone'), current_setting('wal_recycle')").fetchone()
            assert row == ("UTC", "off")
            # Plates stand in statements, and in an error's details: neither is written down.
            connection.execute("create temporary table read (plate text unique)")
            with pytest.raises(psycopg.errors.UniqueViolation, match="VNV4527"):
                connection.execute("insert into read values ('VNV4527'), ('VNV4527')")
            connection.rollback()
            log = data_dir / "postgres" / "server.log"
            _wait(lambda: "duplicate key" in log.read_text())
            assert "VNV4527" not in log.read_text()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(make_conninfo(server.administrator_connection_string, password="guess"))
        password = (data_dir / "postgres" / "password").read_text().strip()
        assert password in server.administrator_connection_string
        assert password not in (data_dir / "postgres" / "server.log").read_text()
        for pid in _server_processes(data_dir):
            assert password.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
        assert (data_dir / "postgres" / "password").stat().st_mode & 0o777 == 0o600
        assert (data_dir / "postgres" / "run").stat().st_mode & 0o777 == 0o700
    _wait(lambda: not _server_processes(data_dir))


def test_no_process_of_the_server_has_a_password_of_ours(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEED_TOKEN", "a-token-of-ours")
    with EmbeddedPostgres(data_dir, SETTINGS) as server, psycopg.connect(server.administrator_connection_string):
        processes = _server_processes(data_dir)
        assert len(processes) > 3
        for pid in processes:
            assert b"a-token-of-ours" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_only_its_user_gets_at_the_server_s_files(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The folder was open to all, as an administrator made it."""
    before = os.umask(0)
    try:
        with EmbeddedPostgres(folder, SETTINGS):
            kept = [path for path in folder.rglob("*") if not path.is_symlink()]
            assert [path for path in kept if path.stat().st_mode & 0o077] == []
            owner = (folder / "postgres").stat().st_uid
            assert folder.stat().st_mode & 0o777 == (0o700 if owner == os.getuid() else 0o711)
    finally:
        os.umask(before)
    assert f"data directory {folder}: 1 files and folders were open to other users" in caplog.text


def test_creation_killed_half_way_is_begun_anew(folder: Path) -> None:
    with _run(folder) as process:
        _wait(lambda: (folder / "postgres" / "data.new" / "PG_VERSION").exists())
        process.kill()
    assert not (folder / "postgres" / "data").exists()
    with EmbeddedPostgres(folder, SETTINGS) as server:
        _keep(server.administrator_connection_string)
        assert _rows(server.administrator_connection_string) == 500
    assert not (folder / "postgres" / "data.new").exists()


def test_a_killed_owner_takes_its_server_along_and_the_data_stay(data_dir: Path) -> None:
    with _run(data_dir) as owner:
        assert _said(owner) == "owner"
        owner.kill()
    with EmbeddedPostgres(data_dir, SETTINGS) as server:
        assert server.pid is not None
        assert _rows(server.administrator_connection_string) == 500


def test_everything_killed_and_the_data_stay(data_dir: Path) -> None:
    with _run(data_dir) as owner:
        assert _said(owner) == "owner"
        # Whoever goes first takes others along.
        for pid in (*_server_processes(data_dir), owner.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    with EmbeddedPostgres(data_dir, SETTINGS) as server:
        assert _rows(server.administrator_connection_string) == 500


def test_a_server_that_dies_comes_back_with_its_data(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir, SETTINGS) as server:
        first = server.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        _wait(lambda: server.pid not in (None, first))
        assert _rows(server.administrator_connection_string) == 500


def test_two_data_directories_side_by_side(data_dir: Path, prepared: Path) -> None:
    with EmbeddedPostgres(data_dir, SETTINGS) as one, EmbeddedPostgres(prepared, SETTINGS) as other:
        assert one.pid is not None
        assert other.pid is not None
        assert _rows(one.administrator_connection_string) == _rows(other.administrator_connection_string) == 500
        assert one.pid != other.pid


def test_a_second_process_attaches_and_takes_over(data_dir: Path) -> None:
    with _run(data_dir) as owner:
        assert _said(owner) == "owner"
        with EmbeddedPostgres(data_dir, SETTINGS) as second:
            assert second.pid is None
            assert _rows(second.administrator_connection_string) == 500
            owner.communicate()  # ends its input: it stops the server and leaves
            _wait(lambda: second.pid is not None)
            assert _rows(second.administrator_connection_string) == 500
            with _run(data_dir) as third:
                assert _said(third) == "attached"
                third.communicate()
            assert _rows(second.administrator_connection_string) == 500
    _wait(lambda: not _server_processes(data_dir))


def test_many_start_at_once_and_one_owns(data_dir: Path) -> None:
    processes = [_run(data_dir) for _ in range(4)]
    try:
        assert sorted(map(_said, processes)) == ["attached", "attached", "attached", "owner"]
    finally:
        for process in processes:
            process.communicate()
    _wait(lambda: not _server_processes(data_dir))


def test_a_lock_file_whose_number_another_process_has_now(data_dir: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger:
        lines = [str(stranger.pid), str(data_dir), "0", "5432", str(data_dir), "", "1 1", "ready   "]
        (data_dir / "postgres" / "data" / "postmaster.pid").write_text("\n".join(lines) + "\n")
        with EmbeddedPostgres(data_dir, SETTINGS) as server:
            assert _rows(server.administrator_connection_string) == 500
        assert stranger.poll() is None
        stranger.kill()


def test_data_of_another_version_are_refused(data_dir: Path) -> None:
    (data_dir / "postgres" / "data" / "PG_VERSION").write_text("12\n")
    with pytest.raises(ConfigurationError, match=r"made by PostgreSQL 12.*install PostgreSQL 12"):
        EmbeddedPostgres(data_dir, SETTINGS).start()
    (data_dir / "postgres" / "data" / "PG_VERSION").unlink()
    with pytest.raises(ConfigurationError, match="not a PostgreSQL data directory"):
        EmbeddedPostgres(data_dir, SETTINGS).start()


def test_a_wrong_server_setting_is_named(data_dir: Path) -> None:
    wrong = DatabaseSettings(server_settings={"shared_bufers": "1GB"})
    with pytest.raises(ConfigurationError, match=r"PostgreSQL ended while starting.*shared_bufers"):
        EmbeddedPostgres(data_dir, wrong).start()
    with EmbeddedPostgres(data_dir, SETTINGS) as server:  # the failed start left nothing locked
        assert _rows(server.administrator_connection_string) == 500


def test_a_long_path_gets_a_short_socket_folder_for_itself(prepared: Path, folder: Path) -> None:
    deep = folder / ("x" * 100) / "with, comma and 'quote'"
    shutil.copytree(prepared / "postgres", deep / "postgres", ignore=shutil.ignore_patterns(".s.PGSQL*"))
    (deep / "postgres" / "data").chmod(0o700)
    with EmbeddedPostgres(deep, SETTINGS) as server:
        assert _rows(server.administrator_connection_string) == 500
        status = read_status(deep / "postgres" / "data")
        assert status is not None
        sockets = status.socket_folder
        assert sockets.parent == Path("/tmp")
        assert sockets.stat().st_mode & 0o777 == 0o700
    assert not sockets.exists()
    # Whoever takes the name that was seen keeps nobody out.
    sockets.mkdir(mode=0o755)
    try:
        with EmbeddedPostgres(deep, SETTINGS):
            status = read_status(deep / "postgres" / "data")
            assert status is not None
            assert status.socket_folder != sockets
    finally:
        sockets.rmdir()


def test_a_crash_leaves_no_second_short_socket_folder(prepared: Path, folder: Path) -> None:
    deep = folder / ("x" * 100)
    shutil.copytree(prepared / "postgres", deep / "postgres", ignore=shutil.ignore_patterns(".s.PGSQL*"))
    (deep / "postgres" / "data").chmod(0o700)
    with _run(deep) as owner:
        assert _said(owner) == "owner"
        status = read_status(deep / "postgres" / "data")
        assert status is not None
        for pid in (*_server_processes(deep), owner.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    with EmbeddedPostgres(deep, SETTINGS):
        again = read_status(deep / "postgres" / "data")
        assert again is not None
        assert again.socket_folder == status.socket_folder
    assert not status.socket_folder.exists()


def test_a_socket_folder_that_is_somebody_else_s_is_refused(data_dir: Path) -> None:
    shutil.rmtree(data_dir / "postgres" / "run")
    (data_dir / "postgres" / "run").symlink_to(data_dir)
    with pytest.raises(ConfigurationError, match="belongs to another user or is open to others"):
        EmbeddedPostgres(data_dir, SETTINGS).start()


def test_an_address_in_the_environment_does_not_get_the_password(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGHOSTADDR", "127.0.0.9")
    with EmbeddedPostgres(data_dir, SETTINGS) as server:
        assert _rows(server.administrator_connection_string) == 500


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match=str(tmp_path / "file")):
        EmbeddedPostgres(tmp_path / "file", SETTINGS).start()


def test_where_only_root_may_enter(prepared: Path, folder: Path) -> None:
    """As root the server runs in a user namespace there; as anybody else it is an ordinary private folder."""
    private = folder / "private"
    shutil.copytree(prepared / "postgres", private / "postgres", ignore=shutil.ignore_patterns(".s.PGSQL*"))
    (private / "postgres" / "data").chmod(0o700)
    (private / "postgres" / "run").chmod(0o700)
    private.chmod(0o700)
    with EmbeddedPostgres(private, SETTINGS) as server:
        assert _rows(server.administrator_connection_string) == 500
        pid = server.pid
        assert pid is not None
        assert Path(f"/proc/{pid}").stat().st_uid == os.getuid()
    assert private.stat().st_mode & 0o777 == 0o700
    assert private.stat().st_uid == os.getuid()


def test_an_unknown_user_is_named(data_dir: Path) -> None:
    settings = DatabaseSettings(run_as="nobody-of-that-name")
    server = EmbeddedPostgres(data_dir, settings)
    if os.getuid() != 0:  # run_as is for root alone
        with server:
            assert _rows(server.administrator_connection_string) == 500
        return
    with pytest.raises(ConfigurationError, match="no system user 'nobody-of-that-name'"):
        server.start()


def test_one_that_is_killed_while_it_starts_is_started_again(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed = kill_at_start(monkeypatch, times=START_ATTEMPTS - 1)
    with EmbeddedPostgres(data_dir, SETTINGS) as server:
        assert _rows(server.administrator_connection_string) == 500
    assert len(killed) == START_ATTEMPTS - 1


def test_one_that_is_killed_at_every_start_is_a_trouble_that_may_pass(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_at_start(monkeypatch, times=START_ATTEMPTS)
    with pytest.raises(TransientError, match="PostgreSQL ended while starting"):
        EmbeddedPostgres(data_dir, SETTINGS).start()


def kill_at_start(monkeypatch: pytest.MonkeyPatch, times: int) -> list[int]:
    """Have the next children killed as soon as they run; the list fills with their numbers."""
    killed: list[int] = []
    start = ChildProcess.start

    def start_and_kill(child: ChildProcess) -> None:
        start(child)
        if len(killed) < times and child.pid is not None:
            killed.append(child.pid)
            os.kill(child.pid, signal.SIGKILL)

    monkeypatch.setattr(ChildProcess, "start", start_and_kill)
    return killed


def test_a_killed_owners_server_that_hangs_does_not_keep_the_next_one_from_starting(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_cluster, "QUIT_SECONDS", 0.3)
    monkeypatch.setattr(postgres_cluster, "KILL_SECONDS", 0.6)
    owner = _run(data_dir)
    assert _said(owner) == "owner"
    status = read_status(data_dir / "postgres" / "data")
    assert status is not None
    # It sees no signal but the last one.
    os.kill(status.pid, signal.SIGSTOP)
    owner.kill()
    owner.communicate()
    with EmbeddedPostgres(data_dir, SETTINGS) as server:
        assert server.pid not in (None, status.pid)
        assert _rows(server.administrator_connection_string) == 500
