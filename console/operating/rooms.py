"""The pages of operations, as whoever looks may see them."""

from __future__ import annotations

from console.navigation import Entry
from console.visitors import Visitor
from schemas.actions import Action
from schemas.permissions import may

ROOMS = (
    Entry("Status", "/operations", Action.VIEW_STATUS),
    Entry("Alarms", "/operations/alarms", Action.VIEW_ALARMS),
    Entry("Quarantine", "/operations/quarantine", Action.VIEW_QUARANTINE),
    Entry("Deliveries", "/operations/deliveries", Action.VIEW_DELIVERIES),
    Entry("Held alerts", "/operations/held", Action.VIEW_HELD),
    Entry("Rules", "/operations/rules", Action.VIEW_RULES),
)


def rooms_for(visitor: Visitor) -> list[Entry]:
    """Return where somebody may go."""
    return [room for room in ROOMS if may(visitor.actor, room.action)]


def shown(count: int, one: str, many: str) -> str:
    """Return how many there are, in words."""
    return f"1 {one}" if count == 1 else f"{count} {many}"
