"""Sources that are fetched, and what of them is in the inbox."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ingest.inbox_place import INBOX_FILE
from ingest.pulling.making import puller_of
from ingest.pulling.reader import PullReader
from schemas.settings import IngestSource
from storage.spool.messages import Message
from storage.spool.spool import Spool


def source_of(vendor: str, pull: dict[str, Any], **more: Any) -> IngestSource:
    """Return a source that is fetched."""
    return IngestSource.model_validate({"id": "gate", "vendor": vendor, "pull": pull, **more})


@contextlib.contextmanager
def pulling(
    source: IngestSource, folder: Path, *, largest: int = 1_000_000, login_pause: float = 60.0
) -> Iterator[PullReader]:
    """Fetch a source while the block runs."""
    reader = PullReader(
        source, lambda: puller_of(source, "local", folder), folder, largest, login_pause_seconds=login_pause
    )
    reader.start()
    try:
        yield reader
    finally:
        reader.stop()
        reader.join(60.0)
        assert reader.is_over


def stored(folder: Path) -> list[Message]:
    """Return what is in the inbox."""
    with Spool(folder / INBOX_FILE) as spool:
        return [one.message for one in spool.take(0, 10_000)]


def until(condition: Callable[[], object], seconds: float = 60.0) -> float:
    """Wait until something is so; return how long that took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds
        time.sleep(0.02)
    return time.monotonic() - began
