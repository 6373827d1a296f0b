"""Single entries of hotlists: added to a local list, taken out of force on any list, and brought back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from schemas.audit import AuditRecord
from schemas.errors import InvalidInput
from schemas.plates import canonical_plate
from schemas.types import HotlistEntry
from storage import statements
from storage.audit.writer import write_audit
from storage.database import Connection, Database
from storage.hotlists.entry_rows import copy_block, entry_row
from storage.sql import load_queries
from storage.values import storable, vehicle_json

_SQL = load_queries("hotlists/edits", "hotlists/new_version", "hotlists/entries")
LOCAL = "local"
"""Source of the lists that people write entry by entry."""
_KIND = {"kind": "edit", "file_name": "single entry", "restored_version": None}


@dataclass(frozen=True, slots=True)
class RestoreOutcome:
    """How many withdrawals were lifted, and how many of these entries are in force again already.

    The others come back with the next version of their list that holds them: a file was imported since, and only it
    can say whether the source still has them.
    """

    lifted: int
    active: int


class HotlistEdits:
    """Changes of single entries. Every change is a version of its list, in one transaction.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        hotlist_id: str,
        entries: Sequence[HotlistEntry],
        *,
        by: str,
        reason: str,
        audit: AuditRecord | None = None,
    ) -> int:
        """Add entries to a local list, or change those that it has; a withdrawal of one of them is lifted.

        Args:
            hotlist_id: The list; made when it is new.
            entries: The entries; of one that comes twice the last counts.
            by: Who adds them.
            reason: Why.
            audit: The action, written down with the change.

        Returns:
            The list's version that has them; when nothing changes, the active one.

        Raises:
            InvalidInput: The list comes from files, or an entry belongs to another list or cannot be stored.
            DatabaseUnavailable: Nothing was changed.
        """
        if not entries:
            raise InvalidInput(f"no entries to add to list '{hotlist_id}'")
        wanted = {entry.entry_id: entry for entry in entries}
        for entry in wanted.values():
            if entry.hotlist_id != hotlist_id:
                raise InvalidInput(f"entry of list '{entry.hotlist_id}' in an edit of '{hotlist_id}'")
        values: dict[str, Any] = {"hotlist_id": hotlist_id, "layout": LOCAL, "as_of": datetime.now(UTC)}
        with self._database.transaction() as connection:
            statements.execute(connection, _SQL["make_list"], values)
            edit = _Edit(connection, values, by=by, reason=reason)
            edit.refuse_imported()
            lifted = edit.lift(wanted)
            known = edit.digests(wanted)
            new = {key: entry for key, entry in wanted.items() if key in lifted or known.get(key) != _digest(entry)}
            if not new and edit.old_version is not None:
                write_audit(connection, audit, 0, version=edit.old_version)
                return edit.old_version
            edit.begin()
            edit.retire([key for key in new if key in known])
            edit.insert(list(new.values()))
            version = edit.finish(changed=len(new.keys() & known.keys()))
            write_audit(connection, audit, len(new), version=version)
        return version

    def withdraw(self, entry_ids: Sequence[UUID], *, by: str, reason: str, audit: AuditRecord | None = None) -> int:
        """Take entries of any lists out of force; later files that still have them do not bring them back.

        They are withdrawn at once for whoever follows the lists; the lists' new versions wait for imports that are
        under way.

        Args:
            entry_ids: The entries; those that are not active are left as they are.
            by: Who withdraws them.
            reason: Why.
            audit: The action, written down with what takes them out of force.

        Returns:
            How many were active and are not any more.

        Raises:
            DatabaseUnavailable: Do it again.
        """
        values = {"entry_ids": list(entry_ids), "made_by": storable(by), "reason": storable(reason)}
        with self._database.transaction() as connection:
            statements.execute(connection, _SQL["lock_withdrawals"])
            remembered = statements.execute(connection, _SQL["remember_withdrawals"], values)
            if remembered:
                statements.execute(connection, _SQL["grow_revision"])
            write_audit(connection, audit, remembered)
        count = 0
        with self._database.transaction() as connection:
            # In the order of their names, so that two edits of several lists do not wait for one another.
            for hotlist_id in _lists(connection, "lists_of", entry_ids):
                edit = _Edit(connection, {"hotlist_id": hotlist_id}, by=by, reason=reason)
                if edit.old_version is None or not edit.digests(entry_ids):
                    continue
                edit.begin()
                count += edit.retire(entry_ids)
                edit.finish()
        return count

    def restore(
        self, entry_ids: Sequence[UUID], *, by: str, reason: str, audit: AuditRecord | None = None
    ) -> RestoreOutcome:
        """Lift withdrawals. What no file has been imported over since is in force again at once, as it was.

        Args:
            entry_ids: The entries; those that are not withdrawn are left as they are.
            by: Who restores them.
            reason: Why.
            audit: The action, written down with the change.

        Returns:
            The counts.

        Raises:
            DatabaseUnavailable: Nothing was changed.
        """
        lifted = active = 0
        with self._database.transaction() as connection:
            for hotlist_id in _lists(connection, "lists_of_withdrawn", entry_ids):
                edit = _Edit(connection, {"hotlist_id": hotlist_id}, by=by, reason=reason)
                found = edit.lift(entry_ids)
                lifted += len(found)
                if edit.old_version is None:
                    continue
                edit.begin()
                # A withdrawal that was interrupted left them active, but whoever follows the lists has dropped them.
                edit.retire(found)
                restored = edit.put_back(found)
                active += restored
                if restored:
                    edit.finish()
                else:
                    edit.execute("delete_version")
            write_audit(connection, audit, lifted, active=active)
        return RestoreOutcome(lifted, active)

    def withdrawn_by(self, hotlist_id: str, by: str) -> list[UUID]:
        """Return the entries of a list that somebody took out of force.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        values = {"hotlist_id": hotlist_id, "made_by": storable(by)}
        return statements.scalars(self._database, _SQL["withdrawn_by"], values, kind=UUID)

    def find(
        self,
        plate: str | None = None,
        case_number: str | None = None,
        source_entry_id: str | None = None,
        hotlist_id: str | None = None,
        *,
        entry_id: UUID | None = None,
        withdrawn: bool = False,
    ) -> list[HotlistEntry]:
        """Return the active entries that have everything that is given, by list and plate.

        Args:
            plate: Plate text in any spelling (O and 0 are equal); a `?` stands for itself.
            case_number: Case number, in any case.
            source_entry_id: The source's own id (NCIC: NIC), in any case.
            hotlist_id: The list.
            entry_id: The entry.
            withdrawn: Look among the withdrawn entries instead.

        Raises:
            InvalidInput: Nothing is given but the list.
        """
        if not (plate or case_number or source_entry_id or entry_id):
            raise InvalidInput("give a plate, a case number, the source's id or the entry's id to find entries by")
        canonical = canonical_plate(plate) if plate else None
        values = {
            "plate": canonical,
            "case_number": case_number,
            "source_entry_id": source_entry_id,
            "hotlist_id": hotlist_id,
            "entry_id": entry_id,
        }
        statement = _SQL["find_withdrawn" if withdrawn else "find"]
        found = statements.all(self._database, statement, values, row=entry_row)
        return [entry for entry in found if canonical is None or canonical_plate(entry.plate) == canonical]


class _Edit:
    """One new version of a list whose lock this transaction holds."""

    def __init__(self, connection: Connection, values: dict[str, Any], *, by: str, reason: str) -> None:
        self._connection = connection
        self._values = values | _KIND | {"made_by": storable(by), "reason": storable(reason)}
        self._inserted = self._retired = 0
        self.old_version = statements.scalar(connection, _SQL["lock_list"], self._values, kind=int)
        self._values["old_version"] = self.old_version

    def execute(self, statement: str, entry_ids: Iterable[UUID] = ()) -> int:
        return statements.execute(self._connection, _SQL[statement], self._of(entry_ids))

    def _of(self, entry_ids: Iterable[UUID]) -> dict[str, Any]:
        return self._values | {"entry_ids": list(entry_ids)}

    def lift(self, entry_ids: Iterable[UUID]) -> list[UUID]:
        """Lift withdrawals; return which there were."""
        return statements.scalars(self._connection, _SQL["forget_withdrawals"], self._of(entry_ids), kind=UUID)

    def digests(self, entry_ids: Iterable[UUID]) -> dict[UUID, UUID]:
        """Return what tells the content of those entries that are active."""
        return dict(statements.all(self._connection, _SQL["digests"], self._of(entry_ids)))

    def refuse_imported(self) -> None:
        layout = statements.scalar(self._connection, _SQL["newest_layout"], self._values, kind=str)
        if layout not in (None, LOCAL):
            raise InvalidInput(
                f"list '{self._values['hotlist_id']}' is imported from files (layout {layout}); add single entries to "
                "a list of their own"
            )

    def begin(self) -> None:
        """Number the version. A list keeps its layout and the date of its content, unless they are given."""
        if "layout" not in self._values:
            self._values |= statements.one(self._connection, _SQL["active_layout"], self._values, row=dict_row) or {}
            if self._values["layout"] == LOCAL:
                self._values["as_of"] = datetime.now(UTC)
        made = statements.scalar(self._connection, _SQL["make_version"], self._values, kind=int)
        self._values["version_id"] = made

    def retire(self, entry_ids: Sequence[UUID]) -> int:
        count = self.execute("retire", entry_ids)
        self._retired += count
        return count

    def insert(self, entries: Sequence[HotlistEntry]) -> None:
        if statements.scalar(self._connection, _SQL["make_partition"], self._values, kind=bool):
            self.execute("attach_partition")
        block = copy_block([(entry, _digest(entry).hex) for entry in entries], self._values["version_id"])
        with self._connection.cursor() as cursor, cursor.copy(_SQL["copy_entries"]) as copy:
            copy.write(block)
        self._inserted += len(entries)

    def put_back(self, entry_ids: Sequence[UUID]) -> int:
        count = self.execute("put_back", entry_ids)
        self._inserted += count
        return count

    def finish(self, changed: int = 0) -> int:
        self._values |= {"inserted": self._inserted, "retired": self._retired, "changed": changed}
        for statement in ("finish_version", "set_active", "grow_revision"):
            self.execute(statement)
        return int(self._values["version_id"])


def _lists(connection: Connection, statement: str, entry_ids: Sequence[UUID]) -> list[str]:
    return statements.scalars(connection, _SQL[statement], {"entry_ids": list(entry_ids)}, kind=str)


def _digest(entry: HotlistEntry) -> UUID:
    """Return what tells an entry's content; entries made by hand have no row whose text could."""
    content = entry._replace(source_line=None, raw=None, vehicle=None)
    # In UTC, whoever gives them: the digest of what is stored is the same.
    moments = [str(moment and moment.astimezone(UTC)) for moment in (entry.valid_from, entry.valid_until)]
    parts = [*map(str, content[:12]), *moments, content.extra, vehicle_json(entry.vehicle)]
    return UUID(bytes=hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).digest())
