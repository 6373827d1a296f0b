"""Files and folders for their owner alone, whatever the umask: what Platewatch keeps is about people."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import uuid
from collections.abc import Iterator
from pathlib import Path

from schemas.errors import ConfigurationError

FOLDER_MODE = 0o700
FILE_MODE = 0o600
MOST_SECRETS = 2
OTHERS = 0o077
"""The permissions of everybody but the owner."""


def make_private_folder(path: Path) -> None:
    """Make a folder and the parents that are missing, each for us alone; one that is there stays as it is.

    Args:
        path: The folder.

    Raises:
        OSError: It cannot be made, or something else is there.
    """
    if path.is_dir():
        return
    if not path.parent.is_dir():
        make_private_folder(path.parent)
    try:
        path.mkdir(mode=FOLDER_MODE)
    except FileExistsError as error:
        if not path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path)) from error
        return  # another process made it meanwhile
    path.chmod(FOLDER_MODE)  # a umask can take even the owner's permissions


def write_private(path: Path, data: bytes) -> None:
    """Write a file for us alone; what is there is replaced, and closed before the first byte is written.

    Args:
        path: The file; its folder exists.
        data: Its content.

    Raises:
        OSError: It cannot be written.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        close_file(descriptor)
        file.truncate()
        file.write(data)


def save_private(path: Path, data: bytes, *, durable: bool = False) -> None:
    """Write a file for us alone beside its place and rename it, so that nobody sees half of it.

    Args:
        path: The file; its folder exists.
        data: Its content.
        durable: Whether it has to survive a power cut from now on.

    Raises:
        OSError: It cannot be written; nothing is left behind.
    """
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        write_private(unfinished, data)
        if durable:
            sync(unfinished)
        unfinished.replace(path)
        if durable:
            sync(path.parent)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def sync(path: Path) -> None:
    """Wait until a file, or what a folder says of its files, has reached the disk.

    Raises:
        OSError: It cannot be made sure of.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_secret(path: Path, key: str, *, whole: bool = False) -> str:
    """Return the secret that a file holds, without the end of its line.

    Args:
        path: The file.
        key: The setting that names it.
        whole: Keep the end of the last line, too: the secret is a file of its own, like a private key.

    Raises:
        ConfigurationError: It cannot be read.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise ConfigurationError(
            f"{key} {path}: cannot be read ({reason}); correct the path or its permissions"
        ) from error
    return text if whole else text.rstrip("\r\n")


def read_secrets(path: Path, key: str) -> list[str]:
    """Return the secrets that a file holds, one a line: while one is exchanged the new one and the one before.

    Args:
        path: The file.
        key: The setting that names it.

    Raises:
        ConfigurationError: It cannot be read, holds none, or more than two.
    """
    found = [line.strip() for line in read_secret(path, key).splitlines() if line.strip()]
    if not 1 <= len(found) <= MOST_SECRETS:
        raise ConfigurationError(
            f"{key} {path}: holds {len(found)} secrets, expected one, or two lines while it is exchanged"
        )
    return found


def touch_private(path: Path) -> None:
    """Make a file for us alone where none is, and close one that is there to others.

    One that is there is not opened for that: whoever closes a file gives back every lock that the process has on it,
    also those of its database connections, and another process would then end their write-ahead log under them.

    Args:
        path: The file; its folder exists.

    Raises:
        OSError: It cannot be made.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
    except FileExistsError:
        if path.stat().st_mode & 0o777 != FILE_MODE:
            with contextlib.suppress(PermissionError):
                path.chmod(FILE_MODE)
        return
    try:
        close_file(descriptor)
    finally:
        os.close(descriptor)


def close_file(descriptor: int) -> None:
    """Close an open file to everybody but its owner; another user's file is left to that user.

    Args:
        descriptor: Of the file.
    """
    if os.fstat(descriptor).st_mode & 0o777 != FILE_MODE:
        with contextlib.suppress(PermissionError):
            os.fchmod(descriptor, FILE_MODE)


def close_path(path: Path) -> None:
    """Take everybody else's permissions to a file or a folder away; another user's is left to that user.

    Args:
        path: The file or folder.

    Raises:
        OSError: It is not there.
    """
    mode = path.stat().st_mode
    if mode & OTHERS:
        with contextlib.suppress(PermissionError):
            path.chmod(stat.S_IMODE(mode) & ~OTHERS)


@contextlib.contextmanager
def private_umask() -> Iterator[None]:
    """Have the process make files and folders for its user alone, where nothing sets their permissions itself.

    For a program's main thread: the umask belongs to the whole process.
    """
    before = os.umask(OTHERS)
    try:
        yield
    finally:
        os.umask(before)
