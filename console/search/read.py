"""One read: its pictures, all that was reported of it, and the form that puts a correction beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse

from console.search.choices import choices_of
from console.search.form import SearchForm, Typed
from console.search.page import refused_page
from console.search.showing import Showing, picture_url
from console.visitors import SignedIn, Visitor
from console.why import why_of
from operations.searches.correcting import correct_read
from operations.searches.reading import ShownRead, show_read
from operations.sharing.zones import agency_zone
from schemas.actions import Action
from schemas.errors import InvalidInput
from schemas.permissions import check_permitted, may

router = APIRouter()
Text = Annotated[str, Form(max_length=4000)]


@dataclass(frozen=True, slots=True)
class Correcting:
    """What was typed to correct a read."""

    plate: str = ""
    state: str = ""
    reason: str = ""


@router.post("/search/read")
def show(visitor: SignedIn, form: Typed, read: Annotated[UUID, Form()]) -> HTMLResponse:
    """Show a read."""
    check_permitted(visitor.actor, Action.VIEW_REVISIONS)
    return _shown(visitor, form, read)


@router.post("/search/read/correct")
def correct(
    visitor: SignedIn,
    form: Typed,
    read: Annotated[UUID, Form()],
    plate_seen: Text = "",
    state_seen: Text = "",
    reason: Text = "",
) -> HTMLResponse:
    """Put beside a read what somebody sees on its plate, and show it again."""
    typed = Correcting(plate_seen, state_seen, reason)
    try:
        correct_read(visitor.actor, visitor.site.database, read, plate_seen, reason, state_seen.strip() or None)
    except InvalidInput as error:
        return _shown(visitor, form, read, typed=typed, problem=str(error))
    return _shown(visitor, form, read, done=True)


def _shown(
    visitor: Visitor,
    form: SearchForm,
    read_id: UUID,
    *,
    typed: Correcting | None = None,
    problem: str | None = None,
    done: bool = False,
) -> HTMLResponse:
    site = visitor.site
    try:
        found = show_read(visitor.actor, site.database, site.settings, read_id, why_of(form.said))
    except InvalidInput as error:
        return refused_page(visitor, form, error)
    return visitor.page(
        "search/read.html",
        status=200 if problem is None else 422,
        form=form,
        typed=typed or Correcting(),
        problem=problem,
        done=done,
        may_correct=may(visitor.actor, Action.CORRECT_READ),
        **_values(visitor, found),
    )


def _values(visitor: Visitor, found: ShownRead) -> dict[str, object]:
    settings, shown = visitor.site.settings, found.revisions.shown
    corrections = {} if found.correction is None else {shown.read_id: found.correction}
    showing = Showing(agency_zone(settings), choices_of(visitor.site), corrections, {})
    revisions = [
        {
            "row": showing.row(one.read),
            "stored": showing.at(one.stored_at),
            "changes": [f"{change.field}: {change.before} \u2192 {change.after}" for change in one.changes],
            "is_newest": one.is_newest,
            "payload": one.payload,
        }
        for one in found.revisions.revisions
    ]
    return {
        "row": showing.row(shown),
        "stored": showing.at(found.revisions.stored_at),
        "correction": found.correction,
        "corrected": None if found.correction is None else showing.at(found.correction.corrected_at),
        "plate_picture": picture_url(found.pictures.plate),
        "scene_picture": picture_url(found.pictures.scene),
        "revisions": revisions,
    }
