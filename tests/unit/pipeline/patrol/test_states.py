"""Why a car reads nothing, or less than it could."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.cards.glance import rest
from pipeline.patrol.states import CameraFacts, CarFacts, states_of
from schemas.types import CarState, StateKind

MOST_WORDS = 12

NOW = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
START = NOW - timedelta(hours=1)
FRONT = CameraFacts("front", is_live=True, last_frame_at=NOW)
WELL = CarFacts(NOW, START, [FRONT], fix_at=NOW)


def told(**changes: object) -> list[tuple[StateKind, bool, str]]:
    facts = replace(WELL, **changes)  # type: ignore[arg-type]
    return [(one.kind, one.stops, one.words) for one in states_of(facts)]


def test_a_car_that_is_well_says_nothing() -> None:
    assert told() == []
    # Of a video nothing has to come all the time.
    assert told(cameras=[CameraFacts("clip", is_live=False)]) == []


def test_cameras() -> None:
    silent = replace(FRONT, last_frame_at=NOW - timedelta(seconds=15))
    assert told(cameras=[silent]) == []
    silent = replace(FRONT, last_frame_at=NOW - timedelta(seconds=16))
    assert [kind for kind, _, _ in told(cameras=[silent])] == [StateKind.NO_CAMERA]
    silent = replace(FRONT, last_frame_at=NOW - timedelta(seconds=75))
    assert told(cameras=[silent]) == [(StateKind.NO_CAMERA, True, "camera front: no picture for 1 min 15 s")]
    never = replace(FRONT, last_frame_at=None)
    assert told(cameras=[never])[0][2] == "camera front: it has given no picture since the start"
    assert told(cameras=[never], since=NOW) == []
    broken = CameraFacts("left", is_live=True, problem="401 from the camera", last_frame_at=NOW)
    assert told(cameras=[broken, FRONT]) == [(StateKind.NO_CAMERA, False, "camera left: 401 from the camera")]
    dark = replace(FRONT, is_dark=True)
    assert [kind for kind, stops, _ in told(cameras=[dark, broken]) if stops] == [
        *(StateKind.DARK_LENS, StateKind.NO_CAMERA)
    ]
    assert told(cameras=[])[0] == (StateKind.NO_CAMERA, True, "no camera is set up")


def test_where_it_is() -> None:
    assert told(fix_at=NOW - timedelta(minutes=4, seconds=59)) == []
    lost = told(fix_at=NOW - timedelta(minutes=5))
    assert [(kind, stops) for kind, stops, _ in lost] == [(StateKind.NO_FIX, False)]
    assert "no position for 5 min 0 s" in lost[0][2]
    assert told(fix_at=None, has_gps=False) == []
    assert "since the start" in told(fix_at=None)[0][2]
    assert told(fix_at=None, since=NOW) == []
    assert told(area="clinic") == [
        (StateKind.PRIVATE_AREA, True, "private area clinic: nothing that is read here is kept")
    ]


def test_lists_and_room() -> None:
    assert [(kind, stops) for kind, stops, _ in told(are_open=False, lists=0)] == [(StateKind.NO_LIST, True)]
    assert told(lists=0)[0][2].startswith("there is no list in this car")
    old = told(red={"ncic": "its content is 30 h old"})
    assert old == [(StateKind.STALE_LIST, False, "list ncic: its content is 30 h old")]
    assert told(free=(64 << 20) - 1)[0][:2] == (StateKind.STORAGE_FULL, True)
    assert told(free=64 << 20, least_free=1 << 30)[0][:2] == (StateKind.STORAGE_FULL, False)
    assert "the oldest pictures go" in told(is_spool_full=True)[0][2]
    assert told(own_plates=3, left_out=1) == [
        (
            StateKind.OWN_PLATES,
            False,
            "the agency's own vehicles are left out (3 plates; 1 pass since the start)",
        )
    ]


NOTHING_KEPT = "private area clinic: nothing that is read here is kept"
LOCKED = "nobody has signed on since the start, so the lists are locked: reads are kept, and matched with nothing"
ROOM = "the room for what waits for the server is used up: the oldest pictures go"


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        (
            {"cameras": [replace(FRONT, problem="401"), replace(FRONT, camera_id="rear")]},
            CarState(StateKind.NO_CAMERA, "front", "no camera", "camera front: 401"),
        ),
        (
            {"cameras": [replace(FRONT, is_dark=True)]},
            CarState(
                StateKind.DARK_LENS,
                *("front", "dark lens", "camera front sees nothing: its lens is covered, or there is no light", True),
            ),
        ),
        ({"cameras": []}, CarState(StateKind.NO_CAMERA, "", "no camera", "no camera is set up", True)),
        ({"area": "clinic"}, CarState(StateKind.PRIVATE_AREA, "clinic", "private area", NOTHING_KEPT, True)),
        (
            {"fix_at": None},
            CarState(
                StateKind.NO_FIX,
                *("", "no position", "no position since the start: reads have none, and private areas cannot be told"),
            ),
        ),
        ({"are_open": False, "lists": 0}, CarState(StateKind.NO_LIST, "", "lists locked", LOCKED, True)),
        (
            {"lists": 0},
            CarState(
                StateKind.NO_LIST,
                *("", "no lists", "there is no list in this car: reads are kept, and matched with nothing", True),
            ),
        ),
        (
            {"red": {"ncic": "it is 30 h old"}},
            CarState(StateKind.STALE_LIST, "ncic", "old list", "list ncic: it is 30 h old"),
        ),
        (
            {"free": (64 << 20) - 1, "least_free": 1 << 30, "is_spool_full": True},
            CarState(
                StateKind.STORAGE_FULL,
                *("disk", "disk full", "the disk is full (63 MB are left): reads cannot be kept", True),
            ),
        ),
        (
            {"free": 64 << 20, "least_free": (64 << 20) + 1, "is_spool_full": True},
            CarState(
                StateKind.STORAGE_FULL,
                *("disk", "disk full", "the disk is nearly full (64 MB are left): pictures are not kept"),
            ),
        ),
        (
            {"free": 64 << 20, "least_free": 64 << 20, "is_spool_full": True},
            CarState(StateKind.STORAGE_FULL, "spool", "storage full", ROOM),
        ),
        (
            {"own_plates": 1, "left_out": 2},
            CarState(
                StateKind.OWN_PLATES,
                *("", "own plates", "the agency's own vehicles are left out (1 plate; 2 passes since the start)"),
            ),
        ),
    ],
    ids=lambda one: str(getattr(one, "brief", "")),
)
def test_each_state_is_said_whole(changes: dict[str, object], state: CarState) -> None:
    assert states_of(replace(WELL, **changes)) == (state,)  # type: ignore[arg-type]


def test_old_lists_are_said_by_name() -> None:
    found = states_of(replace(WELL, red={"own": "old", "ncic": "older"}))
    assert [(one.subject, one.words) for one in found] == [("ncic", "list ncic: older"), ("own", "list own: old")]


def test_everything_at_once_fits_on_the_page_of_a_moving_car_with_what_stops_it_first() -> None:
    facts = replace(
        WELL,
        **{"cameras": [replace(FRONT, is_dark=True)], "fix_at": None, "area": "clinic", "lists": 0, "free": 0},
        **{"red": {"ncic": "old"}, "own_plates": 2},
    )
    states = states_of(facts)
    assert {one.kind for one in states} == set(StateKind) - {StateKind.NO_CAMERA}
    stops = [one.stops for one in states]
    assert stops == sorted(stops, reverse=True)
    text = rest(states, 7, is_speed_known=False)
    assert len(text.split()) <= MOST_WORDS
    assert "NOT READING: dark lens" in text
