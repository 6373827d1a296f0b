"""What people of other agencies said of alerts on entries that they were given, and what came of each message."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from schemas.types import HotlistEntry
from storage import statements
from storage.database import Connection, Database
from storage.hotlists.entry_rows import entry_row
from storage.sql import load_queries
from storage.values import jsonb, optional, storable

_SQL = load_queries("sharing/foreign", "hotlists/entries")
MOST_TO_WITHDRAW = 500


@dataclass(frozen=True, slots=True)
class ForeignDisposition:
    """One, as its agency said it. `words` say what stood of the alert with it, for people."""

    disposition_id: UUID
    agreement_id: str
    version: int
    member_id: str
    member_name: str
    hotlist_id: str
    entry_id: UUID
    alert_id: UUID
    number: int
    kind: str
    said_at: datetime
    person: str
    standing: str
    rejection: str | None
    outcome: str | None
    record_answer: str | None
    is_canceled: bool
    words: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class KnownDisposition:
    """What tells one that is here from another one."""

    disposition_id: UUID
    member_id: str
    alert_id: UUID
    number: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class RefusedDisposition:
    """A message that was not taken in, with the reason; the same came `times` times."""

    refusal_number: int
    agreement_id: str
    member_id: str
    member_name: str
    topic: str
    received_at: datetime
    reason: str
    body: bytes
    times: int


@dataclass(frozen=True, slots=True)
class Lately:
    """How many of a member were taken in and refused since a time."""

    taken: int
    refused: int


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose topic it is: the agreement, its version, and the member with id, name and ORI."""

    agreement_id: str
    version: int
    member: dict[str, Any]
    topic: str


class ForeignDispositions:
    """One transaction over what one member says.

    Args:
        connection: A connection with an open transaction.
        whose: Whose topic it came on.
    """

    def __init__(self, connection: Connection, whose: Whose) -> None:
        self._connection = connection
        self._whose = whose
        statements.execute(connection, _SQL["lock"], {"topic": whose.topic})

    def put_offset(self, partition: int, next_offset: int) -> None:
        """Note how far the topic was read."""
        values = {"topic": self._whose.topic, "partition": partition, "next_offset": next_offset}
        statements.execute(self._connection, _SQL["put_offset"], values)

    def entry(self, hotlist_id: str, entry_id: UUID) -> HotlistEntry | None:
        """Return an entry as it is or was last, or None where there never was one."""
        values = {"hotlist_id": storable(hotlist_id), "entry_id": entry_id}
        return statements.one(self._connection, _SQL["entry"], values, row=entry_row)

    def given_as(self, hotlist_id: str) -> str | None:
        """Return the layout of a list that was given under the agreement, or None where it never was."""
        values = {"agreement_id": self._whose.agreement_id, "hotlist_id": storable(hotlist_id)}
        return statements.scalar(self._connection, _SQL["given_as"], values, kind=str)

    def known(self, disposition_id: UUID, alert_id: UUID) -> list[KnownDisposition]:
        """Return those that are here of an alert, and the one with an id."""
        values = {"disposition_id": disposition_id, "alert_id": alert_id}
        return statements.all(self._connection, _SQL["known"], values, row=class_row(KnownDisposition))

    def lately(self, since: datetime) -> Lately:
        """Return how many of this member came since a time."""
        values = {"member_id": self._whose.member["id"], "since": since}
        found = statements.one(self._connection, _SQL["lately"], values, row=class_row(Lately))
        return found or Lately(0, 0)

    def add(self, said: dict[str, Any], digest: bytes) -> None:
        """Store one, with its row in the log of what passed between agencies.

        Args:
            said: The columns that it says itself.
            digest: Of the message.
        """
        values = {name: storable(value) if isinstance(value, str) else value for name, value in said.items()}
        values |= {**self._own, "digest": digest}
        statements.execute(self._connection, _SQL["add"], values)
        self._log("received", said["disposition_id"], {"by": said["person"], "kind": said["kind"]}, said["words"])

    def refuse(self, body: bytes, reason: str) -> bool:
        """Keep a message that is not taken in, for a person to look at; write that down the first time that it comes.

        Returns:
            Whether it had not come before.
        """
        digest = hashlib.sha256(body).digest()
        values = {**self._own, "topic": self._whose.topic, "reason": storable(reason), "body": body, "digest": digest}
        is_new = statements.scalar(self._connection, _SQL["refuse"], values, kind=int) == 1
        if is_new:
            self._log("refused", None, {}, reason)
        return is_new

    def note_flood(self, count: int, reason: str) -> None:
        """Write down, in one row, messages that were not looked at."""
        self._log("refused", None, {"messages": count}, reason)

    @property
    def _own(self) -> dict[str, Any]:
        whose = self._whose
        return {
            "agreement_id": whose.agreement_id,
            "version": whose.version,
            "member_id": whose.member["id"],
            "member_name": whose.member["name"],
        }

    def _log(self, outcome: str, item_id: UUID | None, terms: dict[str, Any], why: str) -> None:
        values = {
            "outcome": outcome,
            "agreement_id": self._whose.agreement_id,
            "version": self._whose.version,
            "members": jsonb([self._whose.member]),
            "item_id": item_id,
            "terms": jsonb(terms),
            "why": storable(why),
        }
        statements.execute(self._connection, _SQL["note_foreign"], values)


def offsets(database: Database, topics: Collection[str]) -> dict[tuple[str, int], int]:
    """Return where to go on reading, by topic and partition.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    rows = statements.all(database, _SQL["offsets"], {"topics": sorted(topics)})
    return {(topic, partition): offset for topic, partition, offset in rows}


def heard(
    on: Database | Connection,
    limit: int,
    *,
    agreement_id: str | None = None,
    hotlist_id: str | None = None,
    entry_ids: Sequence[UUID] | None = None,
) -> list[ForeignDisposition]:
    """Return what other agencies said, newest first.

    Args:
        on: An open database, or a connection.
        limit: Most rows.
        agreement_id: Under one agreement; None: any.
        hotlist_id: Of entries of one list; None: any.
        entry_ids: Of some entries; None: any.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    values = {
        "agreement_id": optional(agreement_id),
        "hotlist_id": optional(hotlist_id),
        "entry_ids": None if entry_ids is None else list(entry_ids),
        "limit": limit,
    }
    return statements.all(on, _SQL["heard"], values, row=class_row(ForeignDisposition))


def refused(on: Database | Connection, limit: int, agreement_id: str | None = None) -> list[RefusedDisposition]:
    """Return what was not taken in, newest first.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    values = {"agreement_id": optional(agreement_id), "limit": limit}
    return statements.all(on, _SQL["refused"], values, row=class_row(RefusedDisposition))


def to_withdraw(database: Database) -> list[ForeignDisposition]:
    """Return, for each entry in force of which another agency says that it should not be, what was said of it last.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    values = {"limit": MOST_TO_WITHDRAW}
    return statements.all(database, _SQL["to_withdraw"], values, row=class_row(ForeignDisposition))
