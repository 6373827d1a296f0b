"""What stands on a card."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.cards.card import CameraPlace
from policy.duties import ConfirmRule
from schemas.events import AlertType, ConfirmationEvent
from schemas.types import (
    AlertOutcome,
    CheckPriority,
    DispositionKind,
    RecordAnswer,
    Rejection,
    VehicleDescription,
)
from tests.unit.alerts.cards.made import NOW, alert, card, said
from tests.unit.alerts.samples import START

LAW = ConfirmRule(
    visual=True,
    record=True,
    is_suspicion=False,
    citation="General order 41",
    as_of=date(2026, 1, 1),
    confidence="read",
)


def test_a_new_alert_says_that_nobody_has_confirmed_it() -> None:
    shown = card()
    assert shown.confirmed == "confirmed by nobody yet"
    assert not shown.is_confirmed
    assert shown.standing == "new"
    assert shown.headline == "stolen vehicle: VNV4527 VA"
    assert (shown.tier_words, shown.list_age) == ("same text as listed", "3 h old")
    assert "armed" in dict(shown.entry)["instructions"]


def test_a_confirmation_has_a_name_and_a_time_of_the_agencys_clock() -> None:
    shown = card(None, said(DispositionKind.CONFIRMED, despite=(("color", "yellow light"),), note="at the bridge"))
    assert shown.confirmed == ("confirmed by lee at 2026-11-20 13:31:00 EST; color: yellow light; at the bridge")
    assert shown.is_confirmed


def test_a_canceled_alert_is_none_to_act_on_even_if_it_was_confirmed() -> None:
    shown = card(None, said(DispositionKind.CONFIRMED), canceled=True)
    assert shown.canceled == "its entry does not stand any more"
    assert not shown.is_confirmed
    assert shown.is_done
    assert shown.standing.startswith("taken back; confirmed by lee")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 3, 8, 6, 59, 59, tzinfo=UTC), "2026-03-08 01:59:59 EST"),
        (datetime(2026, 3, 8, 7, 0, tzinfo=UTC), "2026-03-08 03:00:00 EDT"),
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "2026-11-01 01:30:00 EDT"),
        (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), "2026-11-01 01:30:00 EST"),
    ],
)
def test_times_are_the_agencys_over_the_changes_of_daylight_saving(moment: datetime, expected: str) -> None:
    assert card(alert(read={"captured_at": moment})).captured == expected


def test_another_zone_is_another_clock() -> None:
    assert card(zone=ZoneInfo("America/Los_Angeles")).captured == "2026-11-20 10:30:00 PST"


def test_what_speaks_against_the_alert_comes_first_and_is_marked() -> None:
    vehicle = {"feature": "color", "read": "white", "listed": "black", "agrees": False, "score": -3.0}
    shown = card(alert(read={"jurisdiction": "US-NC"}, hit={"vehicle": (vehicle,)}))
    assert [(one.name, one.agrees) for one in shown.features[:2]] == [("state", False), ("color", False)]
    assert shown.features[0].seen == "NC"
    assert shown.features[0].note == "90% sure"
    assert shown.against == (
        "STATE: seen US-NC, listed US-VA (by the reader)",
        "COLOR: seen white, listed black (by the reader)",
    )
    assert shown.is_blocked


def test_a_motorcycle_plate_on_a_car_blocks_confirming_in_one_step() -> None:
    shown = card(alert(read={"vehicle": {"vehicle_class": "car"}}, entry={"license_type": "MC", "vehicle": None}))
    (kind,) = [one for one in shown.features if one.name == "class"]
    assert (kind.seen, kind.listed, kind.agrees, kind.words) == ("car", "motorcycle", False, "contradicts")
    assert shown.is_blocked


def test_what_one_side_does_not_say_speaks_neither_for_nor_against() -> None:
    shown = card(alert(read={"jurisdiction": None, "vehicle": None}))
    assert {one.name: one.words for one in shown.features} == {
        "state": "not seen",
        "make": "not seen",
        "color": "not seen",
        "year": "not seen",
    }
    assert not shown.is_blocked


def test_kinds_that_are_taken_for_one_another_agree() -> None:
    shown = card(alert(read={"vehicle": {"vehicle_class": "suv"}}, entry={"vehicle": {"style": "VN"}}))
    assert {one.name: one.agrees for one in shown.features}["class"] is True


def test_the_place_has_the_cameras_name_and_street_where_they_are_known() -> None:
    assert card().place.camera == "gate"
    place = card(camera=CameraPlace("gate", "North gate", "High St at 3rd Ave")).place
    assert (place.camera, place.street, place.latitude) == ("North gate", "High St at 3rd Ave", 38.9)


def test_an_update_says_what_is_new_and_nothing_twice() -> None:
    update = {"type": AlertType.UPDATE, "updates": alert().alert_id, "reason": "a better read"}
    assert card(alert(more=update)).news == "a better read"
    words = "confirmed by lee at 2026-11-20T18:31:00Z"
    confirmation = ConfirmationEvent(status="confirmed", words=words, by="lee")
    assert card(alert(more=update | {"reason": words, "confirmation": confirmation})).news is None
    assert card().news is None


def test_a_wrong_clock_and_an_old_pass_are_said() -> None:
    shown = card(alert(read={"claimed_at": START + timedelta(days=1)}, more={"historical": True, "sightings": 3}))
    assert shown.claimed is not None
    assert "camera's clock wrong (it says 2026-11-21 13:30:00 EST)" in shown.claimed
    assert shown.historical is not None
    assert "3 passes" in shown.historical


def test_every_step_is_open_on_a_new_alert_but_what_needs_a_verdict() -> None:
    steps = card().steps
    assert steps.acknowledge.is_allowed
    assert steps.confirm.is_allowed
    assert steps.reject.is_allowed
    assert steps.ask_record.is_allowed
    assert steps.answer_record.why_not == "nobody has asked the entering agency yet"
    assert not steps.answer_record.is_possible
    allowed = {outcome for outcome, step in steps.outcomes.items() if step.is_allowed}
    assert allowed == {AlertOutcome.NO_ACTION, AlertOutcome.STOP_NOT_MADE}
    assert steps.outcomes[AlertOutcome.ARREST].why_not == (
        "somebody has to compare the plate first: confirm or reject it"
    )


def test_what_somebody_has_said_is_said_otherwise_only_by_naming_it() -> None:
    steps = card(None, said(DispositionKind.SEEN), said(DispositionKind.REJECTED, 2, rejection=Rejection.MISREAD)).steps
    assert not steps.confirm.is_allowed
    assert steps.confirm.supersedes == 2
    assert steps.confirm.why_not == "rejected (misread) by lee at 2026-11-20 13:31:00 EST"
    assert not steps.acknowledge.is_possible
    recovered = steps.outcomes[AlertOutcome.RECOVERED]
    assert not recovered.is_possible
    assert recovered.why_not == "rejected (misread) by lee at 2026-11-20 13:31:00 EST; confirm it first"


def test_a_canceled_alert_is_neither_acknowledged_nor_confirmed() -> None:
    steps = card(canceled=True).steps
    for step in (steps.acknowledge, steps.confirm, steps.ask_record):
        assert step.why_not == "it was taken back: its entry does not stand any more"
        assert not step.is_possible
    assert steps.reject.is_allowed
    assert steps.outcomes[AlertOutcome.NO_ACTION].is_allowed


def test_the_law_has_the_record_asked_before_anybody_acts() -> None:
    confirmed = said(DispositionKind.CONFIRMED)
    shown = card(None, confirmed, law=LAW)
    assert "General order 41" in (shown.steps.outcomes[AlertOutcome.ARREST].why_not or "")
    assert any("the entering agency has to be asked" in words for words in shown.law)
    asked = said(DispositionKind.RECORD_CHECK_ASKED, 2, priority=CheckPriority.URGENT)
    shown = card(None, confirmed, asked, law=LAW)
    assert shown.steps.outcomes[AlertOutcome.ARREST].is_allowed
    assert not any("the entering agency has to be asked" in words for words in shown.law)


def test_the_record_check_has_a_clock() -> None:
    asked = said(DispositionKind.RECORD_CHECK_ASKED, priority=CheckPriority.URGENT)
    clock = card(None, asked).clock
    assert clock is not None
    assert clock.due_at == START + timedelta(minutes=11)
    assert clock.words == ("urgent, asked by lee at 2026-11-20 13:31:00 EST; due by 2026-11-20 13:41:00 EST")
    assert not clock.is_overdue
    late = card(None, asked, now=NOW + timedelta(minutes=10)).clock
    assert late is not None
    assert late.is_overdue
    assert "OVERDUE since 2026-11-20 13:41:00 EST" in late.words
    answered = said(DispositionKind.RECORD_CHECK_ANSWERED, 2, person="kim", answer=RecordAnswer.NOT_VALID)
    done = card(None, asked, answered, now=NOW + timedelta(minutes=10)).clock
    assert done is not None
    assert done.is_against
    assert done.due_at is None
    assert "DOES NOT STAND; entered by kim" in done.words


def test_texts_of_lists_and_readers_stay_as_they_are() -> None:
    """Whoever shows a card escapes it; nothing is lost or interpreted before."""
    evil = "<img src=x onerror=alert(1)>\"'&"
    shown = card(alert(entry={"instructions": evil}, read={"camera_id": evil}, hit={"explanation": evil}))
    assert dict(shown.entry)["instructions"] == evil
    assert shown.place.camera == evil
    assert shown.reason == evil


def test_the_vehicle_is_told_on_both_sides() -> None:
    listed = VehicleDescription(2014, "FORD", "F150", "PK", "RED")
    shown = card(
        alert(entry={"vehicle": listed._asdict()}, read={"vehicle": {"color": "red", "vehicle_class": "truck"}})
    )
    assert shown.vehicle_listed == "2014 RED FORD F150 PK"
    assert shown.vehicle_seen == "red truck"
