"""Feeds for the tests, over real folders, with times that a test sets."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from operations.feeds.feed import HotlistFeed
from schemas.settings import FeedSettings, FolderFeed, HotlistSettings, Settings
from storage.database import Database

START = datetime(2026, 11, 20, 6, tzinfo=UTC)
"""In the past, since the database's own clock says when a version became active."""
HEADER = "plate,state,category,case_number\n"


class Now:
    """The time, which a test moves."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment

    def pass_hours(self, hours: float) -> None:
        self.moment += timedelta(hours=hours)


def rows(count: int, first: int = 0) -> str:
    lines = [f"AAA{number:04d},VA,stolen_vehicle,26-{number}\n" for number in range(first, first + count)]
    return HEADER + "".join(lines)


def put(path: Path, content: str, moment: datetime = START) -> Path:
    """Put a list into a folder, complete at once, with a time of its own."""
    path.write_text(content)
    os.utime(path, (moment.timestamp(), moment.timestamp()))
    return path


def folder_feed(folder: Path, **changes: object) -> FolderFeed:
    folder.mkdir(exist_ok=True)
    values: dict[str, object] = {"name": "region", "source": "csv", "kind": "folder", "path": folder}
    return FolderFeed.model_validate(values | {"pattern": "*.csv", "settle_seconds": 0, "poll_seconds": 0.05} | changes)


def site(data_dir: Path, feeds: Sequence[FeedSettings]) -> Settings:
    return Settings(data_dir=data_dir, agency_id="portsmouth-pd", hotlists=HotlistSettings(feeds=tuple(feeds)))


def feed_of(database: Database, data_dir: Path, feed: FeedSettings, now: Now) -> HotlistFeed:
    return HotlistFeed(feed, site(data_dir, [feed]), database, now=now, wait=lambda seconds: None)
