"""The matcher over the lists of a database."""

from __future__ import annotations

from pipeline.lists.live_matcher import INDEX_FOLDER, LiveMatcher
from policy.traffic import matching_settings
from schemas.settings import Settings
from storage.database import Database
from storage.hotlists.changes import HotlistChanges


def matcher_of(database: Database, settings: Settings) -> LiveMatcher:
    """Return the matcher of a database's lists, which keeps its index in the data directory; nothing is loaded yet.

    Args:
        database: An open database.
        settings: The configuration.
    """
    return LiveMatcher(HotlistChanges(database), matching_settings(settings), settings.data_dir / INDEX_FOLDER)
