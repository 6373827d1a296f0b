"""Fetching a list's file: to a temporary file beside its place, complete or not at all."""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hotlists.feeds.disk import on_disk, sync_folder
from hotlists.feeds.names import PART_SUFFIX, plain_name
from schemas.errors import InvalidInput, TransientError
from schemas.settings import RemoteFeed
from services.private_files import touch_private


class PullCanceled(TransientError):
    """The run was asked to end while a file was fetched."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """A fetched file. `remote` is what the server said of it, to ask next time whether it changed."""

    path: Path
    remote: Mapping[str, str] = field(default_factory=dict)


_numbers = itertools.count(1)


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class PullContext:
    """What a fetch needs beside its feed.

    `folder` is where the file goes, an existing folder. `remote` is what the server said last time; empty: fetch
    anyhow. `canceled` ends the transfer when it returns True. `clock` and `wait` are in seconds.
    """

    folder: Path
    remote: Mapping[str, str] = field(default_factory=dict)
    canceled: Callable[[], bool] = _never
    clock: Callable[[], float] = time.monotonic
    wait: Callable[[float], object] = time.sleep


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
        PullCanceled: The run ends.
        StorageFull: No space for it.
    """
    target = context.folder / plain_name(name, feed.name)
    # Its own name: a fetch that was given up may still wake and clean up behind itself.
    part = context.folder / f".{target.name}.{next(_numbers)}{PART_SUFFIX}"
    try:
        _write(blocks, feed, context, part)
        if context.canceled():
            raise PullCanceled("the run ends; the list is fetched again at the next start")
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
        touch_private(part)
        file = part.open("wb")
    with file:
        size = 0
        for block in blocks:
            size += len(block)
            check_size(feed, size)
            if context.canceled():
                raise PullCanceled("the run ends; the list is fetched again at the next start")
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
