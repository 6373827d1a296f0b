"""From a feed's settings to what runs it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from operations.feeds.agreement import GivenListFeed
from operations.feeds.feed import HotlistFeed
from operations.feeds.given import GivenList
from schemas.errors import ConfigurationError
from schemas.settings import AgreementFeed, FeedSettings, KafkaSettings, NeighborSettings, Settings
from storage.database import Database


def open_feed(
    feed: FeedSettings,
    settings: Settings,
    database: Database,
    *,
    stop: threading.Event | None = None,
    wait: Callable[[float], object] = time.sleep,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> HotlistFeed:
    """Return what runs a feed; close it at the end. Arguments as `HotlistFeed`.

    Raises:
        ConfigurationError: It names an agency or a broker that is not configured.
    """
    if not isinstance(feed, AgreementFeed):
        return HotlistFeed(feed, settings, database, stop=stop, wait=wait, now=now)
    neighbor = _neighbor(feed, settings)
    given = GivenList(feed, neighbor, settings, _kafka(neighbor, settings), now)
    return GivenListFeed(feed, settings, database, given=given, neighbor=neighbor, stop=stop, wait=wait, now=now)


def _neighbor(feed: AgreementFeed, settings: Settings) -> NeighborSettings:
    for neighbor in settings.sharing.neighbors:
        if neighbor.id == feed.neighbor:
            return neighbor
    known = ", ".join(neighbor.id for neighbor in settings.sharing.neighbors) or "none"
    raise ConfigurationError(
        f"feed '{feed.name}': no neighbor '{feed.neighbor}' is configured (there are: {known}); name it in "
        "[[sharing.neighbors]]"
    )


def _kafka(neighbor: NeighborSettings, settings: Settings) -> KafkaSettings:
    kafka = neighbor.kafka if neighbor.kafka.bootstrap_servers else settings.kafka
    if not kafka.bootstrap_servers:
        raise ConfigurationError(
            f"neighbor '{neighbor.id}': its broker is not configured; name it in sharing.neighbors.kafka."
            "bootstrap_servers"
        )
    return kafka
