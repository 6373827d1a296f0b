"""A refused permission is said as that, and written down: on every route, and nowhere as bad input."""

from __future__ import annotations

import contextlib

from schemas.audit import Action
from schemas.roles import Role
from storage.audit.reader import AuditEntry, AuditFilter, audit_entries
from storage.database import Database
from tests.integration.console.attacks.routes import OPEN, needed, routes
from tests.integration.console.attacks.test_every_route import OF_ONESELF, asked
from tests.integration.console.site import Stage

ROLES = (Role.ADMINISTRATOR, Role.OFFICER, Role.CAMERA_ADMINISTRATOR)
"""No two of them may the same, but look at one's own and at status."""
BY_TICKET = frozenset({"/cameras/{camera_id}/live/{ticket}", "/cameras/{camera_id}/live/{ticket}/video.mp4"})
"""Who has the ticket was permitted when they got it; of no ticket is said that it is not there."""


def newest_refusal(database: Database) -> AuditEntry | None:
    return next(iter(audit_entries(database, AuditFilter(action=Action.REFUSED), limit=1)), None)


def test_on_every_route_it_is_403_and_one_row_of_the_audit(stage: Stage) -> None:
    never = []
    with contextlib.ExitStack() as stack:
        clients = {role: stack.enter_context(stage.site.client(stage.site.signed_in(role, role))) for role in ROLES}
        for route in routes():
            if route.path in OPEN | OF_ONESELF | BY_TICKET:
                continue
            refused = []
            for role, client in clients.items():
                before = newest_refusal(stage.site.database)
                answer = asked(client, route, stage, **needed(route))
                if answer.status_code != 403:
                    continue
                refused.append(role)
                row = newest_refusal(stage.site.database)
                assert row is not None, route
                assert before is None or row.audit_id > before.audit_id, route
                assert row.actor.person == role.value, route
                assert row.details["why_refused"] in answer.text.replace("&#39;", "'"), route
                if route.is_api:
                    assert answer.headers["content-type"] == "application/problem+json", route
            if not refused:
                never.append(f"{route.method} {route.path}")
    assert never == []
