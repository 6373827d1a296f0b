"""All agreements: who sees what of ours, and what we see of theirs; and one of them with all that was decided."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from console.visitors import SignedIn, Visitor
from operations.sharing.looking import view_agreements, who_sees_what
from operations.sharing.said import view_heard
from operations.sharing.theirs import what_we_see
from operations.sharing.wording import scope_of, state_of
from schemas.actions import Action
from schemas.permissions import may

router = APIRouter(prefix="/agreements")
MOST_HEARD = 20


@router.get("")
def show(visitor: SignedIn) -> HTMLResponse:
    """Show every agreement, what flows under it, and what comes from others."""
    site = visitor.site
    newest = {version.agreement.id: version for version in view_agreements(visitor.actor, site.database)}
    return visitor.page(
        "agreements/overview.html",
        newest=list(newest.values()),
        sights=who_sees_what(visitor.actor, site.database, site.settings),
        theirs=what_we_see(visitor.actor, site.database, site.settings),
        may_propose=may(visitor.actor, Action.ADD_AGREEMENT),
        may_ask=may(visitor.actor, Action.QUERY),
        state_of=state_of,
        scope_of=scope_of,
    )


@router.get("/of/{agreement_id}")
def show_one(visitor: SignedIn, agreement_id: str, done: str = "") -> HTMLResponse:
    """Show one agreement: what it says, its versions and who decided them, and what may be decided now."""
    words = {
        "proposed": "It is proposed, and waits for another person's approval.",
        "narrowed": "It grants nothing more than before and is in force.",
        "approved": "It is approved. Let its members read at the broker: platewatch agreements acl.",
        "ended": "It is ended: nothing goes out under it any more. Take its members' rights at the broker: "
        "platewatch agreements acl.",
    }
    return agreement_page(visitor, agreement_id, done=words.get(done, ""))


def agreement_page(
    visitor: Visitor, agreement_id: str, *, done: str = "", detail: str = "", reason: str = "", status: int = 200
) -> HTMLResponse:
    """Return the page of one agreement.

    Args:
        visitor: Who looks.
        agreement_id: The agreement.
        done: What was just done, in words.
        detail: What was wrong with what was asked.
        reason: What was typed as the reason to end it.
        status: The HTTP status.

    Raises:
        InvalidInput: There is no such agreement.
    """
    site, actor = visitor.site, visitor.actor
    versions = view_agreements(actor, site.database, agreement_id)
    newest = versions[-1]
    sights = who_sees_what(actor, site.database, site.settings)
    heard = view_heard(actor, site.database, MOST_HEARD, agreement_id=agreement_id)
    return visitor.page(
        "agreements/agreement.html",
        status=status,
        versions=versions[::-1],
        newest=newest,
        agreement=newest.agreement,
        sights=[sight for sight in sights if sight.version.agreement.id == agreement_id],
        heard=heard,
        may_approve=may(actor, Action.APPROVE_AGREEMENT) and newest.is_pending and newest.proposed_by != actor.person,
        is_own=newest.is_pending and newest.proposed_by == actor.person,
        may_end=may(actor, Action.END_AGREEMENT) and newest.ended_at is None,
        done=done,
        detail=detail,
        reason=reason,
        state_of=state_of,
        scope_of=scope_of,
    )
