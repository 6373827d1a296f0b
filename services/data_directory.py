"""The data directory as a whole: closed to the machine's other users, and of one service of a kind at a time."""

from __future__ import annotations

import contextlib
import logging
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import ConfigurationError
from services.owner_lock import OwnerLock
from services.private_files import FOLDER_MODE, OTHERS, make_private_folder, write_private

log = logging.getLogger(__name__)

PASSAGE_MODE = 0o711
"""Another user who knows the name of what is inside may pass, and see nothing: what an embedded PostgreSQL needs that
runs as another user than root."""
RUN = "run"
"""What works with cameras: `platewatch run`, or `platewatch recognize`. Others may work beside it."""
RUN_LOCK = f"{RUN}.lock"


@dataclass(slots=True)
class _Repair:
    """What was found open to others, and what of it stays so since it belongs to somebody else."""

    closed: int = 0
    left: int = 0
    first_left: Path | None = None

    def close(self, path: Path, mode: int, wanted: int) -> bool:
        """Take permissions away; return whether there were any to take."""
        if mode & 0o777 & ~wanted == 0:
            return False
        try:
            path.chmod(stat.S_IMODE(mode) & (wanted | 0o7000))
        except FileNotFoundError:
            return False
        except OSError:
            self.left += 1
            self.first_left = self.first_left or path
        else:
            self.closed += 1
        return True


def close_to_others(data_dir: Path, *, thorough: bool = False) -> None:
    """Take other users' permissions to a data directory away, and say so in a line; one that is absent stays absent.

    What lies in a closed folder cannot be reached, so a quick look stops at what is closed.

    Args:
        data_dir: The data directory.
        thorough: Look at every file.

    Raises:
        ConfigurationError: It is a folder that all users share.
    """
    try:
        status = data_dir.stat()
    except OSError:
        return  # whoever needs it says what is wrong with it
    if not stat.S_ISDIR(status.st_mode):
        return
    if status.st_mode & stat.S_ISVTX or data_dir == Path(data_dir.anchor):
        raise ConfigurationError(f"{data_dir}: all users share this folder; set data_dir to a folder of its own")
    repair = _Repair()
    # Top down: in a closed folder nobody exchanges a file for a link while it is looked at.
    was_open = repair.close(data_dir, status.st_mode, PASSAGE_MODE if os.getuid() == 0 else FOLDER_MODE)
    _close_content(data_dir, repair, everything=thorough or was_open)
    if repair.closed:
        log.warning(
            "data directory %s: %d files and folders were open to other users of this machine; they are closed now",
            data_dir,
            repair.closed,
        )
    if repair.left:
        log.warning(
            "data directory %s: %d files and folders are open to other users of this machine and belong to another "
            "user, like %s; close them with chmod go-rwx as their owner",
            data_dir,
            repair.left,
            repair.first_left,
        )


def _close_content(folder: Path, repair: _Repair, *, everything: bool) -> None:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return  # another user's, or gone meanwhile
    for entry in entries:
        with contextlib.suppress(FileNotFoundError):
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISLNK(mode):
                continue
            path = Path(entry.path)
            was_open = repair.close(path, mode, ~OTHERS & 0o777)
            if stat.S_ISDIR(mode) and (everything or was_open):
                _close_content(path, repair, everything=True)


def make_data_directory(data_dir: Path) -> None:
    """Make the data directory where it is absent, else close it to others.

    As root it can be passed at first: who runs the database, and whether that is another user, shows later.

    Args:
        data_dir: The data directory.

    Raises:
        ConfigurationError: It is a folder that all users share.
        OSError: It cannot be made.
    """
    if data_dir.exists():
        close_to_others(data_dir)
        return
    missing = [folder for folder in (data_dir, *data_dir.parents) if not folder.exists()]
    make_private_folder(data_dir)
    if os.getuid() == 0:
        for folder in missing:
            folder.chmod(PASSAGE_MODE)


@contextlib.contextmanager
def run_alone(data_dir: Path, service: str = RUN) -> Iterator[None]:
    """Keep a second run off the data directory: two would read the same pictures and move each other's files.

    Other services keep their own kind off in the same way; what they are beside a run does not matter.

    The kernel frees the directory when its holder ends, however it ends.

    Args:
        data_dir: The data directory; made when absent, and every file in it closed to other users.
        service: What is about to work there.

    Raises:
        ConfigurationError: Another of its kind is at work there, or it cannot be used.
    """
    try:
        make_data_directory(data_dir)
        close_to_others(data_dir, thorough=True)
        lock = OwnerLock(data_dir / lock_name(service))
        if not lock.acquire():
            raise ConfigurationError(
                f"{data_dir}: another {service}{_holder(lock.path)} works on this data directory; stop it first, or "
                "give this one a data_dir of its own"
            )
    except OSError as error:
        raise ConfigurationError(f"{data_dir}: the data directory cannot be used ({error.strerror})") from error
    with lock:
        with contextlib.suppress(OSError):
            write_private(lock.path, f"{os.getpid()}\n".encode())
        yield


def lock_name(service: str) -> str:
    """Return the name of the file in the data directory that a service holds while it works."""
    return f"{service}.lock"


def _holder(path: Path) -> str:
    try:
        number = path.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""
    return f" (process {number})" if number.isdecimal() else ""
