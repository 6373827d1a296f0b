"""Where somebody begins."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from console.navigation import beginning_of
from console.visitors import SignedIn

router = APIRouter()


@router.get("/")
def home(visitor: SignedIn) -> RedirectResponse:
    """Go where somebody's work is."""
    return RedirectResponse(beginning_of(visitor.actor), 303)
