"""Versions of a list after they were made: going back to one, taking a list out of force, and those that are held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row, dict_row

from schemas.audit import AuditRecord
from schemas.errors import InvalidInput
from storage import statements
from storage.audit.writer import write_audit
from storage.database import Connection, Database
from storage.sql import load_queries
from storage.values import optional, storable

_SQL = load_queries("hotlists/versions", "hotlists/new_version", "hotlists/entries")


@dataclass(frozen=True, slots=True)
class VersionSummary:
    """One version of a list, past or in force.

    `kind` is import, edit or rollback; `made_by` who made it and `reason` why, where a person had to say so;
    `restored_version` is the version that a rollback brought back.
    """

    version_id: int
    kind: str
    layout: str
    file_name: str
    as_of: datetime | None
    activated_at: datetime
    entries: int
    added: int
    changed: int
    removed: int
    rejected: int
    made_by: str | None
    reason: str | None
    restored_version: int | None
    is_active: bool


@dataclass(frozen=True, slots=True)
class RollbackOutcome:
    """What a rollback did: `version_id` is the new version that has the content of `restored_version`."""

    version_id: int
    restored_version: int
    total: int
    added: int
    removed: int


class HotlistVersions:
    """The history of the lists.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_list(self, hotlist_id: str, limit: int = 50) -> list[VersionSummary]:
        """Return a list's versions, the latest first."""
        values = {"hotlist_id": hotlist_id, "limit": limit}
        return statements.all(self._database, _SQL["versions"], values, row=class_row(VersionSummary))

    def rollback(
        self,
        hotlist_id: str,
        *,
        made_by: str,
        reason: str,
        to_version: int | None = None,
        audit: AuditRecord | None = None,
    ) -> RollbackOutcome:
        """Make an earlier version's content active again, as a version of its own.

        Entries that were withdrawn by a person since stay withdrawn.

        Args:
            hotlist_id: The list.
            made_by: Who does it.
            reason: Why.
            to_version: The version; None: the one before the active one.
            audit: The action, written down with the change.

        Raises:
            InvalidInput: There is no such list or version, it is active, or it is not kept as a whole any more.
        """
        values: dict[str, Any] = {"hotlist_id": hotlist_id}
        with self._database.transaction() as connection:
            values["old_version"] = active = _locked(connection, values)
            if active is None:
                raise InvalidInput(f"no active list is named '{hotlist_id}'")
            target = to_version
            if target is None:
                target = statements.scalar(connection, _SQL["version_before"], values, kind=int)
            if target is None:
                raise InvalidInput(f"the list '{hotlist_id}' has no version before the active one ({active})")
            values["restored_version"] = target
            version = self._check(connection, values)
            values |= version | {"kind": "rollback", "made_by": optional(made_by), "reason": optional(reason)}
            values["version_id"] = statements.scalar(connection, _SQL["make_version"], values, kind=int)
            values["removed"] = statements.execute(connection, _SQL["retire_later"], values)
            values["added"] = statements.execute(connection, _SQL["restore"], values)
            values["total"] = statements.scalar(connection, _SQL["count_active"], values, kind=int)
            for statement in (_SQL["finish"], _SQL["set_active"], _SQL["grow_revision"]):
                statements.execute(connection, statement, values)
            write_audit(connection, audit, values["total"], version=values["version_id"], restored_version=target)
        return RollbackOutcome(values["version_id"], target, values["total"], values["added"], values["removed"])

    def _check(self, connection: Connection, values: dict[str, Any]) -> dict[str, Any]:
        hotlist_id, target = values["hotlist_id"], values["restored_version"]
        version = statements.one(connection, _SQL["version"], values | {"version_id": target}, row=dict_row)
        if version is None or target > values["old_version"]:
            raise InvalidInput(f"the list '{hotlist_id}' has no version {target} before the active one")
        if target == values["old_version"]:
            raise InvalidInput(f"version {target} of the list '{hotlist_id}' is active already")
        entries = version.pop("entries")
        kept = statements.scalar(connection, _SQL["count_kept"], values, kind=int) or 0
        if kept < entries:
            raise InvalidInput(
                f"of the {entries} entries of version {target} only {kept} are kept: retention ended the others. "
                "Import its file again"
            )
        return version

    def remove(self, hotlist_id: str, *, audit: AuditRecord | None = None) -> bool:
        """Take a list out of force; its history stays until retention ends it.

        Args:
            hotlist_id: The list.
            audit: The action, written down with the change.

        Returns:
            False when there is no such active list.
        """
        values: dict[str, Any] = {"hotlist_id": hotlist_id, "version_id": None}
        with self._database.transaction() as connection:
            values["old_version"] = _locked(connection, values)
            if values["old_version"] is None:
                return False
            retired = statements.execute(connection, _SQL["retire_all"], values)
            for statement in ("set_active", "resolve_holds", "grow_revision"):
                statements.execute(connection, _SQL[statement], values)
            write_audit(connection, audit, retired)
        return True

    def hold(
        self,
        hotlist_id: str,
        *,
        layout: str,
        file_name: str,
        file_sha256: str,
        as_of: datetime | None,
        reason: str,
        audit: AuditRecord | None = None,
    ) -> None:
        """Note that a version waits for a person; the same file is noted once.

        Args:
            hotlist_id: The list, which may be new.
            layout: Its layout.
            file_name: The file.
            file_sha256: Its digest, in hexadecimal.
            as_of: Date of its content.
            reason: Why, in words.
            audit: The import, written down with it as held.
        """
        values = {
            "hotlist_id": hotlist_id,
            "layout": layout,
            "file_name": storable(file_name),
            "file_sha256": file_sha256,
            "as_of": as_of,
            "reason": storable(reason),
        }
        with self._database.transaction() as connection:
            statements.execute(connection, _SQL["hold"], values)
            write_audit(connection, audit, outcome="held", why_held=reason)


def _locked(connection: Connection, values: dict[str, Any]) -> int | None:
    return statements.scalar(connection, _SQL["lock_list"], values, kind=int)
