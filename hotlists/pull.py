"""Fetching a list's file: to a temporary file beside its place, complete or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from schemas.errors import ConfigurationError, InvalidInput, StorageFull, TransientError
from schemas.settings import HttpsFeed, RemoteFeed, SftpFeed

PART_SUFFIX = ".part"
LONGEST_NAME = 150


class PullCancelled(TransientError):
    """The run was asked to end while a file was fetched."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """A fetched file. `remote` is what the server said of it, to ask next time whether it changed."""

    path: Path
    remote: Mapping[str, str] = field(default_factory=dict)


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class PullContext:
    """What a fetch needs beside its feed.

    `folder` is where the file goes, an existing folder. `remote` is what the server said last time; empty: fetch
    anyhow. `cancelled` ends the transfer when it returns True. `clock` and `wait` are in seconds.
    """

    folder: Path
    remote: Mapping[str, str] = field(default_factory=dict)
    cancelled: Callable[[], bool] = _never
    clock: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep


def pull(feed: HttpsFeed | SftpFeed, context: PullContext) -> Pulled | None:
    """Fetch a feed's file unless it is the one that was fetched last.

    Args:
        feed: The feed.
        context: Where it goes, and what was fetched last.

    Returns:
        The file, complete and on disk; None when the server has the same one as last time.

    Raises:
        TransientError: The server cannot be reached, was too slow, or ended the transfer early; try again.
        InvalidInput: The file is larger than the feed allows, or not what was asked for.
        ConfigurationError: The server's identity, the login or the address does not fit.
        StorageFull: No space for the file.
    """
    # Imported here: the two libraries take a while to load, and most runs have no feed that needs them.
    if feed.kind == "https":
        from hotlists.pull_https import pull_https

        return pull_https(feed, context)
    from hotlists.pull_sftp import pull_sftp

    return pull_sftp(feed, context)


def receive(
    blocks: Iterable[bytes], feed: RemoteFeed, context: PullContext, *, name: str, modified_at: float | None
) -> Path:
    """Write what arrives to a temporary file, which gets its name when it is complete and on disk.

    Args:
        blocks: The file's bytes.
        feed: Bounds its size and its time.
        context: Where it goes.
        name: The remote file's name.
        modified_at: The remote file's time, seconds of the epoch; None: unknown, which makes it the time of the fetch.

    Returns:
        The file.

    Raises:
        InvalidInput: It is too large.
        TransientError: It takes too long.
        PullCancelled: The run ends.
        StorageFull: No space for it.
    """
    target = context.folder / plain_name(name, feed.name)
    part = context.folder / f".{target.name}{PART_SUFFIX}"
    try:
        _write(blocks, feed, context, part)
        with on_disk(context.folder):
            if modified_at is not None:
                os.utime(part, (modified_at, modified_at))
            part.rename(target)
            sync_folder(context.folder)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return target


def _write(blocks: Iterable[bytes], feed: RemoteFeed, context: PullContext, part: Path) -> None:
    deadline = context.clock() + feed.transfer_minutes * 60
    with on_disk(context.folder):
        file = part.open("wb")
    with file:
        size = 0
        for block in blocks:
            size += len(block)
            check_size(feed, size)
            if context.cancelled():
                raise PullCancelled("the run ends; the list is fetched again at the next start")
            if context.clock() > deadline:
                raise TransientError(f"the transfer took longer than transfer_minutes ({feed.transfer_minutes:g})")
            with on_disk(context.folder):
                file.write(block)
        with on_disk(context.folder):
            file.flush()
            os.fsync(file.fileno())


def check_size(feed: RemoteFeed, size: int) -> None:
    """Refuse a file that is larger than its feed allows.

    Raises:
        InvalidInput: It is.
    """
    if size > feed.max_bytes:
        raise InvalidInput(
            f"the file is larger than max_bytes ({feed.max_bytes}); raise that if the list is really so long"
        )


def plain_name(name: str, fallback: str) -> str:
    """Return a remote file's name as one that is safe here: no folder, no control character, no leading dot."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(character if character.isprintable() else "_" for character in last).lstrip(". ")
    return kept[-LONGEST_NAME:].lstrip(". ") or fallback


def secret(feed: RemoteFeed, kind: str) -> str | None:
    """Return a feed's password, private key or token from its file or environment variable, or None without one.

    Args:
        feed: The feed.
        kind: password, private_key or token.

    Raises:
        ConfigurationError: The file cannot be read, or the variable is not set; the secret is in no message.
    """
    path: Path | None = getattr(feed, f"{kind}_file")
    variable: str | None = getattr(feed, f"{kind}_env")
    if path is not None:
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not text"
            raise ConfigurationError(f"feed '{feed.name}': {kind}_file {path} cannot be read ({reason})") from error
    elif variable is not None:
        found = os.environ.get(variable)
        if found is None:
            raise ConfigurationError(f"feed '{feed.name}': the environment variable {variable} ({kind}_env) is not set")
        text = found
    else:
        return None
    return text if kind == "private_key" else text.rstrip("\r\n")


@contextlib.contextmanager
def on_disk(where: Path) -> Iterator[None]:
    """Say what a failed write to a folder of ours means.

    Raises:
        StorageFull: No space left.
        ConfigurationError: It cannot be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(f"{where}: no space left; free some") from error
        raise ConfigurationError(
            f"{where}: cannot be written ({error.strerror}); give Platewatch the right to"
        ) from error


def sync_folder(folder: Path) -> None:
    """Make a folder's names durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
