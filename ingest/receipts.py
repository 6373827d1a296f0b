"""The receipt of a file: once its reads are kept, it need not be read again."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.items import ItemBook
from schemas.types import SourceItem


@dataclass(frozen=True, slots=True)
class ItemReceipt:
    """Notes an item as finished, or as rejected with the reason.

    A run that was killed before reads the item again; ids are derived, so that this changes nothing.
    """

    item: SourceItem
    ledger: ItemBook

    def acknowledge(self, rejection: str | None) -> None:
        """Note what became of the item; see `Receipt`."""
        if rejection is None:
            self.ledger.finish(self.item)
        else:
            self.ledger.reject(self.item, rejection)
