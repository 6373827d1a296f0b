"""What a feed's settings say about its list's file."""

from __future__ import annotations

from hotlists.importing.importer import ImportOptions
from hotlists.layouts.mapped import mapped_parser
from hotlists.layouts.mapping import load_mapping
from schemas.errors import ConfigurationError
from schemas.jurisdictions import parse_jurisdiction
from schemas.settings import FeedSettings, HotlistSettings


def feed_options(feed: FeedSettings, settings: HotlistSettings) -> ImportOptions:
    """Return how a feed's file is imported.

    Args:
        feed: The feed.
        settings: What is let pass.

    Raises:
        ConfigurationError: The feed names a state that is none.
        InvalidInput: Its mapping cannot be used.
    """
    state = None if feed.state is None else parse_jurisdiction(feed.state)
    if feed.state is not None and state is None:
        raise ConfigurationError(f"feed '{feed.name}': '{feed.state}' is no state")
    return ImportOptions(
        hotlist_id=feed.name,
        default_state=state,
        parser=None if feed.mapping is None else mapped_parser(load_mapping(feed.mapping)),
        settings=settings,
    )
