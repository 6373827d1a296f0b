"""One way through the chain of the audit: rows, their seals, and what was signed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from services.signing import VerifyingKey
from storage.audit import sealed
from storage.audit.chain import GENESIS, digest_of, link_of, moment_of
from storage.audit.sealed import Checkpoint, Seal, Segment
from storage.audit.sealing import CHECKPOINT, PURGED_SEGMENT, SEGMENT
from storage.database import Connection

MOST_PROBLEMS = 100
MOST_GUESSES = 10
"""Where more is wrong, it is not tried for each row whether the chain is right without it."""
LONGEST_TRANSACTION = timedelta(hours=1)
"""A row that is older than this when it is sealed, while all before it were sealed, was not written when it says."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was sealed.

    `kind` is changed, deleted, inserted, reordered, chain, signature, unknown_key or cut_off; `audit_id` and `position`
    say which row, where that is known.
    """

    kind: str
    what: str
    audit_id: int | None = None
    position: int | None = None


@dataclass(slots=True)
class Verification:
    """What a look at the whole audit came to.

    `ended` counts rows that are gone because the law's time is over, `purged` months of which only what was signed is
    left, `waiting` rows that nobody has sealed yet.
    """

    rows: int = 0
    ended: int = 0
    checkpoints: int = 0
    purged: list[str] = field(default_factory=list)
    waiting: int = 0
    head: Mapping[str, Any] | None = None
    keys: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def found(self, kind: str, what: str, audit_id: int | None = None, position: int | None = None) -> None:
        """Note a problem; after the hundredth nobody needs more."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(kind, what, audit_id, position))


class Walk:
    """One way through the chain.

    Args:
        known: The keys that count.
        over: Rows from before may have ended.
    """

    def __init__(self, known: Mapping[str, VerifyingKey], over: datetime) -> None:
        self._known = known
        self._over = over
        self._found = Verification()
        self._position = 0
        self._number = 0
        self._link = GENESIS
        self._segment: str | None = None
        self._settled: datetime | None = None
        self._next: Seal | None = None

    def walk(self, connection: Connection) -> Verification:
        """Look at everything that one moment has."""
        found = self._found
        last = sealed.last_checkpoint(connection)
        newest = None if last is None else self._signed(f"checkpoint {last.number}", last, CHECKPOINT)
        if newest is not None and newest["ended_before"] is not None:
            self._over = max(self._over, moment_of(newest["ended_before"]))
        months = self._months(sealed.segments(connection))
        chain = sealed.seals(connection)
        self._next = next(chain, None)
        for checkpoint in sealed.checkpoints(connection):
            self._pass_purged(months)
            document = self._signed(f"checkpoint {checkpoint.number}", checkpoint, CHECKPOINT)
            self._check_order(checkpoint, months)
            self._check_part(chain, checkpoint, document)
            self._check_month(checkpoint, months)
        self._pass_purged(months)
        while self._next is not None:
            seal = self._next
            found.found(
                "inserted", f"row {seal.audit_id} is sealed behind what was signed last", seal.audit_id, seal.position
            )
            self._next = next(chain, None)
        for audit_id in sealed.without_seal(connection, MOST_PROBLEMS):
            found.found(
                "inserted", f"row {audit_id} was put in past the sealing: it has no seal, and waits for none", audit_id
            )
        found.waiting = sealed.waiting(connection)
        return found

    def _signed(self, what: str, one: Checkpoint | Segment, form: str) -> dict[str, Any] | None:
        return self._checked(what, (one.document, one.signature, one.key_id), form)

    def _checked(self, what: str, signed: tuple[str, bytes, str], form: str) -> dict[str, Any] | None:
        """Return a signed document of a form, or None where it is not what a known key signed."""
        text, signature, key_id = signed
        found = self._found
        key = self._known.get(key_id)
        if key is None:
            if key_id not in found.keys:
                found.found(
                    "unknown_key",
                    f"{what} is signed with the key {key_id}, which is not known here; give its public key (--key)",
                )
            found.keys.add(key_id)
            return None
        if not key.verifies(bytes(signature), text.encode()):
            found.found("signature", f"{what} was changed: the signature is not of what stands there")
            return None
        found.keys.add(key_id)
        document: dict[str, Any] = json.loads(text)
        if document["format"] != form:
            found.found("signature", f"{what} is another document than it has to be")
            return None
        return document

    def _months(self, segments: Sequence[Segment]) -> dict[str, tuple[Segment, dict[str, Any]]]:
        months = {}
        for one in segments:
            document = self._signed(f"the seal of {one.segment}", one, SEGMENT)
            if document is None or document.get("segment") != one.segment:
                continue
            if one.purge_document is not None:
                signed = (one.purge_document, one.purge_signature or b"", one.purge_key_id or "")
                purge = self._checked(f"the purge of {one.segment}", signed, PURGED_SEGMENT)
                if purge is None or (purge["segment"], purge["tail"]) != (one.segment, document["tail"]):
                    continue
            months[one.segment] = (one, document)
        return months

    def _pass_purged(self, months: Mapping[str, tuple[Segment, dict[str, Any]]]) -> None:
        """Go on behind months that were dropped by law: what was signed of them holds the chain together."""
        while True:
            behind = [
                document
                for one, document in months.values()
                if one.purge_document is not None and document["first_checkpoint"] == self._number + 1
            ]
            if not behind:
                return
            document = behind[0]
            if (document["head"], document["first"]) != (self._link.hex(), self._position + 1):
                self._found.found(
                    "chain", f"the seal of {document['segment']} does not follow on what was sealed before it"
                )
            self._position, self._number = document["last"], document["last_checkpoint"]
            self._link = bytes.fromhex(document["tail"])
            self._segment, self._settled = document["segment"], None
            self._found.purged.append(document["segment"])

    def _check_order(self, checkpoint: Checkpoint, months: Mapping[str, tuple[Segment, dict[str, Any]]]) -> None:
        if checkpoint.number != self._number + 1:
            first, last = self._number + 1, checkpoint.number - 1
            self._found.found("deleted", f"what was signed under the numbers {first} to {last} was deleted")
        if self._segment not in (None, checkpoint.segment) and self._segment not in months:
            self._found.found("deleted", f"the seal of the month {self._segment} was deleted or is not valid")
        self._number, self._segment = checkpoint.number, checkpoint.segment
        self._found.checkpoints += 1

    def _check_part(self, chain: Iterator[Seal], checkpoint: Checkpoint, document: dict[str, Any] | None) -> None:
        """Look at the rows that one signature covers first."""
        found = self._found
        first, problems, before_id = self._position + 1, len(found.problems), 0
        end = document["position"] if document is not None else checkpoint.position
        part = self._taken(chain, end)
        for place, seal in enumerate(part):
            if seal.position != self._position + 1:
                self._gap(seal.position - 1)
            if seal.audit_id < before_id:
                what = f"row {seal.audit_id} was moved: it stands behind row {before_id}, and both were sealed in order"
                found.found("reordered", what, seal.audit_id, seal.position)
            before_id = max(before_id, seal.audit_id)
            self._position = seal.position
            self._check_link(seal, part[place + 1 :], document)
            self._check_row(seal)
        if self._position < end:
            self._gap(end)
        if document is None:
            return
        stands = (document["number"], document["segment"], document["link"])
        if stands != (checkpoint.number, checkpoint.segment, self._link.hex()) and len(found.problems) == problems:
            found.found(
                "chain", f"places {first} to {end} are not what was signed: rows there were sealed anew", None, end
            )
        self._link = bytes.fromhex(document["link"])
        if document["is_complete"]:
            self._settled = moment_of(document["sealed_at"])
        found.head = document

    def _gap(self, last: int) -> None:
        first = self._position + 1
        places = f"place {first}" if first == last else f"places {first} to {last}"
        self._found.found("deleted", f"the seals of {places} were deleted", None, first)
        self._position = last

    def _taken(self, chain: Iterator[Seal], end: int) -> list[Seal]:
        """Return the seals up to a place: those of one signature are some thousand."""
        part = []
        while self._next is not None and self._next.position <= end:
            part.append(self._next)
            self._next = next(chain, None)
        return part

    def _check_link(self, seal: Seal, behind: Sequence[Seal], document: dict[str, Any] | None) -> None:
        found = self._found
        if link_of(self._link, seal.digest, seal.happened_at) == seal.link:
            self._link = seal.link
        elif document is not None and self._reaches(behind, document["link"]):
            what = f"row {seal.audit_id} was put in and sealed without the key"
            found.found("inserted", what, seal.audit_id, seal.position)
        else:
            what = f"row {seal.audit_id} does not follow on the one before it: seals were moved, put in or taken out"
            found.found("reordered", f"{what} here", seal.audit_id, seal.position)
            self._link = seal.link

    def _reaches(self, behind: Sequence[Seal], end: str) -> bool:
        """Return whether the chain comes to what was signed without the row that is looked at."""
        if len(self._found.problems) > MOST_GUESSES:
            return False
        link = self._link
        for seal in behind:
            link = link_of(link, seal.digest, seal.happened_at)
        return link.hex() == end

    def _check_row(self, seal: Seal) -> None:
        found = self._found
        if seal.line is None:
            if seal.happened_at < self._over:
                found.ended += 1
            else:
                what = f"row {seal.audit_id} of {seal.happened_at:%Y-%m-%d %H:%M:%S} UTC was deleted"
                found.found("deleted", what, seal.audit_id, seal.position)
            return
        found.rows += 1
        if digest_of(seal.line) != seal.digest:
            found.found("changed", f"row {seal.audit_id} was changed", seal.audit_id, seal.position)
        elif self._settled is not None and seal.happened_at < self._settled - LONGEST_TRANSACTION:
            what = f"row {seal.audit_id} was put in afterwards: it says {seal.happened_at:%Y-%m-%d %H:%M} UTC"
            found.found("inserted", f"{what}, and all of that time was sealed before", seal.audit_id, seal.position)

    def _check_month(self, checkpoint: Checkpoint, months: Mapping[str, tuple[Segment, dict[str, Any]]]) -> None:
        _, document = months.get(checkpoint.segment, (None, None))
        if document is None or document["last_checkpoint"] != checkpoint.number:
            return
        if (document["last"], document["tail"]) != (self._position, self._link.hex()):
            self._found.found("chain", f"the seal of {checkpoint.segment} is not that of its rows")
