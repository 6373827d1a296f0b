"""What was received of one hotlist that another agency gives: its entries, its terms, and how far was read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from schemas.events import ReceivedListPart
from storage.spool.sqlite_file import SqliteFile

VERSION = 1
_SCHEMA = """
create table standing (only_one integer primary key check (only_one = 1), value text not null);
create table offsets (partition integer primary key, next_offset integer not null);
create table entries (entry_id text primary key, body text not null) without rowid;
create table pending (entry_id text primary key, body text not null) without rowid;
create table removed (entry_id text primary key) without rowid;
create table withdrawn (entry_id text primary key) without rowid
"""


@dataclass(frozen=True, slots=True)
class ListStanding:
    """What stands of the list.

    `edition` is the one that is here as a whole; None: none yet. `marks` counts the withdrawals since. `ended` says why
    it is given no more. `headers` are those of the last message that counted, `published_at` when that was published.
    What is under way: `pending`, its `kind` and `parts`, and how many entries (`given`) came.
    """

    edition: int | None = None
    marks: int = 0
    agreement_version: int | None = None
    as_of: str | None = None
    published_at: str | None = None
    ended: str | None = None
    headers: dict[str, str] | None = None
    pending: int | None = None
    kind: str = ""
    parts: int = 0
    given: int = 0


class ReceivedList:
    """One list's memory, a SQLite file that a crash cannot damage. For one thread.

    Args:
        path: The file; made when absent.

    Raises:
        ConfigurationError: It cannot be opened.
        StorageFull: The disk is full.
    """

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path, _SCHEMA, VERSION)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def standing(self) -> ListStanding:
        """Return what stands."""
        with self._file.translated():
            row = self._file.execute("select value from standing").fetchone()
        return ListStanding() if row is None else ListStanding(**json.loads(row[0]))

    def offsets(self) -> dict[int, int]:
        """Return by partition where to go on reading."""
        with self._file.translated():
            return dict(self._file.execute("select partition, next_offset from offsets").fetchall())

    def take(
        self, partition: int, offset: int, part: ReceivedListPart | None, headers: Mapping[str, str]
    ) -> str | None:
        """Take a message in, and note that it was read, in one.

        Args:
            partition: Where it stood.
            offset: The same.
            part: The message; None: one that does not count here.
            headers: Its headers.

        Returns:
            Why it changes nothing, or None.
        """
        with self._file.translated(), self._file.transaction():
            self._file.execute(
                "insert into offsets values (?, ?) "
                "on conflict (partition) do update set next_offset = excluded.next_offset",
                (partition, offset + 1),
            )
            return None if part is None else self._take(part, dict(headers))

    def forget(self, why: str, *, from_the_beginning: bool = False) -> None:
        """Delete every entry: the list is not ours to use any more.

        Args:
            why: In words.
            from_the_beginning: Read the topic anew once that can be: what lies there counts again.
        """
        with self._file.translated(), self._file.transaction():
            if from_the_beginning:
                self._file.execute("delete from offsets")
                self._forget(ListStanding(ended=why))
            else:
                self._forget(replace(self._standing(), ended=why))

    def entries(self) -> Iterator[tuple[str, str]]:
        """Yield the entries: id at the owner's, and the entry as JSON; in the order of their ids."""
        with self._file.translated():
            yield from self._file.execute("select entry_id, body from entries order by entry_id")

    def count(self) -> int:
        """Return how many entries there are."""
        with self._file.translated():
            return int(self._file.execute("select count(*) from entries").fetchone()[0])

    def withdrawn(self) -> list[str]:
        """Return the entries that were withdrawn and did not come back, which nobody has dealt with yet."""
        with self._file.translated():
            return [entry_id for (entry_id,) in self._file.execute("select entry_id from withdrawn order by entry_id")]

    def deal_with_withdrawn(self) -> None:
        """Note that those were dealt with."""
        with self._file.translated(), self._file.transaction():
            self._file.execute("delete from withdrawn")

    def holds(self, entry_id: str) -> bool:
        """Return whether an entry is there."""
        with self._file.translated():
            return self._file.execute("select 1 from entries where entry_id = ?", (entry_id,)).fetchone() is not None

    def _standing(self) -> ListStanding:
        row = self._file.execute("select value from standing").fetchone()
        return ListStanding() if row is None else ListStanding(**json.loads(row[0]))

    def _put(self, standing: ListStanding) -> None:
        value = json.dumps(asdict(standing))
        self._file.execute(
            "insert into standing values (1, ?) on conflict (only_one) do update set value = excluded.value", (value,)
        )

    def _take(self, part: ReceivedListPart, headers: dict[str, str]) -> str | None:
        standing = self._standing()
        if standing.edition is not None and part.edition <= standing.edition:
            return f"it is of edition {part.edition}, and edition {standing.edition} is here"
        heard = replace(standing, headers=headers, published_at=part.published_at.isoformat())
        if part.kind == "end":
            self._forget(replace(heard, edition=part.edition, ended=part.reason or "its owner ended it"))
            return None
        if part.kind == "withdrawal":
            self._withdraw(heard, part)
            return None
        if part.kind == "change" and (part.base != standing.edition or standing.ended is not None):
            here = "nothing" if standing.ended is not None else f"edition {standing.edition}"
            return f"it changes edition {part.base}, and {here} is here"
        return self._part(heard, part)

    def _forget(self, standing: ListStanding) -> None:
        self._file.execute("delete from entries")
        self._file.execute("delete from pending")
        self._file.execute("delete from removed")
        self._file.execute("delete from withdrawn")
        self._put(replace(standing, pending=None))

    def _withdraw(self, heard: ListStanding, part: ReceivedListPart) -> None:
        rows = [(str(one),) for one in part.removed]
        self._file.executemany("delete from entries where entry_id = ?", rows)
        self._file.executemany("delete from pending where entry_id = ?", rows)
        self._file.executemany("insert into withdrawn values (?) on conflict do nothing", rows)
        self._put(replace(heard, marks=heard.marks + 1))

    def _part(self, heard: ListStanding, part: ReceivedListPart) -> str | None:
        """Keep a part of a snapshot or a change beside what is here, which the last part replaces or changes."""
        if part.part == 1 and (heard.pending is None or part.edition > heard.pending):
            self._file.execute("delete from pending")
            self._file.execute("delete from removed")
            heard = replace(heard, pending=part.edition, kind=part.kind, parts=0, given=0)
        if heard.pending != part.edition or heard.kind != part.kind or part.part > heard.parts + 1:
            return f"it is part {part.part} of edition {part.edition}, whose parts before are missing"
        if part.part <= heard.parts:
            return f"it is part {part.part} of edition {part.edition}, which is here"
        bodies = [(_id_of(entry), _text(entry)) for entry in part.entries]
        self._file.executemany(
            "insert into pending values (?, ?) on conflict (entry_id) do update set body = excluded.body", bodies
        )
        removed = [(str(one),) for one in part.removed]
        self._file.executemany("insert into removed values (?) on conflict do nothing", removed)
        heard = replace(heard, parts=part.part, given=heard.given + len(part.entries))
        if not part.is_last:
            self._put(heard)
            return None
        return self._whole(heard, part)

    def _whole(self, heard: ListStanding, part: ReceivedListPart) -> str | None:
        if part.total is not None and part.total != heard.given:
            self._put(replace(heard, pending=None))
            return f"edition {part.edition} has {part.total} entries, and {heard.given} came"
        if part.kind == "snapshot":
            self._file.execute("delete from entries")
        self._file.execute("delete from entries where entry_id in (select entry_id from removed)")
        self._file.execute("delete from withdrawn where entry_id in (select entry_id from pending)")
        self._file.execute(
            "insert into entries select * from pending where true "
            "on conflict (entry_id) do update set body = excluded.body"
        )
        self._file.execute("delete from pending")
        self._file.execute("delete from removed")
        self._put(
            replace(
                heard,
                edition=part.edition,
                marks=0,
                agreement_version=part.agreement_version,
                as_of=None if part.as_of is None else part.as_of.isoformat(),
                ended=None,
                pending=None,
            )
        )
        return None


def _id_of(entry: Mapping[str, Any]) -> str:
    named = str(entry.get("entry_id") or "").lower()
    # One without an id is no entry, which whoever reads it says; it is kept apart from the others.
    return named or f"none {hashlib.sha256(_text(entry).encode()).hexdigest()}"


def _text(entry: Mapping[str, Any]) -> str:
    # Always the same text for the same entry: a row that did not change is not read again.
    return json.dumps(entry, sort_keys=True, separators=(",", ":"))
