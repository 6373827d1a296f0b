"""Agreements with other agencies, and what was given under them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime, ConfigDict, Field

from console.api.answers import ABSENT, BODY, takes_json
from console.api.paging import MOST, Cursor, Limit, link_next
from console.api.wire import Asked, Flag, Page, Path63, Told, Whole, Word
from console.visitors import ApiCaller
from operations.sharing.log import DisseminationFilter, view_disseminations
from operations.sharing.looking import view_agreements
from policy.agreements.agreement import Agreement
from schemas.plates import canonical_plate

router = APIRouter(tags=["audit"])


class AgreementTold(Told):
    """A version of an agreement, with who decided what; `widens` is what it grants beyond the version before."""

    agreement: Agreement
    version: int
    starts_at: datetime
    ends_at: datetime
    widens: list[str]
    proposed_by: str
    proposed_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    is_active: bool
    ended_at: datetime | None
    ended_by: str | None
    end_reason: str | None


class AgreementsTold(Told):
    """Versions of agreements, the oldest first."""

    items: list[AgreementTold]


class DisseminationTold(Told):
    """What was given, or withheld at the last moment, or asked: to whom, under what, why and when."""

    dissemination_id: int
    happened_at: datetime
    outcome: str
    kind: str
    agreement_id: str
    version: int
    members: list[dict[str, Any]]
    item_id: UUID | None
    plate: str | None
    terms: dict[str, Any]
    why: str
    asked_by: str | None
    purpose: str | None
    case_number: str | None
    results: int | None


class DisseminationPage(Page[DisseminationTold]):
    """The log, the newest first."""


class DisseminationsAsked(Asked):
    """Which rows of the log; what is null is not asked."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"plate": "VNV4527", "limit": 100}]})

    agreement_id: Word | None = None
    member: Word | None = Field(None, description="Short name, name or ORI.")
    plate: Word | None = Field(None, description="In full.")
    since: AwareDatetime | None = None
    until: AwareDatetime | None = Field(None, description="Exclusive.")
    asked: Flag = Field(False, description="Only what others asked.")
    limit: Annotated[Whole, Field(ge=1, le=MOST)] = 100
    after: Annotated[Path63, Field(description="`next` of the page before; null: the first page.")] | None = None


class DisseminationsFound(Told):
    """Rows that fit, the newest first."""

    items: list[DisseminationTold]
    next: int | None = Field(description="Send it as `after` for the next page; null where there is no more.")


@router.get("/agreements")
def agreements(caller: ApiCaller) -> AgreementsTold:
    """Return all versions of all agreements."""
    found = view_agreements(caller.actor, caller.site.database)
    return AgreementsTold(items=[AgreementTold.model_validate(one) for one in found])


@router.get("/agreements/{agreement_id}", responses=ABSENT)
def agreement(caller: ApiCaller, agreement_id: str) -> AgreementsTold:
    """Return the versions of one agreement."""
    found = view_agreements(caller.actor, caller.site.database, agreement_id)
    return AgreementsTold(items=[AgreementTold.model_validate(one) for one in found])


@router.get("/disseminations")
def given_to_others(
    request: Request,
    response: Response,
    caller: ApiCaller,
    agreement_id: Annotated[str | None, Query(max_length=200)] = None,
    member: Annotated[str | None, Query(max_length=200, description="Short name, name or ORI.")] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    asked: Annotated[bool, Query(description="Only what others asked.")] = False,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> DisseminationPage:
    """Return what was given to other agencies, and what they asked. What was given of a plate is asked by POST."""
    wanted = DisseminationFilter(agreement_id, member, None, since, until, asked, before=cursor)
    found = view_disseminations(caller.actor, caller.site.database, wanted, limit)
    items = [DisseminationTold.model_validate(one) for one in found]
    last = items[-1].dissemination_id if len(items) == limit else None
    return DisseminationPage(items=items, next=link_next(request, response, last))


@router.post("/disseminations/search", responses=BODY, dependencies=[Depends(takes_json)])
def search_given(caller: ApiCaller, asked: DisseminationsAsked) -> DisseminationsFound:
    """Find what was given to others, the newest first: by POST, so that no plate stands in a log of addresses."""
    text = None if asked.plate is None else canonical_plate(asked.plate)
    wanted = DisseminationFilter(
        asked.agreement_id, asked.member, text, asked.since, asked.until, asked.asked, before=asked.after
    )
    found = view_disseminations(caller.actor, caller.site.database, wanted, asked.limit)
    items = [DisseminationTold.model_validate(one) for one in found]
    return DisseminationsFound(items=items, next=items[-1].dissemination_id if len(items) == asked.limit else None)
