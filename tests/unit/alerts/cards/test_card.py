"""What stands on a card."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.cards.card import CameraPlace, CardSetting, CardSources, Clock, Place, make_card
from alerts.cards.features import Feature
from alerts.cards.steps import steps_of
from alerts.life.transitions import life_of
from schemas.events import AlertType, ConfirmationEvent
from schemas.types import (
    AlertOutcome,
    CheckPriority,
    DispositionKind,
    Life,
    Priority,
    RecordAnswer,
    Rejection,
    Tier,
    VehicleDescription,
)
from tests.unit.alerts.cards.made import EAST, LAW, NOW, alert, card, said
from tests.unit.alerts.samples import START, sample_alert


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
    assert card(alert(more=update | {"reason": None})).news is None


def test_a_wrong_clock_and_an_old_pass_are_said() -> None:
    shown = card(alert(read={"claimed_at": START + timedelta(days=1)}, more={"historical": True, "sightings": 3}))
    assert shown.claimed is not None
    assert "camera's clock wrong (it says 2026-11-21 13:30:00 EST)" in shown.claimed
    assert shown.historical is not None
    assert "3 passes" in shown.historical


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


def test_a_card_says_all_of_an_alert_each_in_its_place() -> None:
    first = alert(entry={"license_type": "PC", "priority": "high"})
    newest = alert(
        entry={"license_type": "PC", "priority": "high"},
        read={"movement": {"lane": "2", "direction": "leaving"}, "context_image_key": "scene.jpg"},
        hit={"tier": "probable", "second_reader_agrees": False},
        more={"alert_id": sample_alert(3).alert_id, "type": "update", "updates": first.alert_id, "reason": "better"},
    )
    seen, confirmed = said(DispositionKind.SEEN), said(DispositionKind.CONFIRMED, 2, "kim", 2)
    sources = CardSources(17, first, newest, life_of([seen, confirmed]), dispositions=(seen, confirmed))
    made = make_card(sources, CardSetting(EAST, NOW, CameraPlace("gate", "North gate", "High St"), LAW))
    shown = {one.name: getattr(made, one.name) for one in dataclasses.fields(made)}
    assert shown.pop("slots") == card().slots
    assert shown.pop("steps") == steps_of(life_of([seen, confirmed]), NOW, EAST, LAW)
    assert shown.pop("order").startswith("0001-")
    assert shown == {
        "alert_id": first.alert_id,
        "number": 17,
        "priority": Priority.HIGH,
        "listed_priority": "high",
        "is_done": False,
        "headline": "stolen vehicle: VNV4527 VA",
        "category": "stolen vehicle",
        "tier": Tier.PROBABLE,
        "tier_words": "differs in ways in which readers err",
        "reason": "plate and state are equal",
        "news": "better",
        "plate_words": "every character agrees",
        "seen": "VNV4527",
        "seen_state": "VA",
        "listed": "VNV4527",
        "listed_state": "VA",
        "confidence": "93%",
        "second_reader": "second reader saw another plate (VNV4527)",
        "features": (
            Feature("state", "VA", "VA", True, "90% sure"),
            Feature("make", "YAMA", "YAMA", None),
            Feature("color", "BLK", "BLK", None),
            Feature("year", "2009", "2009", None),
        ),
        "against": (),
        "vehicle_seen": "2009 BLK YAMA",
        "vehicle_listed": "2009 BLK YAMA MC2 CY",
        "hotlist": "ncic",
        "list_age": "3 h old",
        "entry": (
            ("instructions", "armed"),
            ("entering agency", "VA0010000"),
            ("record", "V000000001"),
            ("case", "26-1"),
            ("code", "V"),
            ("plate type", "PC"),
            ("list's priority", "high"),
            ("list of", "2026-11-20"),
        ),
        "place": Place("gate", "North gate", "High St", 38.9, -77.0, 271.5, "leaving, lane 2", ""),
        "captured_at": START,
        "captured": "2026-11-20 13:30:00 EST",
        "claimed": None,
        "historical": None,
        "has_plate": True,
        "has_scene": True,
        "confirmed": "confirmed by kim at 2026-11-20 13:32:00 EST",
        "is_confirmed": True,
        "standing": "confirmed by kim at 2026-11-20 13:32:00 EST",
        "canceled": None,
        "clock": None,
        "law": (
            f"a person has to compare the plate with the picture or the vehicle: {LAW.source}",
            f"a match alone is no reason for a stop: {LAW.source}",
            f"the entering agency has to be asked before anybody acts: {LAW.source}",
        ),
        "notice": newest.notice,
        "history": (
            "seen by lee at 2026-11-20 13:31:00 EST",
            "confirmed by kim at 2026-11-20 13:32:00 EST",
        ),
    }
    assert made.captured_at.tzinfo is EAST


def test_what_is_not_known_is_left_out_and_nothing_is_made_up() -> None:
    nothing: dict[str, Any] = dict.fromkeys(
        ("instructions", "originating_agency", "source_entry_id", "case_number", "source_code", "jurisdiction")
    )
    bare = alert(
        entry=nothing,
        read={"location": None, "second_reading": None, "plate_image_key": None},
        hit={"second_reader_agrees": None},
        hotlist={"as_of": None},
    )
    shown = make_card(CardSources(1, bare, bare, Life()), CardSetting(EAST, NOW, CameraPlace("gate", street="High St")))
    assert shown.entry == ()
    assert shown.place == Place("gate", "gate", "High St", None, None, None, "", "")
    assert (shown.second_reader, shown.headline, shown.listed_state) == (None, "stolen vehicle: VNV4527", None)
    assert (shown.has_plate, shown.has_scene, shown.law, shown.canceled) == (False, False, (), None)
    # A picture that came with the alert is one, whatever the read says.
    with_picture = CardSources(1, bare, bare, Life(), has_plate=True)
    assert make_card(with_picture, CardSetting(EAST, NOW)).has_plate
    judged = alert(read={"second_reading": None}, hit={"second_reader_agrees": True})
    assert card(judged).second_reader == "second reader saw the listed plate"


def test_a_camera_on_a_map_has_its_name_and_its_street() -> None:
    assert CameraPlace("gate").label == "gate"
    assert CameraPlace("gate", "North gate").label == "North gate"
    assert CameraPlace("gate", None, "High St").label == "gate, High St"
    assert CameraPlace("gate", "North gate", "High St").label == "North gate, High St"


def test_why_it_was_taken_back_is_said_where_it_is_known() -> None:
    taken_back = life_of([], is_canceled=True)
    sources = CardSources(1, alert(), alert(), taken_back, canceled="entry withdrawn by lee")
    assert make_card(sources, CardSetting(EAST, NOW)).canceled == "entry withdrawn by lee"
    assert make_card(dataclasses.replace(sources, life=Life()), CardSetting(EAST, NOW)).canceled is None


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (said(DispositionKind.ACKNOWLEDGED), "acknowledged by lee at 2026-11-20 13:31:00 EST"),
        (
            said(DispositionKind.REJECTED, rejection=Rejection.WRONG_STATE, note="North Carolina"),
            "rejected (wrong state) by lee at 2026-11-20 13:31:00 EST; North Carolina",
        ),
        (
            said(DispositionKind.OUTCOME, outcome=AlertOutcome.STOP_NOT_MADE),
            "closed (stop not made) by lee at 2026-11-20 13:31:00 EST",
        ),
        (
            said(DispositionKind.RECORD_CHECK_ASKED, priority=CheckPriority.ROUTINE),
            "record asked for (routine) by lee at 2026-11-20 13:31:00 EST",
        ),
        (
            said(DispositionKind.RECORD_CHECK_ANSWERED, answer=RecordAnswer.NOT_VALID),
            "record answered (not valid) by lee at 2026-11-20 13:31:00 EST",
        ),
    ],
)
def test_what_was_said_is_told_in_the_history(one: Any, words: str) -> None:
    sources = CardSources(1, alert(), alert(), Life(), dispositions=(one,))
    assert make_card(sources, CardSetting(EAST, NOW)).history == (words,)


def test_each_state_of_a_record_check_has_its_clock() -> None:
    asked = said(DispositionKind.RECORD_CHECK_ASKED, priority=CheckPriority.ROUTINE)
    due = START + timedelta(minutes=61)
    words = "routine, asked by lee at 2026-11-20 13:31:00 EST; "
    assert card(None, asked, now=due).clock == Clock(f"{words}due by 2026-11-20 14:31:00 EST", False, due, False)
    late = due + timedelta(seconds=1)
    assert card(None, asked, now=late).clock == Clock(f"{words}OVERDUE since 2026-11-20 14:31:00 EST", True, due, False)
    more = dataclasses.replace(
        said(DispositionKind.RECORD_CHECK_ANSWERED, 2, "kim", 5, answer=RecordAnswer.TIME_NEEDED), minutes=90
    )
    due = START + timedelta(minutes=95)
    assert card(None, asked, more).clock == Clock(
        f"{words[:-2]}; its agency needs more time; due by 2026-11-20 15:05:00 EST", False, due, False
    )
    for answer, against, stands in (
        (RecordAnswer.VALID, False, "stands"),
        (RecordAnswer.NOT_VALID, True, "DOES NOT STAND"),
    ):
        answered = said(DispositionKind.RECORD_CHECK_ANSWERED, 2, "kim", 5, answer=answer)
        assert card(None, asked, answered, now=late).clock == Clock(
            f"its agency says that the entry {stands}; entered by kim at 2026-11-20 13:35:00 EST", False, None, against
        )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ("a person has to compare", "a match alone", "the entering agency")),
        ({"visual": False}, ("a match alone", "the entering agency")),
        ({"is_suspicion": None}, ("a person has to compare", "the entering agency")),
        ({"is_suspicion": True}, ("a person has to compare", "the entering agency")),
        ({"record": False}, ("a person has to compare", "a match alone")),
    ],
)
def test_the_card_says_what_the_law_asks_for_and_nothing_else(changes: dict[str, Any], words: tuple[str, ...]) -> None:
    shown = card(law=LAW.model_copy(update=changes)).law
    assert [one.startswith(begin) for one, begin in zip(shown, words, strict=True)] == [True] * len(words)
