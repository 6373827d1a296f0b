"""Hotlists that one agency gives to another one under an agreement: whole, then changed, then withdrawn or ended."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from schemas.events.reads import VehicleEvent
from schemas.events.wire import WireModel
from schemas.types import Category

MOST_ENTRIES = 2000
"""Most entries of one message."""
MOST_REMOVED = 20_000
"""Most ids of one message."""

_Name = Annotated[str, StringConstraints(max_length=200)]
_Words = Annotated[str, StringConstraints(max_length=2000)]


class GivenByEvent(WireModel):
    """Whose entry it is that came under an agreement, and what it is there: the agency, its list, and its entry."""

    agency_id: _Name
    name: _Name
    agreement_id: _Name
    hotlist_id: _Name
    entry_id: UUID


class SharedEntryEvent(WireModel):
    """One entry as its owner has it. `valid_until` is exclusive; what else the owner's source says does not go out."""

    entry_id: UUID
    plate: str
    category: Category
    jurisdiction: str | None = None
    source_entry_id: str | None = None
    source_code: str | None = None
    vehicle: VehicleEvent | None = None
    originating_agency: str | None = None
    case_number: str | None = None
    priority: str | None = None
    instructions: str | None = None
    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime | None = None
    license_type: str | None = None


class _SharedListPart(WireModel):
    schema_version: Literal["1"] = "1"
    message_id: UUID
    agreement_id: _Name
    agreement_version: Annotated[int, Field(ge=1)]
    agency_id: _Name
    hotlist_id: _Name
    layout: _Name
    kind: Literal["snapshot", "change", "withdrawal", "end"]
    edition: Annotated[int, Field(ge=0)]
    base: Annotated[int, Field(ge=0)] | None = None
    part: Annotated[int, Field(ge=1)] = 1
    is_last: bool = True
    total: Annotated[int, Field(ge=0)] | None = None
    as_of: AwareDatetime | None = None
    published_at: AwareDatetime
    removed: Annotated[tuple[UUID, ...], Field(max_length=MOST_REMOVED)] = ()
    reason: _Words = ""


class SharedListEvent(_SharedListPart):
    """A part of what one hotlist is, as far as an agreement shares it.

    A `snapshot` is the whole list; it takes the place of everything before it, once its last part is there: parts are
    numbered from 1, `is_last` marks the last one, which says in `total` how many entries all of them have. A `change`
    makes edition `base` the edition `edition`: entries that are new or changed, and ids that are `removed`. A
    `withdrawal` takes entries out of force at once, whatever edition is there. An `end` takes the whole list out of
    force; `reason` says why, in words.

    Editions grow. What is older than the one that is there, or changes another one, counts nothing: the next snapshot
    does. `as_of` is the date of the content at the owner's, `layout` what its list is.
    """

    entries: Annotated[tuple[SharedEntryEvent, ...], Field(max_length=MOST_ENTRIES)] = ()


class ReceivedListPart(_SharedListPart):
    """The same as it comes in: entries are looked at one by one, so that one that cannot be read costs no other."""

    entries: Annotated[tuple[dict[str, Any], ...], Field(max_length=MOST_ENTRIES)] = ()
