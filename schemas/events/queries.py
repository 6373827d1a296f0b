"""A question of one agency to the stored reads of another one, and the answer, under an agreement of the two."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from schemas.events.reads import PlateReadEvent
from schemas.events.wire import WireModel
from schemas.types import Purpose

MOST_ROWS = 1000
"""Most reads of one answer."""

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def sensible_moment(moment: datetime) -> datetime:
    """Return a time that can be brought into any zone.

    Raises:
        ValueError: It is at the calendar's ends.
    """
    # Times at the calendar's ends cannot be brought into another zone.
    if not EARLIEST <= moment < LATEST:
        raise ValueError(f"expected a time from {EARLIEST.year} to {LATEST.year}")
    return moment


_Moment = Annotated[AwareDatetime, AfterValidator(sensible_moment)]
_Name = Annotated[str, StringConstraints(max_length=200)]
_Words = Annotated[str, StringConstraints(max_length=2000)]


class AskerEvent(WireModel):
    """Who asks: the agency with its ORI, and the person by name. One who is not named gets no answer."""

    agency_id: _Name
    name: _Name
    ori: Annotated[str, StringConstraints(max_length=20)]
    person: Annotated[str, StringConstraints(pattern=r"\S", max_length=200)]


class QueryEvent(WireModel):
    """A question to another agency's stored reads. It is answered once, and not after `expires_at`.

    `pattern` is a plate; `?` stands for one unknown character, `*` for any number; O and 0 are equal. `since` and
    `until` bound when it was captured: `until` is exclusive. `agreement_version` is the version that the asker knows;
    null: whichever is in force. What it says of the asker has to be what the agreement says of the member whose topic
    it comes on. `offense` is the offense's type by the FBI's code or name; null: as the purpose's words name it.
    """

    schema_version: Literal["1"] = "1"
    query_id: UUID
    agreement_id: _Name
    agreement_version: Annotated[int, Field(ge=1)] | None = None
    asked_at: _Moment
    expires_at: _Moment
    asker: AskerEvent
    pattern: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    since: _Moment | None = None
    until: _Moment | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 100
    purpose: _Words
    case_number: _Words
    warrant: _Words | None = None
    offense: _Name | None = None


class OwnerEvent(WireModel):
    """Whose data they are: the agency, its name and its ORI."""

    agency_id: _Name
    name: _Name
    ori: _Name


class QueryTermsEvent(WireModel):
    """Under which terms reads are given: what is shown, how long they may be kept, what for, and never what for."""

    fields: tuple[str, ...] = ()
    keep_days: Annotated[float, Field(ge=0)]
    purposes: tuple[Purpose, ...] = ()
    purposes_forbidden: tuple[Purpose, ...] = ()


class QueryAnswerEvent(WireModel):
    """The answer to one question: reads, newest first and cut to what the agreement shows, or the reason for none.

    `status` is `answered`, also where nothing was found, or `refused`: then `reason` says why, in words. `more` says
    that older reads may fit, too. `agreement_version` is null where no version in force could be named.
    """

    schema_version: Literal["1"] = "1"
    query_id: UUID
    agreement_id: _Name
    agreement_version: int | None = None
    owner: OwnerEvent
    answered_at: _Moment
    status: Literal["answered", "refused"]
    reason: _Words = ""
    reads: Annotated[tuple[PlateReadEvent, ...], Field(max_length=MOST_ROWS)] = ()
    more: bool = False
    terms: QueryTermsEvent | None = None
