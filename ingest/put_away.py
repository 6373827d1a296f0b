"""What becomes of a file once its reads are recorded: it is deleted or moved, and never one that changed meanwhile."""

from __future__ import annotations

import contextlib
import errno
import filecmp
import os
import shutil
from pathlib import Path

from ingest.files import fingerprint
from services.private_files import make_private_folder

TAKEN = ".platewatch-taken"
"""Ends the hidden name that a file has while it is put away: whatever comes under its own name then is another file."""


def put_away(path: Path, expected: str, target: Path | None) -> bool:
    """Delete a file or move it, if it still is what was recorded.

    It is taken by a hidden name first and looked at then, so that a file that takes its place in that moment is not
    lost.

    Args:
        path: The file.
        expected: Its `fingerprint` when it was read.
        target: Where it goes, a path in a folder that is there; None: it is deleted.

    Returns:
        False where it is gone or has changed; it then stays as it is.

    Raises:
        OSError: It can be neither deleted nor moved, and is back under its name.
    """
    try:
        if fingerprint(path) != expected:
            return False
        taken = _taken(path)
    except FileNotFoundError:
        return False
    try:
        if fingerprint(taken) != expected:
            _give_back(taken, path)
            return False
        if target is None:
            taken.unlink()
        else:
            _move(taken, target)
    except BaseException:
        with contextlib.suppress(OSError):
            _give_back(taken, path)
        raise
    return True


def restore_taken(folder: Path) -> None:
    """Give files their names back that a process which was killed left under hidden ones.

    Args:
        folder: The watched folder.
    """
    for parent, _, names in os.walk(folder):
        for name in names:
            if name.startswith(".") and name.endswith(TAKEN):
                with contextlib.suppress(OSError):
                    _give_back(Path(parent, name), Path(parent, name[1 : -len(TAKEN)]))


def _taken(path: Path) -> Path:
    taken = path.with_name(f".{path.name}{TAKEN}")
    try:
        path.rename(taken)
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        return path
    return taken


def _give_back(taken: Path, path: Path) -> None:
    if taken != path and taken.exists():
        taken.rename(_free(path))


def _move(source: Path, target: Path) -> None:
    make_private_folder(target.parent)
    if target.exists() and filecmp.cmp(source, target, shallow=False):
        source.unlink()  # an earlier try got as far as this
        return
    target = _free(target)
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    else:
        return
    # Another file system: whole or not at all.
    unfinished = target.with_name(f".{target.name}.part"[-250:])
    try:
        shutil.copy2(source, unfinished)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.rename(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    source.unlink()


def _free(path: Path) -> Path:
    """Return a path that nothing has, like the given one."""
    number, free = 2, path
    while free.exists():
        free = path.with_name(f"{path.stem}~{number}{path.suffix}")
        number += 1
    return free
