"""What a question's answer rests on: which passes are looked through, and what is handed on of what comes out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from matcher.together.convoy import Convoys, Pair
from matcher.together.meeting import Presence as Met
from matcher.together.meeting import Presences
from operations.analyses import answering
from operations.analyses.answering import answer_convoy, answer_presence
from operations.analyses.question import Convoy, Occasion, Presence
from policy.agreements.area import Circle
from schemas.errors import InvalidInput

BEGIN = datetime(2026, 11, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
HERE, THERE = (Circle(latitude=36.8, longitude=-76.3 - number, radius_km=1) for number in range(2))


def seconds(**after: float) -> float:
    return (BEGIN + timedelta(**after)).timestamp()


class Stored:
    """Passes as they are stored, and what was asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, passes: list[tuple[str, float, str]]) -> None:
        self.passes = passes
        self.asked: list[tuple[Any, ...]] = []
        monkeypatch.setattr(answering, "passes_between", self.between)

    def between(self, _: object, sought: Any, limit: int) -> list[tuple[str, float, str]]:
        self.asked.append((sought.since, sought.until, sought.area))
        found = [one for one in self.passes if sought.since.timestamp() <= one[1] < sought.until.timestamp()]
        return found[:limit]


PASSES = [
    ("north", seconds(minutes=1), "AAA1"),
    ("north", seconds(minutes=2), "BBB2"),
    ("south", seconds(minutes=30), "AAA1"),
    ("south", seconds(minutes=31), "CCC3"),
    ("south", seconds(minutes=59), "BBB2"),
    ("west", seconds(minutes=40), "BBB2"),
    ("west", seconds(minutes=41), "CCC3"),
    ("north", seconds(minutes=60), "DDD4"),
]


@pytest.mark.parametrize(
    ("plate", "cameras", "names"),
    [
        (None, ["north", "south", "west"], ["AAA1", "BBB2", "CCC3"]),
        ("aaa-1", ["north", "south"], ["AAA1", "BBB2", "CCC3"]),
        ("CCC3", ["south", "west"], ["AAA1", "BBB2", "CCC3"]),
    ],
)
def test_who_passes_together_is_looked_for_at_the_plates_own_cameras(
    monkeypatch: pytest.MonkeyPatch, plate: str | None, cameras: list[str], names: list[str]
) -> None:
    stored = Stored(monkeypatch, PASSES)
    handed: list[Any] = []

    def find(traffic: Any, window: float, least: int, *, target: int | None) -> Convoys:
        handed.extend((traffic, window, least, target))
        return Convoys((Pair(0, 1, 4, 3, 9, 0.5, 0.01), Pair(1, 2, 2, 3, 2, 0.25, 0.02)), 7, 0.125)

    monkeypatch.setattr(answering, "find_convoys", find)
    monkeypatch.setattr(answering, "MOST_RESULTS", 1)
    question = Convoy(BEGIN, BEGIN + HOUR, plate, HERE, 45, 4)
    answer = answer_convoy(None, question, UTC)  # type: ignore[arg-type]
    assert stored.asked == [(BEGIN, BEGIN + HOUR, HERE)]
    traffic, window, least, target = handed
    assert (window, least) == (45, 4)
    assert target == (None if plate is None else names.index(plate.upper().replace("-", "")))
    there = sorted(
        (cameras.index(camera), time, names.index(name)) for camera, time, name in PASSES[:-1] if camera in cameras
    )
    found = zip(traffic.camera.tolist(), traffic.time.tolist(), traffic.vehicle.tolist(), strict=True)
    assert list(found) == there
    assert (traffic.begin, traffic.days) == (BEGIN.timestamp(), 1)
    assert answer.summary == {
        "passes": len(there),
        "vehicles": 3,
        "pairs_tested": 7,
        "found": 2,
        "expected_by_chance": 0.125,
    }
    newest = max(time for camera, time, name in PASSES[:-1] if camera in cameras and name in ("AAA1", "BBB2"))
    content = {"trips": 4, "cameras": 3, "common_passes": 9, "expected_trips": 0.5, "p_value": 0.01}
    assert answer.results == [(("AAA1", "BBB2"), content, datetime.fromtimestamp(newest, UTC))]


def test_a_plate_that_was_not_there_and_too_much_traffic_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    Stored(monkeypatch, PASSES)
    question = Convoy(BEGIN, BEGIN + HOUR, "DDD4", HERE)
    with pytest.raises(InvalidInput, match="the plate was not read there in that time"):
        answer_convoy(None, question, UTC)  # type: ignore[arg-type]
    monkeypatch.setattr(answering, "MOST_PASSES", 6)
    with pytest.raises(InvalidInput, match="more than 6 passes; ask for less time, or a smaller area"):
        answer_convoy(None, replace(question, plate=None), UTC)  # type: ignore[arg-type]
    monkeypatch.setattr(answering, "MOST_PASSES", 7)
    monkeypatch.setattr(answering, "find_convoys", lambda *_, **__: Convoys((), 0, 0.0))
    assert answer_convoy(None, replace(question, plate=None), UTC).results == []  # type: ignore[arg-type]


@pytest.mark.parametrize(("keep", "around"), [(timedelta(days=30), 7.0), (timedelta(days=2), 2.0)])
def test_who_was_there_is_told_from_who_is_there_anyway(
    monkeypatch: pytest.MonkeyPatch, keep: timedelta, around: float
) -> None:
    first, second = Occasion(HERE, BEGIN, BEGIN + HOUR), Occasion(THERE, BEGIN + 3 * HOUR, BEGIN + 5 * HOUR)
    half = timedelta(days=around) / 2
    stored = Stored(
        monkeypatch,
        [
            ("north", seconds(), "AAA1"),  # the first moment counts
            ("north", seconds(minutes=59), "AAA1"),
            ("north", seconds(hours=1), "BBB2"),  # and the last one's end does not
            ("north", seconds(hours=4), "AAA1"),
            ("north", seconds(days=-20), "OLD1"),
        ],
    )
    handed: list[Any] = []

    def find(*given: Any) -> Presences:
        handed.extend(given)
        return Presences((Met("AAA1", (0, 1), 0.01), Met("BBB2", (1,), 0.5)), 9, 0.25)

    monkeypatch.setattr(answering, "find_presences", find)
    monkeypatch.setattr(answering, "MOST_RESULTS", 1)
    answer = answer_presence(None, Presence((first, second), 2), keep)  # type: ignore[arg-type]
    middles = (BEGIN + HOUR / 2, BEGIN + 4 * HOUR)
    assert stored.asked == [
        (middle - half, middle + half, area) for middle, area in zip(middles, (HERE, THERE), strict=True)
    ]
    seen, spans, reference, least = handed
    assert seen == [("AAA1", [2, 1], [1, 2]), ("BBB2", [0, 0], [1, 1])]
    assert (spans, least) == ([3600, 7200], 2)
    assert reference == [around * 86_400 - 3600, around * 86_400 - 7200]
    assert answer.summary == {"vehicles": 9, "found": 2, "expected_by_chance": 0.25}
    assert answer.results == [
        (("AAA1",), {"occasions": [1, 2], "p_value": 0.01}, datetime.fromtimestamp(seconds(hours=4), UTC))
    ]


def test_an_occasion_longer_than_what_is_kept_is_looked_at_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = Stored(monkeypatch, [])
    handed: list[Any] = []

    def find(*given: Any) -> Presences:
        handed.extend(given)
        return Presences((), 0, 0.0)

    monkeypatch.setattr(answering, "find_presences", find)
    one, other = (Occasion(HERE, BEGIN + days * 24 * HOUR, BEGIN + (24 * days + 2) * HOUR) for days in range(2))
    answer_presence(None, Presence((one, other), 2), HOUR)  # type: ignore[arg-type]
    assert stored.asked == [(at.since, at.until, HERE) for at in (one, other)]
    assert handed[2] == [7200, 7200]
