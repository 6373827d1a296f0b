"""What programs say of alerts for their people. A second time is refused with what stands: a retry doubles nothing."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from console.api.alerts.looking import sayer_of, told
from console.api.alerts.models import (
    Acknowledging,
    AlertTold,
    Answering,
    Asking,
    Closing,
    ComparisonTold,
    Confirming,
    LookAsked,
    Rejecting,
    Seeing,
    comparison_told,
)
from console.api.answers import ABSENT, BODY, STANDS, takes_json
from console.api.tags import Knows
from console.visitors import ApiCaller
from operations.life.change import Sayer
from operations.life.checking import answer_record, ask_record
from operations.life.comparing import compare_alert
from operations.life.deciding import acknowledge_alert, close_alert, confirm_alert, reject_alert
from operations.life.looking import show_alert
from policy.decisions import open_policy

router = APIRouter(tags=["alerts"], dependencies=[Depends(takes_json)])


def saying(caller: ApiCaller, knows: Knows) -> Sayer:
    """Return who says something, and how much was said when they looked."""
    return sayer_of(caller, knows)


Says = Annotated[Sayer, Depends(saying)]
_ANSWERS = {**STANDS, **BODY}


@router.post("/alerts/{alert_id}/seen", responses={**ABSENT, **BODY})
def see_alert(response: Response, caller: ApiCaller, alert_id: UUID, said: Seeing) -> AlertTold:
    """Say that somebody has seen an alert; one that is further stays as it is."""
    return told(response, show_alert(sayer_of(caller), caller.site.database, alert_id, leave_new=not said.seen))


@router.post("/alerts/{alert_id}/acknowledgment", responses=_ANSWERS)
def acknowledge(response: Response, caller: ApiCaller, sayer: Says, alert_id: UUID, said: Acknowledging) -> AlertTold:
    """Say that somebody takes care of an alert."""
    database = caller.site.database
    return told(response, acknowledge_alert(sayer, database, alert_id, note=said.note, supersedes=said.supersedes))


@router.post("/alerts/{alert_id}/comparison", responses={**ABSENT, **BODY})
def compare(caller: ApiCaller, alert_id: UUID, said: LookAsked) -> ComparisonTold:
    """Compare what a person sees with the entry: the step before a confirmation. Nothing is said of the alert by it."""
    return comparison_told(compare_alert(sayer_of(caller), caller.site.database, alert_id, said.look()))


@router.post("/alerts/{alert_id}/confirmation", responses=_ANSWERS)
def confirm(response: Response, caller: ApiCaller, sayer: Says, alert_id: UUID, said: Confirming) -> AlertTold:
    """Say that a named person has compared plate and vehicle, and that they are the listed ones."""
    site = caller.site
    card = confirm_alert(
        sayer,
        site.database,
        alert_id,
        said.look(said.despite),
        law=open_policy(site.settings).profile.confirm,
        note=said.note,
        supersedes=said.supersedes,
    )
    return told(response, card)


@router.post("/alerts/{alert_id}/rejection", responses=_ANSWERS)
def reject(response: Response, caller: ApiCaller, sayer: Says, alert_id: UUID, said: Rejecting) -> AlertTold:
    """Say that an alert is not about the listed vehicle, or that it is not there."""
    card = reject_alert(
        sayer,
        caller.site.database,
        alert_id,
        said.rejection,
        plate=said.plate,
        note=said.note,
        supersedes=said.supersedes,
    )
    return told(response, card)


@router.post("/alerts/{alert_id}/record-check", responses=_ANSWERS)
def ask_for_record(response: Response, caller: ApiCaller, sayer: Says, alert_id: UUID, said: Asking) -> AlertTold:
    """Note that the entering agency was asked; its clock runs from now on."""
    database = caller.site.database
    return told(
        response, ask_record(sayer, database, alert_id, said.priority, note=said.note, supersedes=said.supersedes)
    )


@router.post("/alerts/{alert_id}/record-check/answer", responses=_ANSWERS)
def answer_for_record(response: Response, caller: ApiCaller, sayer: Says, alert_id: UUID, said: Answering) -> AlertTold:
    """Note what the entering agency has answered."""
    card = answer_record(
        sayer,
        caller.site.database,
        alert_id,
        said.answer,
        minutes=said.minutes,
        note=said.note,
        supersedes=said.supersedes,
    )
    return told(response, card)


@router.post("/alerts/{alert_id}/outcome", responses=_ANSWERS)
def close(response: Response, caller: ApiCaller, sayer: Says, alert_id: UUID, said: Closing) -> AlertTold:
    """Say what came of an alert, which closes it."""
    site = caller.site
    card = close_alert(
        sayer,
        site.database,
        alert_id,
        said.outcome,
        law=open_policy(site.settings).profile.confirm,
        note=said.note,
        supersedes=said.supersedes,
    )
    return told(response, card)
