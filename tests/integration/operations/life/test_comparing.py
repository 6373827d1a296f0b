"""The first step of a confirmation says what differs and nothing else; another agency's alert is not there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from operations.life.change import Sayer
from operations.life.checking import ask_record
from operations.life.comparing import compare_alert
from operations.life.deciding import Look, acknowledge_alert, close_alert, confirm_alert, reject_alert
from operations.life.looking import show_alert
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.types import AlertOutcome, Rejection, Standing, VehicleDescription
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.operations.board.people import officer
from tests.integration.operations.life.alerts import LEE_SAYS, raised


def test_the_listed_plate_agrees_and_nothing_is_said_of_the_alert(database: Database) -> None:
    raised(database)
    found = compare_alert(LEE_SAYS, database, 1, Look("vnv-4527", "VA"))
    assert (found.fault, found.contradictions) == (None, ())
    assert found.card.life.standing is Standing.NEW
    (row,) = audit_entries(database)
    assert row.action == Action.VIEW_ALERT
    assert row.details["compared"] == "agrees"
    assert "VNV4527" not in str(row)


def test_another_plate_is_another_plate(database: Database) -> None:
    raised(database)
    found = compare_alert(LEE_SAYS, database, 1, Look("VNV4521"))
    assert found.fault == "the plate as seen is not the listed one: look again, or reject the alert as misread"
    assert "VNV4521" not in str(audit_entries(database))


def test_all_that_contradicts_is_named_whoever_saw_it(database: Database) -> None:
    raised(
        database,
        read_vehicle=VehicleDescription(vehicle_class="car"),
        listed_vehicle=VehicleDescription(style="MC", color="RED"),
    )
    found = compare_alert(LEE_SAYS, database, 1, Look("VNV4527", "NC", color="blue"))
    assert {(one.feature, one.seen_by) for one in found.contradictions} == {
        ("state", "person"),
        ("class", "reader"),
        ("color", "person"),
    }
    assert found.is_another_state


@pytest.mark.parametrize("look", [Look(""), Look("VNV4527", "Utopia"), Look("VNV4527", kind="spaceship")])
def test_what_cannot_be_is_refused(database: Database, look: Look) -> None:
    raised(database)
    with pytest.raises(InvalidInput):
        compare_alert(LEE_SAYS, database, 1, look)


JOKER = Sayer(officer("joker", "gotham"))
DEEDS: dict[str, Callable[[Database], object]] = {
    "show": lambda database: show_alert(JOKER, database, 1),
    "compare": lambda database: compare_alert(JOKER, database, 1, Look("VNV4527")),
    "acknowledge": lambda database: acknowledge_alert(JOKER, database, 1),
    "confirm": lambda database: confirm_alert(JOKER, database, 1, Look("VNV4527")),
    "reject": lambda database: reject_alert(JOKER, database, 1, Rejection.MISREAD),
    "ask": lambda database: ask_record(JOKER, database, 1),
    "close": lambda database: close_alert(JOKER, database, 1, AlertOutcome.NO_ACTION),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_somebody_of_another_agency_finds_no_such_alert(database: Database, deed: str) -> None:
    raised(database)
    with pytest.raises(InvalidInput, match="no alert 1"):
        DEEDS[deed](database)
    assert audit_entries(database) == []
    assert show_alert(LEE_SAYS, database, 1, leave_new=True).life.standing is Standing.NEW
