"""Versions of a list as an import writes them, and what the database says about them."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

from schemas.types import HotlistEntry
from storage.database import Database
from storage.hotlist_edits import HotlistEdits
from storage.hotlist_import import ImportCounts, begin_import
from tests.integration.storage_samples import START


class VersionRow(NamedTuple):
    """A row of `hotlist_versions`."""

    version_id: int
    source: str
    kind: str
    as_of: Any
    entries: int
    added: int
    removed: int
    changed: int
    made_by: str | None
    reason: str | None


def version_rows(database: Database, hotlist_id: str) -> list[VersionRow]:
    """The versions of a list, oldest first."""
    statement = (
        "select version_id, source, kind, as_of, entries, added, removed, changed, made_by, reason "
        "from hotlist_versions where hotlist_id = %s order by version_id"
    )
    with database.connection() as connection:
        return [VersionRow(*row) for row in connection.execute(statement, (hotlist_id,))]


def active_version(database: Database, hotlist_id: str) -> int | None:
    """The number of a list's active version."""
    with database.connection() as connection:
        row = connection.execute("select active_version from hotlists where hotlist_id = %s", (hotlist_id,)).fetchone()
    return None if row is None else row[0]


def import_version(database: Database, entries: Sequence[HotlistEntry], hotlist_id: str = "ncic") -> int:
    """Make these entries, but for withdrawn ones, the list's active version, as an import of a file does.

    Rows count as unchanged when their plate and instructions are those of the version before.
    """
    withdrawn = HotlistEdits(database).withdrawn(hotlist_id)
    wanted = {entry.entry_id: entry for entry in entries if entry.entry_id not in withdrawn}
    with begin_import(database, hotlist_id, source="ncic", file_name="extract.txt") as version:
        digests = {key: _digest(entry) for key, entry in wanted.items()}
        known = version.known_rows()
        before = {
            _uuid(entry_id): f"{int(high):016x}{int(low):016x}"
            for (high, low), entry_id in zip(known.digests, known.entry_ids, strict=True)
        }
        new = [key for key in wanted if before.get(key) != digests[key]]
        with version.writing() as write:
            for key in new:
                write(wanted[key], digests[key])
        retired = [key for key in before if key not in wanted or before[key] != digests[key]]
        changed = sum(key in before for key in new)
        counts = ImportCounts(len(entries), len(wanted), len(new) - changed, len(retired) - changed, changed, 0)
        version.finish(b"".join(key.bytes for key in retired), counts, rejected=0, file_sha256="00ff", as_of=START)
        return version.version_id


def _digest(entry: HotlistEntry) -> str:
    return blake2b(repr((entry.plate, entry.jurisdiction, entry.instructions)).encode(), digest_size=16).hexdigest()


def _uuid(halves: Any) -> UUID:
    high, low = halves
    return UUID(int=int(high) << 64 | int(low))
