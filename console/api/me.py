"""Who asks, and what they may."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from console.visitors import ApiCaller
from schemas.roles import Role, Scope

router = APIRouter(tags=["people"])


class Me(BaseModel):
    """Whoever asks."""

    name: str
    agency_id: str
    roles: list[Role]
    scopes: list[Scope] | None
    """What the token is limited to; null: no token was used."""


@router.get("/me")
def me(caller: ApiCaller) -> Me:
    """Say who asks, which tries a token."""
    actor = caller.actor
    scopes = None if actor.scopes is None else sorted(actor.scopes)
    return Me(name=actor.name, agency_id=actor.agency_id, roles=sorted(actor.roles or ()), scopes=scopes)
