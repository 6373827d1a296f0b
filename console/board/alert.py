"""An alert's page, and the first step of its confirmation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import HTMLResponse

from alerts.cards.card import Card
from console.board.forms import LookForm, look_form
from console.visitors import SignedIn, Visitor
from operations.life.change import AlertCard, Sayer
from operations.life.comparing import Comparison, compare_alert
from operations.life.looking import show_alert
from policy.decisions import open_policy
from schemas.errors import InvalidInput
from schemas.types import AlertOutcome, CheckPriority, RecordAnswer, Rejection, Surface
from schemas.vehicle_classes import VehicleKind

router = APIRouter()

CHOICES = {
    "rejections": tuple(Rejection),
    "outcomes": tuple(AlertOutcome),
    "priorities": tuple(CheckPriority),
    "answers": tuple(RecordAnswer),
    "kinds": tuple(VehicleKind),
}


def sayer_of(visitor: Visitor) -> Sayer:
    """Return the person at the console, as whoever says something of an alert."""
    return Sayer(visitor.actor, Surface.CONSOLE)


@dataclass(frozen=True, slots=True)
class Looked:
    """An alert as it is, and the change from which its page follows what comes."""

    found: AlertCard
    cursor: int


def looked_at(visitor: Visitor, alert_id: UUID, *, leave_new: bool = False) -> Looked:
    """Return an alert; a new one is seen from then on.

    Raises:
        HTTPException: 404: there is none of the person's agency.
    """
    cursor = visitor.site.board.hub.newest()
    try:
        found = show_alert(sayer_of(visitor), visitor.site.database, alert_id, leave_new=leave_new)
    except InvalidInput as error:
        raise HTTPException(404) from error
    return Looked(found, cursor)


def alert_page(
    visitor: Visitor, looked: Looked, *, problem: str | None = None, status: int = 200, **typed: object
) -> HTMLResponse:
    """Return an alert's page.

    Args:
        visitor: Who looks.
        looked: The alert.
        problem: Why what was just said was refused.
        status: The HTTP status.
        typed: What was typed and is to be shown again.
    """
    site = visitor.site
    return visitor.page(
        "board/alert.html",
        status=status,
        card=site.board.cards.of_life(looked.found),
        change=looked.cursor,
        elsewhere=looked.found.elsewhere,
        beside=looked.found.beside,
        problem=problem,
        typed=typed,
        choices=CHOICES,
        cameras=site.board.cards.places,
        tiles=site.settings.console.tiles_url,
        tiles_credit=site.settings.console.tiles_credit,
    )


@router.get("/board/alerts/{alert_id}")
def show(visitor: SignedIn, alert_id: UUID) -> HTMLResponse:
    """Show an alert, which is seen from then on."""
    return alert_page(visitor, looked_at(visitor, alert_id))


@router.get("/board/alerts/{alert_id}/facts")
def facts(visitor: SignedIn, alert_id: UUID) -> HTMLResponse:
    """Return what is known of an alert, for its page that is open while something changes."""
    looked = looked_at(visitor, alert_id, leave_new=True)
    elsewhere = looked.found.elsewhere
    card = _card(visitor, looked.found)
    return visitor.part(
        "board/facts.html", card=card, change=looked.cursor, elsewhere=elsewhere, beside=looked.found.beside
    )


@router.get("/board/alerts/{alert_id}/confirm")
def ask(visitor: SignedIn, alert_id: UUID) -> HTMLResponse:
    """Ask what is seen on the plate, without saying what is listed."""
    return look_page(visitor, looked_at(visitor, alert_id).found, look_form())


@router.post("/board/alerts/{alert_id}/look")
def look(visitor: SignedIn, alert_id: UUID, form: Annotated[LookForm, Depends(look_form)]) -> HTMLResponse:
    """Compare what is seen with the entry, and show the second step."""
    found = looked_at(visitor, alert_id, leave_new=True).found
    try:
        compared = compare_alert(sayer_of(visitor), visitor.site.database, alert_id, form.look())
    except InvalidInput as error:
        return look_page(visitor, found, form, problem=str(error))
    return confirm_page(visitor, compared, form)


def look_page(visitor: Visitor, found: AlertCard, form: LookForm, *, problem: str | None = None) -> HTMLResponse:
    """Return the page of the first step."""
    law = open_policy(visitor.site.settings).profile.confirm
    return visitor.page(
        "board/look.html",
        status=200 if problem is None else 422,
        card=_card(visitor, found),
        form=form,
        problem=problem,
        choices=CHOICES,
        must_compare=law is not None and law.visual,
    )


def confirm_page(
    visitor: Visitor,
    compared: Comparison,
    form: LookForm,
    *,
    despite: dict[str, str] | None = None,
    problem: str | None = None,
) -> HTMLResponse:
    """Return the page of the second step: what agrees, what contradicts, and what may be done."""
    return visitor.page(
        "board/confirm.html",
        status=200 if problem is None else 422,
        card=_card(visitor, compared.card),
        form=form,
        compared=compared,
        despite=despite or {},
        problem=problem,
    )


def _card(visitor: Visitor, found: AlertCard) -> Card:
    return visitor.site.board.cards.of_life(found)
