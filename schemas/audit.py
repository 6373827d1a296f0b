"""What the audit keeps of an action, before it is written down."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from schemas.actor import Actor


class Action(StrEnum):
    """What somebody did."""

    IMPORT = "import"
    ADD = "add"
    WITHDRAW = "withdraw"
    RESTORE = "restore"
    ROLL_BACK = "roll_back"
    REMOVE = "remove"
    PULL = "pull"
    VIEW_LISTS = "view_lists"
    VIEW_VERSIONS = "view_versions"
    VIEW_ENTRIES = "view_entries"
    VIEW_REJECTS = "view_rejects"
    SEARCH = "search"
    HISTORICAL = "historical"
    VIEW_ALERTS = "view_alerts"
    VIEW_ALARMS = "view_alarms"
    ACKNOWLEDGE_ALARM = "acknowledge_alarm"
    SETTINGS_CHANGED = "settings_changed"


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One action as it will stand in the audit.

    `details` is what was asked and what came of it, by name: text, numbers, times, ids, and lists or mappings of them;
    None means that it was not asked. `results` is how many things were found, shown or changed, where that is counted.
    """

    actor: Actor
    action: Action
    details: Mapping[str, Any] = field(default_factory=dict)
    purpose: str | None = None
    case_number: str | None = None
    results: int | None = None

    def having(self, results: int | None = None, **details: Any) -> AuditRecord:
        """Return the record with what is known by now.

        Args:
            results: How many; None: as it was.
            details: More of them, or others in their place.
        """
        return dataclasses.replace(
            self, details={**self.details, **details}, results=self.results if results is None else results
        )
