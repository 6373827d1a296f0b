"""Small valid values for tests of several stages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from schemas.types import SourceItem

MOMENT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def source_item(name: str, *, is_still: bool = False) -> SourceItem:
    return SourceItem(camera_id="east", name=name, fingerprint="1-1", captured_at=MOMENT, is_still=is_still)


@dataclass(frozen=True)
class NoReceipt:
    """A receipt that nobody waits for."""

    name: str

    def acknowledge(self, rejection: str | None) -> None:
        pass
