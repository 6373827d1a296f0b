"""Ask another agency for its reads of a plate, and see what it answers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse

from console.answers import status_of
from console.search.choices import choices_of
from console.typed import end_of, moment_of
from console.visitors import SignedIn, Visitor
from console.why import why_of
from operations.sharing.asking import (
    NotAnswered,
    Reply,
    Wanted,
    ask_neighbor,
    asked_by,
    fetch_answer,
    neighbor_of,
)
from operations.sharing.reaching import line_to
from operations.sharing.zones import agency_zone
from schemas.actions import Action
from schemas.errors import ConfigurationError, InvalidInput, PlatewatchError, TransientError
from schemas.permissions import check_permitted
from schemas.wording import confidence_text, movement_text, vehicle_text

router = APIRouter(prefix="/ask")
WAIT_SECONDS = 20.0
Text = Annotated[str, Form(max_length=2000)]


@dataclass(frozen=True, slots=True)
class AskForm:
    """What was typed."""

    agency: str = ""
    plate: str = ""
    since: str = ""
    until: str = ""
    kind: str = ""
    purpose: str = ""
    offense: str = ""
    case: str = ""
    warrant: str = ""


def ask_form(
    agency: Text = "",
    plate: Text = "",
    since: Text = "",
    until: Text = "",
    kind: Text = "",
    purpose: Text = "",
    offense: Text = "",
    case: Text = "",
    warrant: Text = "",
) -> AskForm:
    """Return what was typed."""
    return AskForm(agency, plate, since, until, kind, purpose, offense, case, warrant)


@router.get("")
def begin(visitor: SignedIn) -> HTMLResponse:
    """Show the form."""
    check_permitted(visitor.actor, Action.QUERY)
    return _page(visitor, AskForm())


@router.post("")
def ask(visitor: SignedIn, form: Annotated[AskForm, Depends(ask_form)]) -> HTMLResponse:
    """Ask, wait for the answer, and show it beside the question."""
    check_permitted(visitor.actor, Action.QUERY)
    site, zone = visitor.site, agency_zone(visitor.site.settings)
    try:
        neighbor = neighbor_of(site.settings, form.agency.strip())
        if not form.plate.strip():
            raise InvalidInput("the plate is missing; ? stands for one unknown character, * for any number")
        why = why_of(asdict(form).get)
        wanted = Wanted(
            form.plate.strip(),
            why.purpose,
            why.case_number,
            moment_of(form.since, "from", zone),
            end_of(form.until, "until", zone),
            warrant=why.warrant,
            offense=why.offense,
        )
        with line_to(site.settings, neighbor) as line:
            reply = ask_neighbor(visitor.actor, site.database, site.settings, neighbor, wanted, line, WAIT_SECONDS)
    except (InvalidInput, ConfigurationError, TransientError) as error:
        return _failed(visitor, form, error)
    return _page(visitor, form, reply=reply)


@router.post("/answer")
def look_again(visitor: SignedIn, query_id: Annotated[UUID, Form()]) -> HTMLResponse:
    """Look again for the answer to a question of before: for the person who asked, and nobody else."""
    site = visitor.site
    check_permitted(visitor.actor, Action.VIEW_ANSWER)
    try:
        asked = asked_by(visitor.actor, site.database, site.settings, query_id)
        with line_to(site.settings, neighbor_of(site.settings, asked.neighbor)) as line:
            reply = fetch_answer(visitor.actor, site.database, site.settings, asked, line, WAIT_SECONDS)
    except (InvalidInput, ConfigurationError, TransientError) as error:
        return _failed(visitor, AskForm(), error)
    return _page(visitor, AskForm(agency=reply.neighbor.id), reply=reply)


def _failed(visitor: Visitor, form: AskForm, error: PlatewatchError) -> HTMLResponse:
    """Show the form again with what was typed."""
    waiting = error.query_id if isinstance(error, NotAnswered) else None
    return _page(visitor, form, detail=str(error), waiting=waiting, status=status_of(error))


def _page(
    visitor: Visitor,
    form: AskForm,
    *,
    reply: Reply | None = None,
    waiting: UUID | None = None,
    detail: str = "",
    status: int = 200,
) -> HTMLResponse:
    return visitor.page(
        "agreements/ask.html",
        status=status,
        typed=asdict(form),
        neighbors=visitor.site.settings.sharing.neighbors,
        choices=choices_of(visitor.site),
        reply=reply,
        waiting=waiting,
        detail=detail,
        confidence=confidence_text,
        movement=movement_text,
        vehicle=vehicle_text,
    )
