"""An embedded PostgreSQL's files: made whole or not at all, cleared of what a crash left, and the server's options."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import ConfigurationError, StorageFull, TransientError
from services.child import child_environment, launched
from services.postgres_identity import ServerIdentity
from services.postgres_programs import PostgresPrograms

log = logging.getLogger(__name__)

USER = "platewatch"
DATABASE = "platewatch"
PORT = 5432
"""Only a part of the socket's file name: the server listens on no network."""

LEFTOVER_TIMEOUT_SECONDS = 60.0

SERVER_SETTINGS = {
    "shared_buffers": "256MB",
    "jit": "off",
    "wal_compression": "pglz",
    "max_wal_size": "2GB",
    # Files of the log of changes go when they are not needed any more, instead of waiting for their turn with their
    # bytes.
    "wal_recycle": "off",
    "min_wal_size": "32MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # Statements and details of errors hold plates, and plates are personal data: they stay out of the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """What a server says about itself in its `postmaster.pid`."""

    pid: int
    socket_folder: Path
    ready: bool


def read_status(data: Path) -> ServerStatus | None:
    """Return what `postmaster.pid` says, or None when it is absent or not written to its end yet."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    if len(lines) < 8:
        return None
    return ServerStatus(int(lines[0]), Path(lines[4].strip()), lines[7].strip() == "ready")


def data_major(data: Path) -> int | None:
    """Return the major version that made the data directory, or None when there is none."""
    try:
        return int((data / "PG_VERSION").read_text(encoding="ascii"))
    except FileNotFoundError:
        if data.exists():
            raise ConfigurationError(
                f"{data}: not a PostgreSQL data directory (no PG_VERSION in it); restore it or move it away"
            ) from None
        return None


def server_environment() -> dict[str, str]:
    """Return the environment of PostgreSQL's programs: none of its own variables, which would change what they do."""
    return child_environment() | {"LC_ALL": "C"}


def server_arguments(programs: PostgresPrograms, data: Path, sockets: Path, settings: Mapping[str, str]) -> list[str]:
    """Return the server's command line.

    Args:
        programs: PostgreSQL's programs.
        data: Data directory.
        sockets: Folder of its socket, the only way in.
        settings: postgresql.conf settings that win over ours.
    """
    quoted = '"' + str(sockets).replace('"', '""') + '"'
    fixed = {"listen_addresses": "", "unix_socket_directories": quoted, "port": str(PORT)}
    options = SERVER_SETTINGS | {"unix_socket_permissions": "0700"} | dict(settings) | fixed
    return [
        programs.postgres,
        "-D",
        str(data),
        *(part for key, value in options.items() for part in ("-c", f"{key}={value}")),
    ]


def create_cluster(home: Path, identity: ServerIdentity, *, sync: bool) -> None:
    """Create the data directory with our database in it: beside its place first, so that it is whole or absent.

    Args:
        home: The server's own folder.
        identity: Who it will run as.
        sync: Whether to wait until it is on the disk.

    Raises:
        ConfigurationError: PostgreSQL refused; cites its words.
        StorageFull: No space.
    """
    unfinished = home / "data.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    os.chown(unfinished, *identity.owner)
    password = _make_password(home, identity)
    builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8") if identity.programs.major >= 17 else ()
    run_program(
        identity,
        home,
        [identity.programs.initdb, "-D", str(unfinished), "-U", USER, "--encoding=UTF8", "--locale=C", *builtin]
        + ["--auth=scram-sha-256", f"--pwfile={password}", "--no-instructions"]
        + ([] if sync else ["--no-sync"]),
    )
    run_single(identity, home, unfinished, "postgres", f"CREATE DATABASE {DATABASE}", sync=sync)
    unfinished.rename(home / "data")
    descriptor = os.open(home, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_password(home: Path, identity: ServerIdentity) -> Path:
    path = home / "password"
    unfinished = home / "password.new"
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    os.chown(unfinished, *identity.owner)
    unfinished.write_text(secrets.token_hex(32) + "\n", encoding="ascii")
    unfinished.replace(path)
    return path


def run_single(identity: ServerIdentity, home: Path, data: Path, database: str, statement: str, *, sync: bool) -> None:
    """Execute one statement as the superuser, in a server of its own that takes no connections.

    Args:
        identity: Who it runs as.
        home: The server's own folder.
        data: Data directory; no server runs in it.
        database: The database.
        statement: One statement, without an empty line in it: all of it happens or nothing.
        sync: Whether to wait until it is on the disk.

    Raises:
        ConfigurationError: PostgreSQL refused; cites its words.
        StorageFull: No space.
    """
    settings = {
        "log_min_messages": "error",
        "log_min_error_statement": "panic",
        "fsync": "on" if sync else "off",
        # A statement about every table locks every day's and every list's table.
        "max_locks_per_transaction": "4096",
    }
    argv = [identity.programs.postgres, "--single", "-j", "-D", str(data)]
    argv += [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
    run_program(identity, home, [*argv, database], f"{statement};\n\n")


def run_program(identity: ServerIdentity, home: Path, argv: list[str], stdin: str = "") -> None:
    """Run one of PostgreSQL's programs to its end.

    Args:
        identity: Who it runs as.
        home: The server's own folder.
        argv: Its command line.
        stdin: What it is given to read.

    Raises:
        ConfigurationError: It failed; cites its words.
        StorageFull: No space.
    """
    result = subprocess.run(
        launched(argv, identity.run_as),
        input=stdin,
        capture_output=True,
        text=True,
        cwd=home,
        env=server_environment(),
        check=False,
    )
    # A single-user server ends with status 0 even when its statement failed.
    lines = result.stderr.splitlines()
    complaints = [line for line in lines if any(mark in line for mark in ("error:", "ERROR:", "FATAL:"))]
    if result.returncode == 0 and not complaints:
        return
    reason = " | ".join(complaints or lines[-3:])
    if "No space left" in result.stderr or "Disk quota exceeded" in result.stderr:
        raise StorageFull(f"{home}: no space left for the database; free some or set data_dir elsewhere")
    raise ConfigurationError(f"{home}: the database could not be made ready: {Path(argv[0]).name}: {reason}")


def clear_leftovers(home: Path, sockets: Path) -> None:
    """Make the way free after a crash. Call it as the owner of `home`: then nobody else's server runs there.

    A killed owner's server stops by itself; it is waited for. A lock file whose number now belongs to some other
    process, or to a dead one that nobody reaps, would keep PostgreSQL from starting for ever; it is removed once no
    process works in the folder.

    Args:
        home: The server's own folder.
        sockets: Folder of its socket.

    Raises:
        TransientError: Old server processes do not end.
    """
    data = home / "data"
    deadline = time.monotonic() + LEFTOVER_TIMEOUT_SECONDS
    asked = False
    while running := [*_processes_in(data), *_processes_in(home / "data.new")]:
        status = read_status(data)
        if not asked and status is not None and status.pid in running:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(status.pid, signal.SIGINT)
            asked = True
        if time.monotonic() > deadline:
            raise TransientError(f"{data}: server processes of an earlier run do not end: {running}; end them by hand")
        time.sleep(0.02)
    for lock_file in (data / "postmaster.pid", sockets / f".s.PGSQL.{PORT}.lock"):
        if _names_a_process(lock_file):
            log.warning("removing the lock file of a server that no longer runs", extra={"path": str(lock_file)})
            lock_file.unlink()


def _names_a_process(lock_file: Path) -> bool:
    """Whether PostgreSQL would take the file's server for running; it removes other lock files itself."""
    try:
        os.kill(abs(int(lock_file.read_text(encoding="ascii").splitlines()[0])), 0)
    except (FileNotFoundError, ProcessLookupError):
        return False
    except (PermissionError, ValueError, IndexError):
        return True
    return True


def _processes_in(folder: Path) -> list[int]:
    """Return the server processes of a data directory: they all work in it, and the first one names it after `-D`.

    Both, since in a container even root may not see where another user's process works.
    """
    if not folder.exists():
        return []
    wanted = folder.stat()
    named = b"-D\0" + os.fsencode(folder) + b"\0"
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # ended meanwhile
            if named in (process / "cmdline").read_bytes() or _is_at(process / "cwd", wanted):
                found.append(int(process.name))
    return found


def _is_at(link: Path, wanted: os.stat_result) -> bool:
    try:
        status = link.stat()
    except OSError:
        return False
    return (status.st_dev, status.st_ino) == (wanted.st_dev, wanted.st_ino)
