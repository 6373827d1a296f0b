"""Running feeds because a person wants it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from operations.currency import ListCurrency
from operations.feeds.opening import open_feed
from operations.feeds.outcome import FeedResult
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.settings import FeedSettings, Settings
from storage.audit.writer import write_audit
from storage.database import Database


def pull_feeds(
    actor: Actor, database: Database, settings: Settings, feeds: Sequence[FeedSettings]
) -> Iterator[FeedResult]:
    """Fetch and import lists now, whether they are due or not; then look at the age of all.

    The audit has the wish first; what is imported stands there in the feeds' name, as always.

    Args:
        actor: Who wants it.
        database: An open database.
        settings: The configuration.
        feeds: The feeds to run, one after the other.

    Yields:
        What became of each, as it is known.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    write_audit(database, AuditRecord(actor, Action.PULL, {"hotlists": [feed.name for feed in feeds]}))
    for feed in feeds:
        with contextlib.closing(open_feed(feed, settings, database)) as opened:
            yield opened.run(anyhow=True)
    ListCurrency(settings, database).check()
