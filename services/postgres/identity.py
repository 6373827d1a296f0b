"""Who an embedded PostgreSQL runs as. It refuses uid 0, so a Platewatch that runs as root needs somebody else.

As root, in this order: the configured user; the user who owns existing data; the system's `postgres`, then `nobody`; a
user namespace in which root has another number, one with a name, for data below folders that only root may enter. Only
our own folder changes its owner, and only our own data directory lets that user pass: opening somebody's home to the
world for a database's sake is not ours to do.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import ConfigurationError
from services.child import RunAs, child_environment, launched
from services.data_directory import PASSAGE_MODE
from services.postgres.programs import COPY_PREFIX, PostgresPrograms, copy_programs
from services.private_files import FOLDER_MODE

SYSTEM_USERS = ("postgres", "nobody")
NAMESPACE_UID = 1000


@dataclass(frozen=True, slots=True)
class ServerIdentity:
    """Who the server runs as, which (uid, gid) its files belong to, and the programs that user may execute."""

    run_as: RunAs
    owner: tuple[int, int]
    programs: PostgresPrograms


def choose_identity(home: Path, programs: PostgresPrograms, configured_user: str | None) -> ServerIdentity:
    """Choose who runs the server; change the owner of `home` to match.

    Args:
        home: The server's own folder, existing.
        programs: PostgreSQL's programs.
        configured_user: `database.run_as`; without meaning unless we are root.

    Returns:
        The identity, tried out.

    Raises:
        ConfigurationError: Nobody can run the server here; says what to change.
    """
    if os.getuid() != 0:
        return ServerIdentity(_named(home, programs), (os.getuid(), os.getgid()), programs)
    identity = _as_candidate(home, programs, configured_user)
    if identity is None and configured_user is None:
        identity = _in_namespace(home, programs)
    if identity is None:
        home.parent.chmod(PASSAGE_MODE)
        identity = _as_candidate(home, programs, configured_user)
    if identity is None or identity.owner[0] == home.parent.stat().st_uid:
        home.parent.chmod(FOLDER_MODE)  # nobody else has to pass
    if identity is not None:
        return identity
    raise ConfigurationError(
        f"PostgreSQL refuses to run as root, and no other user may enter {home}; run Platewatch as a normal user, or "
        "set data_dir to a folder that the user in database.run_as (default: postgres, nobody) can reach"
    )


def _named(home: Path, programs: PostgresPrograms) -> RunAs:
    """Return how the server runs as a user who is not root: as we do, and where our number has no name, under another.

    PostgreSQL's programs ask for the name, and end where there is none, as in a container that is given any number.
    """
    try:
        pwd.getpwuid(os.getuid())
    except KeyError:
        namespace = RunAs(namespace_uid=_uid_with_a_name())
        if _works(namespace, home, programs):
            return namespace
        raise ConfigurationError(
            f"uid {os.getuid()} has no name (no entry in /etc/passwd), which PostgreSQL asks for, and user namespaces "
            "are not permitted here; add an entry for it, run Platewatch as a user who has one, or set database.url"
        ) from None
    return RunAs()


def _uid_with_a_name() -> int:
    return next((account.pw_uid for account in pwd.getpwall() if account.pw_uid != 0), NAMESPACE_UID)


def _as_candidate(home: Path, programs: PostgresPrograms, configured_user: str | None) -> ServerIdentity | None:
    for owner in _candidates(home, configured_user):
        identity = _as_user(owner, home, programs)
        if identity is not None:
            return identity
    return None


def _in_namespace(home: Path, programs: PostgresPrograms) -> ServerIdentity | None:
    ours = (os.getuid(), os.getgid())
    namespace = RunAs(namespace_uid=_uid_with_a_name())
    give_to(home, ours)
    return ServerIdentity(namespace, ours, programs) if _works(namespace, home, programs) else None


def _candidates(home: Path, configured_user: str | None) -> Iterator[tuple[int, int]]:
    if configured_user is not None:
        try:
            account = pwd.getpwnam(configured_user)
        except KeyError as error:
            raise ConfigurationError(
                f"database.run_as: there is no system user '{configured_user}'; create it or name another"
            ) from error
        yield account.pw_uid, account.pw_gid
        return
    data = home / "data"
    if data.exists() and data.stat().st_uid != 0:
        yield data.stat().st_uid, data.stat().st_gid
    for name in SYSTEM_USERS:
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            yield account.pw_uid, account.pw_gid


def _as_user(owner: tuple[int, int], home: Path, programs: PostgresPrograms) -> ServerIdentity | None:
    run_as = RunAs(user=owner)
    if not _works(run_as, home.parent, None):
        return None
    give_to(home, owner)
    if not _works(run_as, home, programs):
        programs = copy_programs(programs, home)
        for copy in home.glob(f"{COPY_PREFIX}*"):
            give_to(copy, owner)
        if not _works(run_as, home, programs):
            return None
    return ServerIdentity(run_as, owner, programs)


def _works(run_as: RunAs, folder: Path, programs: PostgresPrograms | None) -> bool:
    """Try it: permission bits alone do not tell (access lists, read-only or noexec mounts, security modules)."""
    script = 'cd "$0" && { test -z "$1" || exec "$1" --version; }'
    argv = ["/bin/sh", "-c", script, str(folder), programs.postgres if programs else ""]
    trial = subprocess.run(launched(argv, run_as), capture_output=True, cwd="/", env=child_environment(), check=False)
    return trial.returncode == 0


def give_to(folder: Path, owner: tuple[int, int]) -> None:
    """Make `owner` (uid, gid) own the server's folder and what is in it, links themselves rather than their targets."""
    status = folder.stat()
    if (status.st_uid, status.st_gid) == owner:
        return
    for path in (*folder.rglob("*"), folder):  # the folder last: its owner says that the change is complete
        os.chown(path, *owner, follow_symlinks=False)
