"""The embedded PostgreSQL: a server of our own in the data directory, for running on one machine."""

from __future__ import annotations

import contextlib
import errno
import logging
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from schemas.errors import ConfigurationError, StorageFull, TransientError
from schemas.settings import DatabaseSettings
from services.child import ChildKilled, ChildProcess
from services.data_directory import make_data_directory
from services.owner_lock import OwnerLock
from services.postgres.cluster import (
    DATABASE,
    PORT,
    QUIT_SECONDS,
    clear_leftovers,
    create_cluster,
    data_major,
    read_status,
    server_arguments,
    server_environment,
)
from services.postgres.identity import choose_identity
from services.postgres.programs import find_programs
from services.postgres.roles import ADMINISTRATOR, APPLICATION, OWNER, Role, separate_roles
from services.postgres.socket_folder import remove_short_folder, socket_folder

log = logging.getLogger(__name__)

START_TIMEOUT_SECONDS = 600.0
"""Crash recovery reads the whole write-ahead log again; a large one takes minutes."""
STOP_TIMEOUT_SECONDS = 60.0
NOTE_AFTER_SECONDS = 5.0
POLL_SECONDS = 0.02
KEEP_POLL_SECONDS = 0.25
START_ATTEMPTS = 3
"""A server that was killed while it started is started again; whatever kills it each time has to be looked at."""


class EmbeddedPostgres:
    """PostgreSQL in a data directory, shared by the Platewatch processes that use the directory.

    The first process owns the server: it starts it, brings it back when it ends by itself, and takes it along when it
    leaves. Later ones attach to it; when the owner leaves, one that is still there starts the server again and owns it
    from then on. Connections see a short outage.

    Args:
        data_dir: Platewatch's data directory; the server keeps to its `postgres` folder.
        settings: `database` section; `server_settings`, `run_as` and `bin_dir` count here.
    """

    def __init__(self, data_dir: Path, settings: DatabaseSettings) -> None:
        self._settings = settings
        self._home = data_dir.absolute() / "postgres"
        self._data = self._home / "data"
        self._lock = OwnerLock(self._home / "owner.lock")
        self._child: ChildProcess | None = None
        self._sockets: Path | None = None
        self._leaving = threading.Event()
        self._keeper: threading.Thread | None = None

    @property
    def connection_string(self) -> str:
        """The libpq connection string that `start` returned. It holds the password: keep it out of logs."""
        return self._connection_string(APPLICATION)

    @property
    def owner_connection_string(self) -> str:
        """As `connection_string`, for the role that owns the tables: what changes the schema works as this one."""
        return self._connection_string(OWNER)

    @property
    def administrator_connection_string(self) -> str:
        """As `connection_string`, for the superuser. Nothing of Platewatch works as this one while the server runs."""
        return self._connection_string(ADMINISTRATOR)

    @property
    def pid(self) -> int | None:
        """Process id of the server when this process owns it."""
        return self._child.pid if self._child is not None else None

    def start(self, timeout_seconds: float = START_TIMEOUT_SECONDS) -> str:
        """Start the server, creating its database at the first time, or attach to the one that runs.

        Args:
            timeout_seconds: How long to wait until it accepts connections.

        Returns:
            A libpq connection string of the application's role, which owns nothing. It holds the password: keep it
            out of logs and argument lists.

        Raises:
            ConfigurationError: Something on this machine has to be changed; says what.
            StorageFull: There is no space for the database.
            TransientError: It is not ready in time.
        """
        with _translated(self._home):
            deadline = time.monotonic() + timeout_seconds
            make_data_directory(self._home.parent)
            while not self._lock.acquire():
                if self._is_ready():
                    return self._attended()
                if time.monotonic() > deadline:
                    raise TransientError(
                        f"{self._home}: another process owns the database, but after {timeout_seconds:g} s it does "
                        "not accept connections; stop that process or wait until it has started"
                    )
                time.sleep(POLL_SECONDS)
            self._serve(timeout_seconds)
            return self._attended()

    def stop(self) -> None:
        """Stop the server when this process owns it, else only detach. Does nothing when not started."""
        self._leaving.set()
        if self._keeper is not None:
            self._keeper.join()
            self._keeper = None
        if self._child is not None:
            _stop(self._child)
            self._child = None
            remove_short_folder(self._sockets)
        self._lock.release()
        self._leaving.clear()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _serve(self, timeout_seconds: float) -> None:
        """Start the server as its owner; gives the ownership back when that fails."""
        try:
            self._home.chmod(0o700)
            programs = find_programs(self._settings.bin_dir, data_major(self._data))
            identity = choose_identity(self._home, programs, self._settings.run_as)
            remove_short_folder(self._sockets)
            self._sockets = sockets = socket_folder(self._home, identity.owner)
            clear_leftovers(self._home, sockets)
            sync = self._settings.server_settings.get("fsync") != "off"
            if not self._data.exists():
                create_cluster(self._home, identity, sync=sync)
            separate_roles(self._home, identity, sync=sync)
            child = ChildProcess(
                "PostgreSQL",
                server_arguments(identity.programs, self._data, sockets, self._settings.server_settings),
                log_path=self._home / "server.log",
                cwd=self._home,
                env=server_environment(),
                stop_signal=signal.SIGINT,  # "fast shutdown": ends sessions, writes a checkpoint
                run_as=identity.run_as,
            )
            self._run_until_ready(child, sockets, timeout_seconds)
        except BaseException:
            remove_short_folder(self._sockets)
            self._lock.release()
            raise

    def _run_until_ready(self, child: ChildProcess, sockets: Path, timeout_seconds: float) -> None:
        for attempt in range(1, START_ATTEMPTS + 1):
            try:
                self._run(child, timeout_seconds)
            except ChildKilled as error:
                if attempt == START_ATTEMPTS:
                    raise
                log.warning("%s; starting it again", error)
                clear_leftovers(self._home, sockets)
            else:
                return

    def _run(self, child: ChildProcess, timeout_seconds: float) -> None:
        started = time.monotonic()
        noted = False

        def ready() -> bool:
            nonlocal noted
            if not noted and time.monotonic() - started > NOTE_AFTER_SECONDS:
                noted = True
                log.warning(
                    "the database is still starting: after a crash it recovers first, which can take minutes",
                    extra={"server_log": str(child.log_path)},
                )
            status = read_status(self._data)
            return status is not None and status.ready and status.pid == child.pid

        try:
            child.start()
            child.wait_ready(ready, timeout_seconds, POLL_SECONDS)
        except BaseException:
            _stop(child)
            raise
        self._child = child
        log.debug("database server is ready", extra={"seconds": round(time.monotonic() - started, 3)})

    def _is_ready(self) -> bool:
        """Whether somebody else's server accepts connections; the status file alone may be left from a crash."""
        status = read_status(self._data)
        if status is None or not status.ready:
            return False
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(status.socket_folder / f".s.PGSQL.{PORT}"))
            except OSError:
                return False
        return True

    def _attended(self) -> str:
        """Return the connection string once the server is looked after."""
        found = self.connection_string
        self._start_keeper()
        return found

    def _start_keeper(self) -> None:
        self._keeper = threading.Thread(target=self._keep, name="postgres-keeper", daemon=True)
        self._keeper.start()

    def _keep(self) -> None:
        """Run in a thread: own the server when its owner has left, and bring it back when it ended, until `stop`."""
        while not self._leaving.wait(KEEP_POLL_SECONDS):
            if self._child is not None:
                if self._child.is_alive:
                    continue
                log.warning("the database server ended; starting it again")
                self._child = None
            elif self._lock.acquire():
                log.info("the database's owner has left; starting the server again in this process")
            else:
                continue
            try:
                with _translated(self._home):
                    self._serve(START_TIMEOUT_SECONDS)
            except (TransientError, ConfigurationError) as error:
                log.warning("the database could not be started again: %s", error)

    def _connection_string(self, role: Role) -> str:
        status = read_status(self._data)
        if status is None:
            raise TransientError(f"{self._home}: the database was stopped while connecting to it; try again")
        try:
            password = (self._home / role.secret).read_text(encoding="ascii").strip()
        except FileNotFoundError as error:
            raise ConfigurationError(
                f"{self._home}: there is no file '{role.secret}' with the secret of the role '{role.name}'; a process "
                "of an earlier Platewatch runs this database: end it, and the next start makes the role and the file"
            ) from error
        values = {
            "host": str(status.socket_folder),
            "port": str(PORT),
            "user": role.name,
            "dbname": DATABASE,
            "password": password,
            "hostaddr": "",  # PGHOSTADDR would send the password to another machine
        }
        return " ".join(f"{key}={_quoted(value)}" for key, value in values.items())


def _stop(child: ChildProcess) -> None:
    """Stop a server in order; where it hangs in that (see `QUIT_SECONDS`) at once, which the next start makes good."""
    child.stop(STOP_TIMEOUT_SECONDS, urgent=signal.SIGQUIT, patience_seconds=QUIT_SECONDS)


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


@contextlib.contextmanager
def _translated(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(f"{home}: no space left for the database; free some or set data_dir elsewhere") from error
        raise ConfigurationError(
            f"{error.filename or home}: the database's folder cannot be used ({error.strerror}); run Platewatch as the "
            "user who owns it, or set data_dir elsewhere"
        ) from error
