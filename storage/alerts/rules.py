"""The rules by which alerts go to channels: what they say, whether they were tried, and whether they are on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row

from schemas.audit import AuditRecord
from storage import statements
from storage.audit.writer import write_audit
from storage.database import Connection, Database
from storage.sql import load_queries
from storage.values import jsonb, optional, storable

_SQL = load_queries("alerts/rules")


@dataclass(frozen=True, slots=True)
class StoredRule:
    """A rule as it is stored. `tried_at` is when what it says now was tried; `untried_reason` why it is on without."""

    name: str
    definition: dict[str, Any]
    digest: str
    added_at: datetime
    added_by: str
    tried_at: datetime | None
    tried_by: str | None
    is_on: bool
    switched_at: datetime | None
    switched_by: str | None
    untried_reason: str | None


class RuleBook:
    """The stored rules.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, audit: AuditRecord | None = None) -> list[StoredRule]:
        """Return every rule by name; the look is written down.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        with self._database.transaction() as connection:
            found = stored_rules(connection)
            write_audit(connection, audit, len(found))
        return found

    def save(
        self, rules: dict[str, tuple[dict[str, Any], str]], by: str, now: datetime, audit: AuditRecord | None
    ) -> list[str]:
        """Store rules; one that says something new is off, and untried.

        Args:
            rules: By name, what each says and its digest.
            by: Who adds them.
            now: The time, aware.
            audit: The action, written down with it.

        Returns:
            The names of those that say something new.
        """
        changed = []
        with self._database.transaction() as connection:
            for name, (definition, digest) in rules.items():
                values = {
                    "name": name,
                    "definition": jsonb(definition),
                    "digest": digest,
                    "now": now,
                    "by": storable(by),
                }
                if statements.execute(connection, _SQL["save"], values):
                    changed.append(name)
            write_audit(connection, audit, len(changed), changed=changed)
        return changed

    def note_trial(self, name: str, digest: str, by: str, now: datetime, audit: AuditRecord, results: int) -> bool:
        """Note that what a rule says was tried; return whether it says that still."""
        values = {"name": name, "digest": digest, "by": storable(by), "now": now}
        with self._database.transaction() as connection:
            noted = statements.execute(connection, _SQL["note_trial"], values) > 0
            write_audit(connection, audit, results)
        return noted

    def switch(
        self, name: str, *, on: bool, by: str, now: datetime, reason: str | None, audit: AuditRecord | None
    ) -> bool:
        """Switch a rule on or off; return whether it was the other way."""
        values = {"name": name, "is_on": on, "by": storable(by), "now": now, "reason": optional(reason)}
        with self._database.transaction() as connection:
            if not statements.execute(connection, _SQL["switch"], values):
                return False
            write_audit(connection, audit)
        return True

    def remove(self, name: str, audit: AuditRecord) -> bool:
        """Delete a rule; return whether there was one. What it planned is sent still."""
        with self._database.transaction() as connection:
            if not statements.execute(connection, _SQL["remove"], {"name": name}):
                return False
            write_audit(connection, audit)
        return True

    def raised_since(self, since: datetime) -> Iterator[tuple[int, dict[str, Any]]]:
        """Return the alerts (no updates, no cancels) that were raised since a time, with their numbers, oldest first.

        Args:
            since: Aware.
        """
        yield from statements.all(self._database, _SQL["raised_since"], {"since": since})


def stored_rules(connection: Connection) -> list[StoredRule]:
    """Return every rule by name, within the caller's transaction."""
    return statements.all(connection, _SQL["all"], {}, row=class_row(StoredRule))
