"""The active lists' index on disk, so that a restart with a national list takes no longer than one without."""

from __future__ import annotations

import logging
from pathlib import Path

from matcher.index import HotlistIndex
from pipeline.lists.active import ActiveLists
from pipeline.lists.source import ListSource
from services.private_files import make_private_folder

log = logging.getLogger(__name__)


class SavedLists:
    """Keeps what was arranged in a folder.

    Args:
        folder: Where, or None to keep nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def load(self, changes: ListSource) -> ActiveLists | None:
        """Return what was saved last, if this database is where it came from; what changed since has to be caught up.

        Args:
            changes: The store.

        Raises:
            TransientError: The store cannot be asked.
        """
        found = None if self._folder is None else HotlistIndex.load(self._folder)
        if found is None:
            return None
        index, note = found
        versions = {str(name): int(version) for name, version in note.get("versions", {}).items()}
        if not versions or changes.marks(tuple(versions.values())) != note.get("marks"):
            log.info("the saved index of the hotlists is another database's; it is made anew")
            return None
        withdrawn, size = int(note.get("withdrawn", 0)), len(index) + len(index.unusable)
        stored = changes.entries(tuple(versions.values()))
        # Withdrawals are numbered one by one, and what was withdrawn is in its version still.
        if not stored - withdrawn <= size <= stored:
            log.warning(
                "the saved index of the hotlists has %d entries, the database %d; it is made anew", size, stored
            )
            return None
        log.info("%d hotlist entries were loaded from the saved index", len(index))
        return ActiveLists(index, versions, dict(versions), withdrawn)

    def save(self, lists: ActiveLists, changes: ListSource) -> None:
        """Save what was arranged; a disk that is full costs the next start its speed, and nothing else.

        Args:
            lists: What was arranged.
            changes: The store that it came from.

        Raises:
            TransientError: The store cannot be asked.
        """
        if self._folder is None or dict(lists.versions) != dict(lists.cleared):
            return
        versions = dict(lists.versions)
        note = {"versions": versions, "withdrawn": lists.withdrawn, "marks": changes.marks(tuple(versions.values()))}
        try:
            make_private_folder(self._folder.parent)
            lists.index.save(self._folder, note)
        except OSError as error:
            log.warning("the index of the hotlists could not be saved (%s); the next start makes it anew", error)
