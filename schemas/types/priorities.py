"""How much an alert presses."""

from __future__ import annotations

from enum import StrEnum


class Priority(StrEnum):
    """How much an alert presses; each has a tone of its own, and that of `high` cannot be muted."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"
