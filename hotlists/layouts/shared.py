"""Lists that another agency gives under an agreement: what was received, as JSON, one entry a line.

The first line says whose list it is and how many entries follow; the entries are those of the messages
(schemas/json/shared-list.v1.json). `platewatch run` writes such files from what it receives; nobody sends them.
"""

from __future__ import annotations

from typing import BinaryIO
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hotlists.fields.errors import FieldError
from hotlists.fields.plates import check_plate
from hotlists.text.lines import Line, read_lines
from hotlists.text.parsing import ParsedList
from schemas.convert import received_entry
from schemas.errors import InvalidInput
from schemas.events import GivenByEvent, SharedEntryEvent, problems_in
from schemas.jurisdictions import parse_jurisdiction
from schemas.types import HotlistEntry

_NO_ENTRY = UUID(int=0)


class ReceivedHeader(BaseModel):
    """The first line: whose list it is, and how many entries follow."""

    model_config = ConfigDict(frozen=True)

    agency_id: str
    name: str
    agreement_id: str
    hotlist_id: str
    rows: int = Field(ge=0)

    def owner(self, entry_id: UUID) -> GivenByEvent:
        """Return whose entry it is that has an id at its owner's."""
        return GivenByEvent(
            agency_id=self.agency_id,
            name=self.name,
            agreement_id=self.agreement_id,
            hotlist_id=self.hotlist_id,
            entry_id=entry_id,
        )


def parse(stream: BinaryIO, *, file_name: str, hotlist_id: str, default_state: str | None = None) -> ParsedList:
    """Read a list that was received; see `hotlists.text.parsing.HotlistParser`. States are given, or not known."""
    lines = read_lines(stream, file_name)
    header = _header(next(lines).text, file_name)

    def entry_of(line: Line) -> HotlistEntry:
        try:
            event = SharedEntryEvent.model_validate_json(line.text.encode("utf-8", "surrogatepass"))
        except ValidationError as error:
            raise FieldError("entry", problems_in(error)) from error
        # Whether it reads like a word for no plate was looked at by its owner.
        plate = check_plate(event.plate, "plate", is_vanity=True)
        state = parse_jurisdiction(event.jurisdiction) if event.jurisdiction else None
        known = event.model_copy(update={"plate": plate, "jurisdiction": state})
        entry = received_entry(known, hotlist_id, header.owner(event.entry_id))
        return entry._replace(source_line=line.number, raw=line.text)

    context = header.owner(_NO_ENTRY).model_dump_json()
    return ParsedList(lines, entry_of, context=context, declared_rows=lambda: header.rows)


def _header(text: str, file_name: str) -> ReceivedHeader:
    try:
        return ReceivedHeader.model_validate_json(text)
    except ValidationError as error:
        raise InvalidInput(
            f"the first line does not say whose list it is ({problems_in(error)}); such files are written from "
            "what agreements bring (platewatch run)",
            source=file_name,
            line=1,
        ) from error
