"""What officers said in cars becomes dispositions, once each, in their names; what contradicts is kept and shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from operations.cars.answering import settle_waiting, take_answers
from operations.cars.noting import take_notes
from operations.cars.signing_on import sign_on
from operations.life.deciding import Look, confirm_alert
from operations.life.looking import show_alert
from schemas import ids
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.events import Alert, Answered, CarNote, Noted
from schemas.settings import Settings
from schemas.types import (
    CheckPriority,
    DispositionKind,
    RecordAnswer,
    Rejection,
    Standing,
    Surface,
    VehicleEvidence,
)
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.people import people
from tests.integration.operations.cars.officers import CAR, PASSWORD, car, car_settings, officer, said
from tests.integration.operations.life.alerts import KIM_SAYS, LEE_SAYS, raised

MOST_ANSWERS = 200

BLUE = VehicleEvidence("color", "blue", "RED", False, -0.9)


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    made = car_settings(tmp_path)
    officer(database, made)
    car(database, made)
    return made


@pytest.fixture
def shift(database: Database, settings: Settings) -> UUID:
    """Kim has signed on in the car as unit 7."""
    asked = {"name": "Kim", "password": PASSWORD, "code": "", "unit": "7"}
    return UUID(sign_on(database, settings, CAR, asked)["sign_on"])


def send(database: Database, settings: Settings, *answers: dict[str, Any]) -> list[str]:
    received = take_answers(database, settings, CAR, list(answers))
    assert received.refused == ()
    return list(received.stored)


def kinds(database: Database, alert: Alert) -> list[DispositionKind]:
    return [one.kind for one in show_alert(LEE_SAYS, database, alert.alert_id, leave_new=True).dispositions]


def test_an_answer_is_a_disposition_in_the_officers_name_once(
    database: Database, settings: Settings, shift: UUID
) -> None:
    alert = raised(database)
    answer = said(shift, alert.alert_id, Answered.CORRECT, seconds=-90)
    assert send(database, settings, answer) == [answer["answer_id"]]
    # The car did not hear that it was stored, and sends it again, also beside others.
    send(database, settings, answer, answer)
    card = show_alert(LEE_SAYS, database, alert.alert_id, leave_new=True)
    (one,) = card.dispositions
    assert (one.kind, one.person, one.actor, one.surface) == (DispositionKind.CONFIRMED, "kim", "kim", Surface.CAR)
    assert (one.origin, one.plate_seen) == ("car car-12, unit 7", "VNV4527")
    # It was said when it was said, not when the car found a network.
    assert one.at.isoformat() == answer["at"].replace("Z", "+00:00")
    assert card.life.standing is Standing.CONFIRMED
    (row,) = [one for one in audit_entries(database) if one.action is Action.CONFIRM_ALERT]
    assert (row.actor.name, row.actor.origin, row.details["unit"]) == ("kim", "car car-12, unit 7", "7")


def test_an_answer_that_comes_before_its_read_waits_for_the_alert(
    database: Database, settings: Settings, shift: UUID
) -> None:
    later = raised(database, number=9)
    with database.transaction() as connection:
        connection.execute("delete from alerts where alert_id = %s", [later.alert_id])
    answer = said(shift, later.alert_id, Answered.WRONG_STATE)
    assert send(database, settings, answer) == [answer["answer_id"]]
    assert settle_waiting(database, settings, 100) == 0
    again = raised(database, number=9)
    assert again.alert_id == later.alert_id
    assert settle_waiting(database, settings, 100) == 1
    card = show_alert(LEE_SAYS, database, again.alert_id, leave_new=True)
    assert [one.rejection for one in card.dispositions] == [Rejection.WRONG_STATE]
    assert settle_waiting(database, settings, 100) == 0


def test_the_whole_shift_comes_in_its_order(database: Database, settings: Settings, shift: UUID) -> None:
    alert = raised(database)
    send(
        database,
        settings,
        said(shift, alert.alert_id, Answered.DISMISSED, seconds=-50),
        said(shift, alert.alert_id, Answered.MISREAD, seconds=-40),
        # Somebody looked again: what this car said may be said otherwise there.
        said(shift, alert.alert_id, Answered.CORRECT, seconds=-30),
        said(shift, alert.alert_id, Answered.RECORD_ASKED, seconds=-20, priority=CheckPriority.URGENT),
        said(
            *(shift, alert.alert_id, Answered.RECORD_ANSWERED),
            **{"seconds": -10, "answer": RecordAnswer.TIME_NEEDED, "minutes": 10},
        ),
        said(shift, alert.alert_id, Answered.RECORD_ANSWERED, seconds=-5, answer=RecordAnswer.NOT_VALID),
    )
    card = show_alert(LEE_SAYS, database, alert.alert_id, leave_new=True)
    assert [one.kind for one in card.dispositions] == [
        DispositionKind.SEEN,
        DispositionKind.REJECTED,
        DispositionKind.CONFIRMED,
        DispositionKind.RECORD_CHECK_ASKED,
        DispositionKind.RECORD_CHECK_ANSWERED,
        DispositionKind.RECORD_CHECK_ANSWERED,
    ]
    assert card.life.standing is Standing.CONFIRMED
    assert card.life.check is not None
    assert card.life.check.answer is RecordAnswer.NOT_VALID
    assert card.beside == ()


def test_who_said_otherwise_here_meanwhile_keeps_the_last_word_and_the_cars_is_shown_beside(
    database: Database, settings: Settings, shift: UUID
) -> None:
    alert = raised(database)
    confirm_alert(LEE_SAYS, database, alert.alert_id, Look("VNV4527"))
    answer = said(shift, alert.alert_id, Answered.MISREAD, seconds=-60)
    assert send(database, settings, answer) == [answer["answer_id"]]
    card = show_alert(KIM_SAYS, database, alert.alert_id, leave_new=True)
    assert card.life.confirmed_by == "lee"
    (beside,) = card.beside
    assert (beside.what, beside.person, beside.unit, beside.car_id) == ("misread", "kim", "7", CAR)
    assert "it was confirmed by lee at" in beside.why
    # The same as what stands is no conflict.
    send(database, settings, said(shift, alert.alert_id, Answered.CORRECT))
    assert len(show_alert(KIM_SAYS, database, alert.alert_id, leave_new=True).beside) == 1
    assert kinds(database, alert) == [DispositionKind.CONFIRMED]


def test_what_the_server_knows_of_the_vehicle_has_to_be_seen_in_the_car(
    database: Database, settings: Settings, shift: UUID
) -> None:
    alert = raised(database, evidence=(BLUE,))
    send(database, settings, said(shift, alert.alert_id, Answered.CORRECT, seconds=-9))
    card = show_alert(LEE_SAYS, database, alert.alert_id, leave_new=True)
    assert card.dispositions == ()
    assert "COLOR: seen blue, listed RED (by the reader), which the car did not show" in card.beside[0].why
    send(database, settings, said(shift, alert.alert_id, Answered.CORRECT, despite=("color",)))
    card = show_alert(LEE_SAYS, database, alert.alert_id, leave_new=True)
    assert card.life.confirmed_by == "kim"
    assert [feature for feature, _ in card.dispositions[0].despite] == ["color"]


def test_nobody_speaks_in_anothers_name(database: Database, settings: Settings, shift: UUID) -> None:
    alert = raised(database)
    officer(database, settings, "lee")
    car(database, settings, "car-13")
    wrong = [
        said(uuid4(), alert.alert_id, Answered.MISREAD),
        said(shift, alert.alert_id, Answered.MISREAD, person="lee"),
        said(shift, alert.alert_id, Answered.MISREAD, car_id="car-13"),
        said(shift, alert.alert_id, Answered.MISREAD, seconds=80 * 3600),
        said(shift, alert.alert_id, Answered.MISREAD) | {"answer_id": str(uuid4())},
        said(shift, alert.alert_id, Answered.MISREAD) | {"what": "arrested"},
        "no answer",
    ]
    received = take_answers(database, settings, CAR, wrong)
    assert received.stored == ()
    assert len(received.refused) == len(wrong)
    reasons = dict(received.refused)
    assert reasons[wrong[1]["answer_id"]] == "nobody of this name had signed on in this car then"
    assert reasons[wrong[2]["answer_id"]] == "the answer is another car's"
    assert kinds(database, alert) == []
    for sent in ({}, ["x"] * (MOST_ANSWERS + 1), None):
        with pytest.raises(InvalidInput, match="at most 200 at a time"):
            take_answers(database, settings, CAR, sent)  # type: ignore[arg-type]


def test_somebody_who_was_disabled_meanwhile_says_nothing_any_more_and_that_is_kept(
    database: Database, settings: Settings, shift: UUID
) -> None:
    alert = raised(database)
    with database.transaction() as connection:
        kim = people.people(connection, name="kim")[0]
        people.disable_person(connection, kim.person_id, "root", "left the force")
    send(database, settings, said(shift, alert.alert_id, Answered.MISREAD))
    card = show_alert(LEE_SAYS, database, alert.alert_id, leave_new=True)
    assert card.dispositions == ()
    assert [(one.state, one.why) for one in card.beside] == [("refused", "kim may not say that")]


def test_looks_in_the_car_stand_in_the_audit_once(database: Database, settings: Settings, shift: UUID) -> None:
    alert = raised(database)
    at = alert.created_at
    note = CarNote(
        **{"note_id": ids.car_note_id(CAR, "alert_opened", str(alert.alert_id), at), "car_id": CAR, "at": at},
        **{"what": Noted.ALERT_OPENED, "person": "kim", "unit": "7", "sign_on": shift, "alert_id": alert.alert_id},
    ).model_dump(mode="json")
    other = note | {"note_id": str(uuid4()), "car_id": "car-13"}
    received = take_notes(database, settings, CAR, [note, note, other, {"note_id": "x"}])
    assert received.stored == (note["note_id"], note["note_id"])
    assert received.refused[0][1] == "the note is another car's"
    looks = [one for one in audit_entries(database) if one.action is Action.VIEW_ALERT]
    assert [(one.actor.name, one.actor.origin, one.details["alert_id"]) for one in looks] == [
        ("kim", "car car-12, unit 7", str(alert.alert_id))
    ]
