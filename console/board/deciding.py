"""What an officer says of an alert: each form has a path of its own, and what is refused is shown with its reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form
from fastapi.responses import RedirectResponse, Response

from console.board.alert import alert_page, confirm_page, looked_at, sayer_of
from console.board.forms import LookForm, despite_form, look_form, number_of
from console.visitors import SignedIn, Visitor
from operations.life.checking import answer_record, ask_record
from operations.life.comparing import compare_alert
from operations.life.deciding import acknowledge_alert, close_alert, confirm_alert, reject_alert
from policy.decisions import open_policy
from schemas.errors import InvalidInput
from schemas.types import AlertOutcome, CheckPriority, RecordAnswer, Rejection

router = APIRouter()
Text = Annotated[str, Form(max_length=4000)]
Supersedes = Annotated[str, Form(max_length=20)]


@router.post("/board/alerts/{alert_id}/acknowledge")
def acknowledge(visitor: SignedIn, alert_id: UUID, supersedes: Supersedes = "", note: Text = "") -> Response:
    """Take care of an alert."""
    say = sayer_of(visitor)
    return _said(
        visitor,
        alert_id,
        lambda: acknowledge_alert(
            say, visitor.site.database, alert_id, note=note or None, supersedes=number_of(supersedes)
        ),
    )


@router.post("/board/alerts/{alert_id}/confirm")
def confirm(
    visitor: SignedIn,
    alert_id: UUID,
    form: Annotated[LookForm, Depends(look_form)],
    despite: Annotated[dict[str, str], Depends(despite_form)],
    note: Text = "",
    supersedes: Supersedes = "",
) -> Response:
    """Confirm an alert: the second step, which sends what was seen in the first."""
    law = open_policy(visitor.site.settings).profile.confirm
    try:
        confirm_alert(
            sayer_of(visitor),
            visitor.site.database,
            alert_id,
            form.look(despite),
            law=law,
            note=note or None,
            supersedes=number_of(supersedes),
        )
    except InvalidInput as error:
        compared = compare_alert(sayer_of(visitor), visitor.site.database, alert_id, form.look())
        return confirm_page(visitor, compared, form, despite=despite, problem=str(error))
    return _back(alert_id)


@router.post("/board/alerts/{alert_id}/reject")
def reject(
    visitor: SignedIn,
    alert_id: UUID,
    rejection: Annotated[Rejection, Form()],
    plate: Annotated[str, Form(max_length=200)] = "",
    note: Text = "",
    supersedes: Supersedes = "",
) -> Response:
    """Say that an alert is not about the listed vehicle, or that it is not there."""
    say = sayer_of(visitor)
    return _said(
        visitor,
        alert_id,
        lambda: reject_alert(
            say,
            visitor.site.database,
            alert_id,
            rejection,
            plate=plate.strip() or None,
            note=note or None,
            supersedes=number_of(supersedes),
        ),
        plate=plate,
        rejection=rejection,
        note=note,
    )


@router.post("/board/alerts/{alert_id}/record")
def ask(
    visitor: SignedIn, alert_id: UUID, priority: Annotated[CheckPriority, Form()], supersedes: Supersedes = ""
) -> Response:
    """Note that the entering agency was asked."""
    say, number = sayer_of(visitor), number_of(supersedes)
    return _said(
        visitor,
        alert_id,
        lambda: ask_record(say, visitor.site.database, alert_id, priority, supersedes=number),
    )


@router.post("/board/alerts/{alert_id}/record/answer")
def answer(
    visitor: SignedIn,
    alert_id: UUID,
    answer: Annotated[RecordAnswer, Form()],
    minutes: Annotated[str, Form(max_length=20)] = "",
    note: Text = "",
    supersedes: Supersedes = "",
) -> Response:
    """Note what the entering agency has answered."""
    say, number = sayer_of(visitor), number_of(supersedes)
    needed = number_of(minutes.strip()) if answer is RecordAnswer.TIME_NEEDED else None
    return _said(
        visitor,
        alert_id,
        lambda: answer_record(
            say,
            visitor.site.database,
            alert_id,
            answer,
            minutes=needed,
            note=note or None,
            supersedes=number,
        ),
        answer=answer,
        note=note,
    )


@router.post("/board/alerts/{alert_id}/outcome")
def close(
    visitor: SignedIn,
    alert_id: UUID,
    outcome: Annotated[AlertOutcome, Form()],
    note: Text = "",
    supersedes: Supersedes = "",
) -> Response:
    """Say what came of an alert, which closes it."""
    say, number = sayer_of(visitor), number_of(supersedes)
    law = open_policy(visitor.site.settings).profile.confirm
    return _said(
        visitor,
        alert_id,
        lambda: close_alert(
            say, visitor.site.database, alert_id, outcome, law=law, note=note or None, supersedes=number
        ),
        outcome=outcome,
        note=note,
    )


def _said(visitor: Visitor, alert_id: UUID, say: Callable[[], object], **typed: object) -> Response:
    """Say it and go back to the alert; what is refused is shown there, with what was typed."""
    try:
        say()
    except InvalidInput as error:
        looked = looked_at(visitor, alert_id, leave_new=True)
        return alert_page(visitor, looked, problem=str(error), status=422, **typed)
    return _back(alert_id)


def _back(alert_id: UUID) -> RedirectResponse:
    return RedirectResponse(f"/board/alerts/{alert_id}", 303)
