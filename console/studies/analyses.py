"""Questions about many vehicles: the list, and one of them with what it found, opened one by one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.visitors import SignedIn, Visitor
from operations.analyses.asking import approve, open_result, run_analysis, view_analyses
from operations.analyses.question import question_of
from policy.decisions import open_policy
from schemas.actions import Action
from schemas.errors import InvalidInput
from schemas.permissions import may

router = APIRouter(prefix="/analyses")
Number = Annotated[int, Path(ge=1, lt=2**31)]


@router.get("")
def show_all(visitor: SignedIn) -> HTMLResponse:
    """Show the questions, and how far they may go."""
    found, _ = view_analyses(visitor.actor, visitor.site.database)
    return visitor.page(
        "studies/analyses.html",
        analyses=found[::-1],
        rule=open_policy(visitor.site.settings).analysis,
        may_ask=may(visitor.actor, Action.REQUEST_ANALYSIS),
    )


@router.get("/{number}")
def show(visitor: SignedIn, number: Number) -> HTMLResponse:
    """Show a question and what it found, without the plates that this person has not opened."""
    return _page(visitor, number)


@router.post("/{number}/approve")
def let_run(visitor: SignedIn, number: Number, reason: Annotated[str, Form(max_length=4000)] = "") -> Response:
    """Approve another person's question."""
    try:
        approve(visitor.actor, visitor.site.database, number, reason)
    except InvalidInput as error:
        return _refused(visitor, number, error, reason)
    return _back(number)


@router.post("/{number}/run")
def run(visitor: SignedIn, number: Number) -> Response:
    """Run one's own question, once."""
    try:
        run_analysis(visitor.actor, visitor.site.database, visitor.site.settings, number)
    except InvalidInput as error:
        return _refused(visitor, number, error)
    return _back(number)


@router.post("/{number}/results/{result}/open")
def open_one(visitor: SignedIn, number: Number, result: Number) -> Response:
    """Open one result: its plates are seen, and the audit has who saw them."""
    try:
        open_result(visitor.actor, visitor.site.database, number, result)
    except InvalidInput as error:
        return _refused(visitor, number, error)
    return RedirectResponse(f"/analyses/{number}#result-{result}", 303)


def _refused(visitor: Visitor, number: int, error: InvalidInput, reason: str = "") -> HTMLResponse:
    return _page(visitor, number, problem=str(error), reason=reason)


def _back(number: int) -> RedirectResponse:
    return RedirectResponse(f"/analyses/{number}", 303)


def _page(visitor: Visitor, number: int, *, problem: str = "", reason: str = "") -> HTMLResponse:
    (found,), results = view_analyses(visitor.actor, visitor.site.database, number)
    question = question_of(found.kind, found.question)
    rule = open_policy(visitor.site.settings).analysis
    is_own = found.requested_by == visitor.actor.person
    waits = question.needs_approval and rule.second_person and found.approved_by is None
    has_run = found.ran_at is not None
    return visitor.page(
        "studies/analysis.html",
        status=422 if problem else 200,
        one=found,
        question=question,
        asked=found.question,
        results=results,
        waits=waits,
        may_approve=waits and not has_run and not is_own and may(visitor.actor, Action.APPROVE_ANALYSIS),
        may_run=not waits and not has_run and is_own and may(visitor.actor, Action.RUN_ANALYSIS),
        may_open=may(visitor.actor, Action.OPEN_RESULT),
        detail=problem,
        reason=reason,
    )
