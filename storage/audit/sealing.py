"""Sealing rows of the audit once they are committed: each gets a place in a chain, and the chain's end is signed.

A document that is signed is the text that is stored, so that nobody has to write it anew to check it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg.rows import dict_row

from services.signing import SigningKey, document_bytes
from storage import statements
from storage.audit.chain import GENESIS, digest_of, line_of, link_of, moment_text
from storage.database import Connection, Database
from storage.sql import load_queries

_SQL = load_queries("audit/sealing")
ROWS_AT_ONCE = 2000
CHECKPOINT = "platewatch audit checkpoint 1"
SEGMENT = "platewatch audit segment 1"
PURGED_SEGMENT = "platewatch audit segment purged 1"
_LINK = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class SealedPart:
    """What one step sealed: how many rows, the chain's new end as it was signed, and whether more rows wait.

    `head` is None where nothing was sealed.
    """

    rows: int
    head: dict[str, Any] | None
    is_more: bool


def segment_of(moment: datetime) -> str:
    """Return the month that a row which is sealed at a time belongs to, like `2026-01`."""
    return f"{moment.astimezone(UTC):%Y-%m}"


def seal_rows(
    database: Database, key: SigningKey, installation: str, now: datetime, *, may_have_ended: datetime
) -> SealedPart:
    """Seal rows that wait, up to some thousand, and close the months before.

    Args:
        database: An open database.
        key: Signs.
        installation: Whose audit it is.
        now: The time, aware.
        may_have_ended: Rows from before may have ended, by the law and the configuration; that earlier ones have is
            written down, that later ones have is not believed.

    Raises:
        DatabaseUnavailable: The server is down; nothing was sealed.
    """
    with database.transaction() as connection:
        statements.execute(connection, _SQL["take_turn"])
        before = _last_checkpoint(connection)
        position, link = _end_of(connection, before)
        waiting = statements.all(connection, _SQL["unsealed"], {"limit": ROWS_AT_ONCE}, row=dict_row)
        rows = [row for row in waiting if row["audit_id"] is not None]  # the others ended before they were sealed
        segment = segment_of(now)
        if before is not None:
            segment = max(segment, before["segment"])  # a clock that was set back opens no month again
        ended = _ended_before(connection, before, may_have_ended)
        head = None
        if rows or (before is not None and (segment, ended) != (before["segment"], before["ended_before"])):
            if before is not None and segment != before["segment"]:
                _close(connection, key, installation, before)
            link = _add_seals(connection, rows, segment, position, link)
            number = 1 if before is None else before["number"] + 1
            head = {
                "format": CHECKPOINT,
                "installation": installation,
                "number": number,
                "segment": segment,
                "position": position + len(rows),
                "link": link.hex(),
                "sealed_at": moment_text(now),
                "is_complete": len(waiting) < ROWS_AT_ONCE,
                "ended_before": ended,
            }
            values = {"number": number, "segment": segment, "position": head["position"], **_signed(key, head)}
            statements.execute(connection, _SQL["add_checkpoint"], values)
        statements.execute(connection, _SQL["forget_sealed"], {"audit_ids": [row["waiting_id"] for row in waiting]})
    return SealedPart(len(rows), head, len(waiting) == ROWS_AT_ONCE)


def drop_over(database: Database, key: SigningKey, before: datetime, reason: str, now: datetime) -> list[str]:
    """Drop the seals of closed months in which every row is over; what was signed of them stays.

    Args:
        database: An open database.
        key: Signs what was dropped, why and when.
        before: Months of which a row is younger stay.
        reason: Why, in words, with the law's citation.
        now: The time, aware.

    Returns:
        The months.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    dropped = []
    for segment, text in statements.all(database, _SQL["droppable"], {"before": before}):
        closed = parsed(text)
        if not {"installation", "rows", "tail"} <= closed.keys():
            continue  # for `audit verify` to find
        statement = {
            "format": PURGED_SEGMENT,
            "installation": closed["installation"],
            "segment": segment,
            "rows": closed["rows"],
            "tail": closed["tail"],
            "before": moment_text(before),
            "purged_at": moment_text(now),
            "reason": reason,
        }
        statements.execute(database, _SQL["drop_segment"], {"segment": segment, **_signed(key, statement)})
        dropped.append(str(segment))
    return dropped


def _signed(key: SigningKey, document: dict[str, Any]) -> dict[str, Any]:
    text = document_bytes(document)
    return {"document": text.decode("ascii"), "signature": key.sign(text), "key_id": key.key_id}


def _last_checkpoint(connection: Connection) -> dict[str, Any] | None:
    """Return the chain's end as it was signed; where somebody put something else there, as the seals have it."""
    found = statements.one(connection, _SQL["last_checkpoint"])
    if found is None:
        return None
    number, segment, position, text, *_ = found
    document = parsed(text)
    if _is_end(document):
        return document
    link = statements.scalar(connection, _SQL["last_link"], {"position": position}, kind=bytes) or GENESIS
    return {"number": number, "segment": segment, "position": position, "link": link.hex(), "ended_before": None}


def _is_end(document: dict[str, Any]) -> bool:
    link, ended = document.get("link"), document.get("ended_before")
    return (
        all(isinstance(document.get(name), int) for name in ("number", "position"))
        and isinstance(document.get("segment"), str)
        and isinstance(link, str)
        and _LINK.fullmatch(link) is not None
        and (ended is None or isinstance(ended, str))
    )


def _end_of(connection: Connection, before: dict[str, Any] | None) -> tuple[int, bytes]:
    """Return the place and the link that the chain goes on from: what was signed, whatever seals say.

    Seals that somebody put behind it are not written over; they stay for `audit verify` to find.
    """
    last = statements.scalar(connection, _SQL["last_position"], kind=int) or 0
    if before is None:
        return last, GENESIS
    return max(last, before["position"]), bytes.fromhex(before["link"])


def _ended_before(connection: Connection, before: dict[str, Any] | None, may_have_ended: datetime) -> str | None:
    ended = statements.scalar(connection, _SQL["ended_before"], kind=datetime)
    known = None if before is None else before["ended_before"]
    if ended is None or ended > may_have_ended:
        return known
    return max(known or "", moment_text(ended))


def _add_seals(
    connection: Connection, rows: Sequence[dict[str, Any]], segment: str, position: int, link: bytes
) -> bytes:
    digests, links = [], []
    for row in rows:
        digest = digest_of(line_of(row))
        link = link_of(link, digest, row["happened_at"])
        digests.append(digest)
        links.append(link)
    if rows:
        values = {
            "positions": list(range(position + 1, position + 1 + len(rows))),
            "audit_ids": [row["audit_id"] for row in rows],
            "segments": [segment] * len(rows),
            "times": [row["happened_at"] for row in rows],
            "digests": digests,
            "links": links,
        }
        statements.execute(connection, _SQL["add_seals"], values)
    return link


def _close(connection: Connection, key: SigningKey, installation: str, end: dict[str, Any]) -> None:
    """Close a month: sign where it begins and ends."""
    segment = end["segment"]
    earlier = statements.scalar(connection, _SQL["segment_document"], kind=str)
    head = GENESIS.hex() if earlier is None else parsed(earlier).get("tail", "")
    first, last, rows = statements.one(connection, _SQL["segment_bounds"], {"segment": segment}) or (None, None, 0)
    numbers = statements.one(connection, _SQL["segment_checkpoints"], {"segment": segment}) or (None, None)
    document = {
        "format": SEGMENT,
        "installation": installation,
        "segment": segment,
        "first": first or end["position"] + 1,
        "last": last or end["position"],
        "rows": rows,
        "head": head,
        "tail": end["link"],
        "first_checkpoint": numbers[0],
        "last_checkpoint": numbers[1],
    }
    statements.execute(connection, _SQL["add_segment"], {"segment": segment, **_signed(key, document)})


def holds_checkpoint(database: Database, head: dict[str, str]) -> bool:
    """Return whether the chain still has what was signed as its end once, or has dropped it with its month.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    number = json.loads(head["document"])["number"]
    values = {"number": number, "document": head["document"]}
    if statements.scalar(database, _SQL["holds_checkpoint"], values, kind=bool):
        return True
    documents = [(parsed(row[1]), row[4]) for row in statements.all(database, _SQL["segment_documents"])]
    ends = [document.get("last_checkpoint") for document, purge in documents if purge is not None]
    return any(isinstance(end, int) and end >= number for end in ends)


def parsed(text: str) -> dict[str, Any]:
    """Return a document, empty where it is none: whoever may do everything in the database writes what he likes."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
