"""How urgent an alert is, for the order of a board and for its tone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from schemas.events import Alert
from schemas.types import Category, Life, Priority, Standing, Tier

_RANK: Final = {Priority.HIGH: 0, Priority.NORMAL: 1, Priority.LOW: 2}
_TIERS: Final = {Tier.EXACT: 0, Tier.PROBABLE: 1, Tier.PARTIAL: 2}

_HIGH: Final = frozenset(
    {
        Category.CHILD_ABDUCTION,
        Category.ENDANGERED_PERSON,
        Category.FELONY_VEHICLE,
        Category.GANG_OR_TERRORIST,
        Category.HUMAN_TRAFFICKING,
        Category.MISSING_PERSON,
        Category.OFFICER_SAFETY,
        Category.PROTECTION_ORDER,
        Category.VIOLENT_PERSON,
        Category.WANTED_PERSON,
    }
)
"""Somebody is, or may be, in danger; also whoever stops the vehicle."""

_LOW: Final = frozenset(
    {
        Category.CALIBRATION,
        Category.CANADIAN,
        Category.EXPIRED_REGISTRATION,
        Category.LOST_PLATE,
        Category.STOLEN_BOAT,
        Category.SUSPENDED_LICENSE,
        Category.SUSPENDED_REGISTRATION,
        Category.UNINSURED,
        Category.WATCH,
    }
)
"""Papers, tests, and what is only watched for."""

_WORDS: Final = {
    "critical": Priority.HIGH,
    "emergency": Priority.HIGH,
    "h": Priority.HIGH,
    "high": Priority.HIGH,
    "highest": Priority.HIGH,
    "immediate": Priority.HIGH,
    "urgent": Priority.HIGH,
    "l": Priority.LOW,
    "low": Priority.LOW,
    "lowest": Priority.LOW,
    "m": Priority.NORMAL,
    "medium": Priority.NORMAL,
    "normal": Priority.NORMAL,
    "routine": Priority.NORMAL,
}
"""What lists call their priorities. Numbers are no words: with some 1 is the highest, with others 100."""


_UNSET: Final[Mapping[Category, Priority]] = MappingProxyType({})


def priority_of(
    category: Category, listed: str | None = None, chosen: Mapping[Category, Priority] = _UNSET
) -> Priority:
    """Return how urgent an entry is: as its category is, or as its list says where that is more.

    Args:
        category: What the plate is listed for.
        listed: The list's own priority, in its words; it raises, and never takes away.
        chosen: What the agency has set for categories (`alerts.priorities`); the others are as they are.
    """
    usual = Priority.HIGH if category in _HIGH else Priority.LOW if category in _LOW else Priority.NORMAL
    own = chosen.get(category, usual)
    said = _WORDS.get((listed or "").strip().casefold(), own)
    return min(own, said, key=_RANK.__getitem__)


def is_done(life: Life) -> bool:
    """Return whether nothing is to be done about an alert any more: closed, rejected, or taken back."""
    return life.is_canceled or life.standing in (Standing.CLOSED, Standing.REJECTED)


def order_of(alert: Alert, life: Life, priority: Priority) -> str:
    """Return where an alert stands on a board, as text that sorts: what is to be done first, the most urgent first.

    Of two alike the newer one comes first. A historical alert, whose vehicle need not be here any more, comes after
    the others of its priority.

    Args:
        alert: The newest message about the vehicle.
        life: What stands.
        priority: How urgent it is.
    """
    age = int((_FAR - alert.read.captured_at).total_seconds() * 1000)
    return (
        f"{int(is_done(life))}{_RANK[priority]}{int(alert.historical)}{_TIERS[alert.hit.tier]}"
        f"-{max(0, age):017d}-{alert.read.read_id}"
    )


_FAR: Final = datetime(9999, 1, 1, tzinfo=UTC)
