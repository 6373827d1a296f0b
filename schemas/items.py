"""Which files and pictures were processed to their end: what whoever remembers that can be asked and told."""

from __future__ import annotations

from typing import Protocol

from schemas.types import SourceItem


class ItemBook(Protocol):
    """Remembers source items by their camera, name and content: in the database, or on a machine that has none."""

    def is_finished(self, item: SourceItem) -> bool:
        """Return whether this item, with this content, needs no processing any more: finished or rejected.

        Raises:
            TransientError: Nobody can tell now.
        """
        ...

    def is_rejected(self, item: SourceItem) -> bool:
        """Return whether this item, with this content, could not be used.

        Raises:
            TransientError: Nobody can tell now.
        """
        ...

    def finish(self, item: SourceItem) -> None:
        """Note that everything of an item is kept; with the same content it is not read again.

        Raises:
            TransientError: It cannot be noted now.
        """
        ...

    def reject(self, item: SourceItem, reason: str) -> None:
        """Note that an item cannot be used; with the same content it is not tried again.

        Args:
            item: The item.
            reason: One line for a person.

        Raises:
            TransientError: It cannot be noted now.
        """
        ...
