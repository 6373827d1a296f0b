"""Every category that a plate may be listed for: how much it presses, and whether the law lets it notify here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.cards.urgency import priority_of
from policy.decisions import open_policy
from policy.facts import Fact
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.settings import Settings
from schemas.types import Category, Priority
from storage.audit.writer import write_audit
from storage.database import Database
from storage.hotlists.history import HotlistHistory


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """A category here.

    `is_own_priority` says that the agency has set its priority, `decided_by` whether the law or the agency decides that
    it notifies or stays silent, and `law` is the law's statement with citation, date and confidence. `entries` is how
    many active entries are of it.
    """

    category: Category
    priority: Priority
    is_own_priority: bool
    notifies: bool
    reason: str
    decided_by: str
    law: Fact
    entries: int | None = None

    @property
    def words(self) -> str:
        """Its name in words."""
        return self.category.value.replace("_", " ")


def taxonomy(settings: Settings, entries: Mapping[Category, int] | None = None) -> list[CategoryRule]:
    """Return every category, what notifies first, the most urgent before the others.

    Args:
        settings: The configuration: the law profile, what the agency decided, priorities.
        entries: How many active entries each has, where that is known.

    Raises:
        ConfigurationError: The law profile cannot be used.
    """
    policy = open_policy(settings)
    law, own = policy.profile.notify, policy.own
    ranks = list(Priority)
    found = [
        CategoryRule(
            category,
            priority_of(category, None, settings.alerts.priorities),
            category in settings.alerts.priorities,
            policy.may_notify(category),
            policy.notify_reason(category),
            "this agency"
            if category in own.never_notify or (category in own.also_notify and not law.permits(category))
            else "the law",
            law,
            None if entries is None else entries.get(category, 0),
        )
        for category in Category
    ]
    return sorted(found, key=lambda rule: (not rule.notifies, ranks.index(rule.priority), rule.category.value))


def view_taxonomy(actor: Actor, database: Database, settings: Settings) -> list[CategoryRule]:
    """Return every category with how many active entries it has; as `taxonomy`.

    Args:
        actor: Who looks.
        database: An open database.
        settings: The configuration.

    Raises:
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.VIEW_LISTS, {"categories": True})
    found = taxonomy(settings, HotlistHistory(database).count_by_category())
    write_audit(database, record, len(found))
    return found
