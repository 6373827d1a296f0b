"""Where each role may go, and where it begins; and what an error means to whoever asked."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.answers import status_of
from console.navigation import beginning_of, entries_for
from schemas.actor import Actor, SignIn
from schemas.errors import (
    ConfigurationError,
    Conflict,
    DatabaseUnavailable,
    HeldForReview,
    InvalidInput,
    NotPermitted,
    NotThere,
    Outdated,
    PlatewatchError,
)
from schemas.roles import Role

DOCUMENT = Path(__file__).parents[3] / "docs" / "api.md"
WORK = ["Board", "Search", "Analyses", "Kept for cases", "Corrections", "Ask a neighbor", "Lists"]
MACHINES = ["Cameras", "Cars", "Figures", "Operations"]
REVIEW = ["Agreements", "Audit", "Reports", "Retention", "People"]
PATHS = {
    "Board": "/board",
    "Search": "/search",
    "Kept for cases": "/preservations",
    "Ask a neighbor": "/ask",
    "Operations": "/operations",
    "Alarms": "/operations/alarms",
}


@pytest.mark.parametrize(
    ("role", "entries", "begins"),
    [
        (Role.OFFICER, ["Board"], "/board"),
        (Role.ANALYST, WORK, "/board"),
        (Role.SUPERVISOR, [*WORK, *MACHINES, "Alarms", *REVIEW], "/board"),
        (Role.LIST_ADMINISTRATOR, ["Lists", "Alarms"], "/lists"),
        (Role.CAMERA_ADMINISTRATOR, [*MACHINES, "Alarms"], "/cameras"),
        (Role.AUDITOR, ["Analyses", "Kept for cases", "Lists", *MACHINES, *REVIEW], "/audit"),
        (Role.ADMINISTRATOR, ["People"], "/people"),
        (None, [], "/account"),
    ],
)
def test_everybody_is_shown_the_way_to_their_work_and_to_nothing_else(
    role: Role | None, entries: list[str], begins: str
) -> None:
    actor = Actor("lee", SignIn.PASSWORD, "desk", "portsmouth-pd", frozenset() if role is None else frozenset({role}))
    shown = entries_for(actor)
    assert [one.label for one in shown] == entries
    assert {one.label: one.path for one in shown} == {name: PATHS.get(name, f"/{name.lower()}") for name in entries}
    assert beginning_of(actor) == begins


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotPermitted("no"), 403),
        (NotThere("none"), 404),
        (Outdated("changed"), 412),
        (Conflict("somebody was first"), 409),
        (HeldForReview("held", source="list.csv", line=None, as_of=datetime(2026, 11, 20, tzinfo=UTC)), 409),
        (InvalidInput("wrong"), 422),
        (DatabaseUnavailable("away"), 503),
        (ConfigurationError("no such feed"), 409),
        (PlatewatchError("anything else"), 500),
    ],
)
def test_an_error_means_what_the_document_says(error: PlatewatchError, status: int) -> None:
    assert status_of(error) == status
    if status != 500:
        table = DOCUMENT.read_text(encoding="utf-8").partition("| status | what to do |")[2].partition("\n\n")[0]
        assert status in {int(one) for row in re.findall(r"^\| ([\d, ]+) \|", table, re.M) for one in row.split(", ")}
