"""Fetching a list's file from where its feed says."""

from __future__ import annotations

import functools
from collections.abc import Callable

from hotlists.feeds.bounded import bounded
from hotlists.feeds.transfer import PullContext, Pulled
from schemas.settings import HttpsFeed, SftpFeed

Fetch = Callable[[PullContext], Pulled | None]
"""Gets a feed's file unless it is the one that was fetched last; raises what `pull` does."""


def pull(feed: HttpsFeed | SftpFeed, context: PullContext) -> Pulled | None:
    """Fetch a feed's file unless it is the one that was fetched last.

    Args:
        feed: A feed of kind https or sftp.
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
        from hotlists.feeds.https import pull_https

        return bounded(functools.partial(pull_https, feed), context, feed.transfer_minutes, place(feed))
    from hotlists.feeds.sftp import pull_sftp

    return bounded(functools.partial(pull_sftp, feed), context, feed.transfer_minutes, place(feed))


def place(feed: HttpsFeed | SftpFeed) -> str:
    """Return a feed's URL without its query, which may hold a key."""
    return feed.url.partition("?")[0]
