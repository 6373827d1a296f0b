"""Answering a question about many vehicles from the stored reads."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final

import numpy as np

from matcher.together.convoy import find_convoys
from matcher.together.meeting import find_presences
from matcher.together.passes import traffic_of
from operations.analyses.clock import clock_between, days_between
from operations.analyses.question import Convoy, Presence
from schemas.errors import InvalidInput
from schemas.plates import canonical_plate
from storage.analyses.analyses import passes_between
from storage.database import Connection
from storage.reads.sought import SoughtReads

MOST_PASSES: Final = 1_000_000
MOST_RESULTS: Final = 50
_REFERENCE: Final = timedelta(days=7)
Result = tuple[Sequence[str], Mapping[str, Any], datetime]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came out, and what it rests on: what was tested, and how much of it chance would give."""

    summary: Mapping[str, Any]
    results: Sequence[Result]


def answer_convoy(on: Connection, question: Convoy, zone: tzinfo) -> Answer:
    """Return who passes together.

    Args:
        on: An open connection.
        question: What is asked.
        zone: Whose days people's habits follow.

    Raises:
        InvalidInput: There is too much traffic, or the plate was not read.
    """
    target = None if question.plate is None else canonical_plate(question.plate)
    sought = SoughtReads(question.since, question.until, area=question.area)
    passes = _passes(on, sought)
    if target is not None:
        cameras = {camera for camera, _, plate in passes if plate == target}
        passes = [one for one in passes if one[0] in cameras]
        if not passes:
            raise InvalidInput("the plate was not read there in that time; there is nothing to compare it with")
    names = sorted({plate for _, _, plate in passes})
    places = sorted({camera for camera, _, _ in passes})
    number_of, place_of = ({one: i for i, one in enumerate(found)} for found in (names, places))
    traffic = traffic_of(
        np.array([place_of[camera] for camera, _, _ in passes], dtype=np.int64),
        np.array([time for _, time, _ in passes], dtype=np.float64),
        np.array([number_of[plate] for _, _, plate in passes], dtype=np.int64),
        question.since.timestamp(),
        days_between(question.since, question.until, zone),
        clock_between(question.since, question.until, zone),
    )
    wanted = None if target is None else number_of[target]
    found = find_convoys(traffic, question.window_seconds, question.least_cameras, target=wanted)
    newest: dict[str, float] = defaultdict(float)
    for _, time, plate in passes:
        newest[plate] = max(newest[plate], time)
    results = [
        (
            (names[one.first], names[one.second]),
            {
                "trips": one.trips,
                "cameras": one.cameras,
                "common_passes": one.common,
                "expected_trips": one.expected,
                "p_value": one.p_value,
            },
            datetime.fromtimestamp(max(newest[names[one.first]], newest[names[one.second]]), UTC),
        )
        for one in found.pairs[:MOST_RESULTS]
    ]
    summary = {
        "passes": len(passes),
        "vehicles": len(names),
        "pairs_tested": found.tested,
        "found": len(found.pairs),
        "expected_by_chance": found.expected_false,
    }
    return Answer(summary, results)


def answer_presence(on: Connection, question: Presence, keep: timedelta) -> Answer:
    """Return who was on so many occasions; a week around them says who is there anyway.

    Raises:
        InvalidInput: There is too much traffic.
    """
    around = min(_REFERENCE, keep)
    seen_on: list[Counter[str]] = []
    seen_around: list[Counter[str]] = []
    newest: dict[str, float] = defaultdict(float)
    for one in question.occasions:
        on_it, around_it = Counter[str](), Counter[str]()
        middle = one.since + (one.until - one.since) / 2
        begin, end = min(one.since, middle - around / 2), max(one.until, middle + around / 2)
        for _, time, plate in _passes(on, SoughtReads(begin, end, area=one.area)):
            is_on = one.since.timestamp() <= time < one.until.timestamp()
            (on_it if is_on else around_it)[plate] += 1
            newest[plate] = max(newest[plate], time)
        seen_on.append(on_it)
        seen_around.append(around_it)
    plates = sorted(newest)
    spans = [(one.until - one.since).total_seconds() for one in question.occasions]
    found = find_presences(
        [(plate, [one[plate] for one in seen_on], [one[plate] for one in seen_around]) for plate in plates],
        spans,
        [max(around.total_seconds() - span, span) for span in spans],
        question.least,
    )
    results = [
        (
            (one.vehicle,),
            {"occasions": [number + 1 for number in one.occasions], "p_value": one.p_value},
            datetime.fromtimestamp(newest[one.vehicle], UTC),
        )
        for one in found.found[:MOST_RESULTS]
    ]
    summary = {"vehicles": found.vehicles, "found": len(found.found), "expected_by_chance": found.expected}
    return Answer(summary, results)


def _passes(on: Connection, sought: SoughtReads) -> list[tuple[str, float, str]]:
    passes = passes_between(on, sought, MOST_PASSES + 1)
    if len(passes) > MOST_PASSES:
        raise InvalidInput(f"more than {MOST_PASSES:,} passes; ask for less time, or a smaller area")
    return passes
