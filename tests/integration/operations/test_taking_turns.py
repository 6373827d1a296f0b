"""Of two who decide about the same thing the second waits for the first, and judges by what is there afterwards."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from psycopg.conninfo import make_conninfo

from operations.analyses.asking import approve, ask_analysis, run_analysis
from operations.analyses.question import Convoy
from operations.duties.preserving import (
    PreservationWish,
    preserve,
    release_preservation,
    renew_preservation,
    show_preserved,
)
from operations.life.checking import ask_record
from operations.life.deciding import Look, confirm_alert
from operations.life.looking import show_alert
from operations.people.accounts import add_person, change_person
from operations.reasons import Why
from schemas.errors import TransientError
from schemas.roles import Role
from schemas.settings import Settings
from storage.database import Database
from storage.sql import load_queries
from tests.integration.operations.audited import LEE
from tests.integration.operations.life.alerts import KIM_SAYS, LEE_SAYS, raised
from tests.integration.storage.samples import START

WHY = Why("stolen vehicle, seen leaving Main Street", "26-117")
KIM = replace(LEE, name="kim")


@dataclass(frozen=True, slots=True)
class Turn:
    """What one holds (a statement of a file, with its parameters), and what another one does meanwhile."""

    file: str
    held: str
    act: Callable[[Database, Settings], object]
    values: dict[str, Any] = field(default_factory=dict)


PLATE = {"plates": ["VNV4527"]}
TURNS = {
    "saying something of an alert whose plate's hits are settled": Turn(
        "alerts/writer", "lock_plates", lambda on, _: ask_record(LEE_SAYS, on, 1), PLATE
    ),
    "looking at an alert whose plate's hits are settled": Turn(
        "alerts/writer", "lock_plates", lambda on, _: show_alert(LEE_SAYS, on, 1), PLATE
    ),
    "confirming an alert of which something is said": Turn(
        "alerts/writer", "lock_plates", lambda on, _: confirm_alert(KIM_SAYS, on, 1, Look("VNV4527")), PLATE
    ),
    "approving a question": Turn(
        "analyses/analyses", "lock", lambda on, _: approve(KIM, on, 1, "the case needs it"), {"analysis_id": 1}
    ),
    "running a question": Turn(
        "analyses/analyses", "lock", lambda on, settings: run_analysis(LEE, on, settings, 1), {"analysis_id": 1}
    ),
    "renewing a request": Turn(
        "preserving/preservations",
        "lock",
        lambda on, settings: renew_preservation(LEE, on, settings, 1, 30),
        {"preservation_id": 1},
    ),
    "looking at what a request keeps": Turn(
        "preserving/preservations",
        "lock",
        lambda on, settings: show_preserved(LEE, on, settings, 1, WHY),
        {"preservation_id": 1},
    ),
    "ending a request": Turn(
        "preserving/preservations",
        "lock",
        lambda on, _: release_preservation(LEE, on, 1, "the case was closed"),
        {"preservation_id": 1},
    ),
    "changing a person": Turn(
        "people/people", "lock", lambda on, _: change_person(LEE, on, "pat", roles=[Role.AUDITOR]), {"person_id": 1}
    ),
}


def _prepared(database: Database, settings: Settings) -> None:
    raised(database)
    question = Convoy(START - timedelta(days=1), START + timedelta(days=1), "VNV4527")
    assert ask_analysis(LEE, database, settings, question, WHY).analysis_id == 1
    wish = PreservationWish("VNV4527", "J. Roe", "letter", "26-117", "seen at a theft", 9)
    assert preserve(LEE, database, settings, wish).preservation_id == 1
    add_person(LEE, database, settings, "pat", [Role.OFFICER])


def test_who_comes_second_waits(database: Database, database_url: str, tmp_path: Path) -> None:
    settings, went_past = Settings(data_dir=tmp_path), []
    _prepared(database, settings)
    hasty = make_conninfo(database_url, options="-c lock_timeout=50")
    with contextlib.closing(Database(hasty, "here")) as impatient:
        impatient.open()
        for name, turn in TURNS.items():
            with contextlib.suppress(_Undone), database.transaction() as connection:
                connection.execute(load_queries(turn.file)[turn.held], turn.values)
                try:
                    turn.act(impatient, settings)
                    went_past.append(name)
                except TransientError as error:
                    assert "lock timeout" in str(error), name  # noqa: PT017 - for each of many
                raise _Undone
            turn.act(database, settings)
    assert went_past == []


class _Undone(Exception):
    pass
