"""An adapter for messages that are trees of JSON or XML, which is nearly all of them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ingest.vendors.adapter import Adapter, Parsed, ReaderSign, ReportedRead, VendorMessage
from ingest.vendors.parts.bodies import Opened, open_message
from ingest.vendors.parts.redaction import kept_payload
from ingest.vendors.parts.times import Times
from ingest.vendors.parts.values import Tree, as_text
from schemas.errors import InvalidInput
from schemas.settings import IngestSource

MAX_READS = 1_000
"""Most reads that one message may hold."""


@dataclass(slots=True)
class Gathered:
    """What an adapter finds in a message, with all that it needs to understand it."""

    opened: Opened
    message: VendorMessage
    source: IngestSource
    times: Times
    reads: list[ReportedRead] = field(default_factory=list)
    signs: list[ReaderSign] = field(default_factory=list)
    without_plate: int = 0
    notes: list[str] = field(default_factory=list)
    problem: InvalidInput | None = None

    def add(self, make: Callable[[], ReportedRead | None]) -> None:
        """Take one result: a read, or None for one without a plate. One that is invalid spoils no other.

        Raises:
            InvalidInput: The message holds more results than any reader's.
        """
        if len(self.reads) + self.without_plate >= MAX_READS:
            raise InvalidInput(f"more than {MAX_READS} results in one message; send fewer at a time")
        try:
            read = make()
        except InvalidInput as error:
            self.problem = self.problem or error
            self.notes.append(f"a result is left out: {error.message}")
            return
        if read is None:
            self.without_plate += 1
        else:
            self.reads.append(read)


class TreeAdapter(Adapter):
    """Opens the message, hands on each object of it, and keeps what it said without secrets."""

    expected: ClassVar[str]
    """What a message of this vendor looks like, for errors."""

    @abstractmethod
    def recognizes(self, tree: Tree) -> bool:
        """Return whether an object can be one of this vendor's messages."""

    @abstractmethod
    def gather(self, tree: Tree, found: Gathered) -> None:
        """Add what an object says.

        Raises:
            InvalidInput: It cannot be understood.
        """

    def validate(self, message: VendorMessage, source: IngestSource) -> None:
        """See `Adapter`."""
        self._own(open_message(message))

    def parse(self, message: VendorMessage, source: IngestSource) -> Parsed:
        """See `Adapter`. It validates as well."""
        opened = open_message(message)
        found = Gathered(opened, message, source, Times(source, message.received_at))
        for tree in self._own(opened):
            self.gather(tree, found)
        if found.problem is not None and not (found.reads or found.without_plate or found.signs):
            raise found.problem
        pictures = [(picture.name, len(picture.data)) for picture in opened.pictures]
        return Parsed(
            reads=tuple(found.reads),
            without_plate=found.without_plate,
            signs=tuple(found.signs),
            payload=kept_payload(opened.trees, pictures),
            notes=(*opened.notes, *found.notes),
        )

    def _own(self, opened: Opened) -> list[Mapping[str, Any]]:
        objects = opened.objects()
        own = [tree for tree in objects if self.recognizes(tree)]
        if own:
            return own
        keys = ", ".join((as_text(key) or "?")[:30] for key in list(objects[0])[:6]) if objects else "no object"
        damage = f"; {opened.notes[0]}" if opened.notes else ""
        raise InvalidInput(f"no message of {self.title}: found {keys}; expected {self.expected}{damage}")
