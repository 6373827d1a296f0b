"""Whether the audit is as it was written."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from console.visitors import SignedIn
from operations.audit.verifying import verify_audit
from operations.audit.words import problem_lines, verification_lines
from schemas.actions import Action
from schemas.permissions import check_permitted

router = APIRouter(prefix="/audit/verify")


@router.get("")
def show(visitor: SignedIn) -> HTMLResponse:
    """Say what is checked, and offer to do it."""
    check_permitted(visitor.actor, Action.VERIFY_AUDIT)
    return visitor.page("audit/verify.html", found=None, problems=[], lines=[])


@router.post("")
def verify(visitor: SignedIn) -> HTMLResponse:
    """Check every row against its seal, and say what came of it."""
    found = verify_audit(visitor.actor, visitor.site.database, visitor.site.settings)
    return visitor.page(
        "audit/verify.html", found=found, problems=problem_lines(found), lines=verification_lines(found)
    )
