"""Fetching a list as tests do, with success or in vain."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotlists.feeds.pull import pull
from hotlists.feeds.transfer import PullContext, Pulled
from schemas.errors import PlatewatchError
from schemas.settings import HttpsFeed, SftpFeed
from tests.unit.hotlists.feeds.servers import PASSWORD, TOKEN

BODY = b"HEADER 2026\n" + b"V123456789LA0570200\n" * 20_000


def fetch(feed: HttpsFeed | SftpFeed, folder: Path, **context: object) -> Pulled | None:
    incoming = folder / "incoming"
    incoming.mkdir(exist_ok=True)
    values: dict[str, object] = {"wait": lambda seconds: None}
    return pull(feed, PullContext(incoming, **(values | context)))  # type: ignore[arg-type]


def refused(
    feed: HttpsFeed | SftpFeed, folder: Path, kind: type[PlatewatchError], words: str, **context: object
) -> str:
    """Fetch in vain; nothing may be left, and the message is one line without a secret."""
    with pytest.raises(kind, match=words) as caught:
        fetch(feed, folder, **context)
    assert list((folder / "incoming").iterdir()) == []
    message = str(caught.value)
    assert "\n" not in message
    assert PASSWORD not in message
    assert TOKEN not in message
    return message
