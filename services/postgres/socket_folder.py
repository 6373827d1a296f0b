"""The folder of an embedded PostgreSQL's socket: in its own folder, or a short one that nobody can have made before."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from schemas.errors import ConfigurationError
from services.postgres.cluster import PORT, read_status

LONGEST_SOCKET_PATH = 106
"""Bytes that fit into sockaddr_un.sun_path (108 on Linux), less the terminating zero and one to spare."""
SHORT_PLACES = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - the folder in there has a random name and is checked
SHORT_PREFIX = "platewatch-"


def socket_folder(home: Path, owner: tuple[int, int]) -> Path:
    """Return the folder for the server's socket, private to its owner; a short one when `home`'s path is too long.

    The short one has a name that nobody can guess: whoever makes a folder of a known name first keeps us out for ever.
    Who connects reads the name from the server's own folder.

    Args:
        home: The server's own folder.
        owner: (uid, gid) of the server.

    Raises:
        ConfigurationError: Somebody else has the folder, or none can be made.
    """
    folder = home / "run"
    # A comma separates hosts in libpq's host option, so such a path cannot be named there.
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) > LONGEST_SOCKET_PATH or "," in str(folder):
        return _short_folder(home, owner)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        os.chown(folder, *owner)
    if not _is_private(folder, owner):
        raise ConfigurationError(
            f"{folder}: the database's socket needs this folder for itself alone (owner {owner[0]}, mode 0700), but it "
            "belongs to another user or is open to others; remove it"
        )
    return folder


def _is_private(folder: Path, owner: tuple[int, int]) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == owner[0] and status.st_mode & 0o777 == 0o700


def _short_folder(home: Path, owner: tuple[int, int]) -> Path:
    left = _left_by_a_crash(home)
    if left is not None and _is_private(left, owner):
        return left
    for place in SHORT_PLACES:
        with contextlib.suppress(OSError):
            # In a folder that others may write to, only the sticky bit keeps them from moving ours away.
            mode = place.stat().st_mode
            if mode & 0o022 and not mode & stat.S_ISVTX:
                continue
            folder = Path(tempfile.mkdtemp(prefix=SHORT_PREFIX, dir=place))
            os.chown(folder, *owner)
            return folder
    raise ConfigurationError(
        f"{home}: this path is too long for the database's socket, and no folder for it can be made in "
        f"{' or '.join(map(str, SHORT_PLACES))}; set data_dir to a shorter path"
    )


def _left_by_a_crash(home: Path) -> Path | None:
    """Return the short folder that the last server used, where it did not end in order."""
    with contextlib.suppress(ValueError, OSError):
        status = read_status(home / "data")
        if status is not None and _is_short(status.socket_folder):
            return status.socket_folder
    return None


def _is_short(folder: Path) -> bool:
    return folder.parent in SHORT_PLACES and folder.name.startswith(SHORT_PREFIX)


def remove_short_folder(folder: Path | None) -> None:
    """Remove the socket's folder where it is not the server's own, after the server has stopped.

    Args:
        folder: What `socket_folder` returned.
    """
    if folder is not None and _is_short(folder):
        with contextlib.suppress(OSError):
            folder.rmdir()
