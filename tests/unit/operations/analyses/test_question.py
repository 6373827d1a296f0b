"""What may be asked about many vehicles: what lies at each of the law's limits is asked, what lies beyond is not."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from operations.analyses.question import MULTI_GEO, STAKEOUT, Convoy, Occasion, Presence, Question, question_of
from operations.searches.areas import parse_area
from policy.analysis import AnalysisRule
from policy.facts import Confidence
from schemas.errors import InvalidInput

RULE = AnalysisRule(
    window_seconds=120,
    least_cameras=4,
    most_days=3,
    most_square_km=10,
    citation="An order",
    as_of=date(2026, 1, 1),
    confidence=Confidence.READ,
)
BEGIN = datetime(2026, 11, 20, 6, tzinfo=UTC)
DAY = timedelta(days=1)
SMALL = parse_area("36.8,-76.3,1.78")  # 9.95 square kilometers
LARGE = parse_area("36.8,-76.3,1.79")  # 10.07
ELSEWHERE = parse_area("37.8,-76.3,1")


def convoy(**changes: Any) -> Convoy:
    values: dict[str, Any] = {"since": BEGIN, "until": BEGIN + DAY, "plate": "VNV4527", "least_cameras": 4}
    return Convoy(**(values | changes))


def occasion(days: float, hours: float = 1, area: str = "36.8,-76.3,1") -> Occasion:
    since = BEGIN + days * DAY
    return Occasion(parse_area(area), since, since + timedelta(hours=hours))


def presence(*occasions: Occasion, least: int = 2) -> Presence:
    return Presence(occasions, least)


MANY = [occasion(number / 10) for number in range(21)]
ASKED: tuple[Question, ...] = (
    convoy(),
    convoy(plate=None, area=SMALL),
    convoy(area=SMALL),
    convoy(until=BEGIN + timedelta(microseconds=1)),
    convoy(until=BEGIN + 3 * DAY),
    convoy(window_seconds=1),
    convoy(window_seconds=120),
    convoy(least_cameras=5),
    presence(occasion(0), occasion(1)),
    presence(*MANY[:20], least=20),
    presence(occasion(0, 24), occasion(1)),
    presence(occasion(0), occasion(1 / 24)),  # one ends as the other begins
    presence(occasion(0), Occasion(ELSEWHERE, BEGIN, BEGIN + timedelta(hours=1))),
    presence(occasion(0), occasion(2, 24)),
    Presence((Occasion(SMALL, BEGIN, BEGIN + timedelta(hours=1)), occasion(1)), 2),
)
NOT_ASKED: tuple[tuple[Question, str], ...] = (
    (convoy(plate=None), "without a plate, an area is needed"),
    (convoy(plate="VNV45?7"), "give the plate in full, or none"),
    (convoy(plate=None, area=LARGE), r"the area has 10 square kilometers; 10 are permitted: An order"),
    (convoy(area=LARGE), "10 are permitted"),
    (convoy(until=BEGIN), "exchange them"),
    (convoy(until=BEGIN - DAY), "exchange them"),
    (convoy(until=BEGIN + 3 * DAY + timedelta(microseconds=1)), "more than 3 days are not permitted: An order"),
    (convoy(window_seconds=0), "0 s between two vehicles; 1 to 120 are permitted"),
    (convoy(window_seconds=121), "121 s between two vehicles; 1 to 120 are permitted"),
    (convoy(least_cameras=3), "3 cameras; 4 or more have to be asked for"),
    (presence(occasion(0)), "1 occasions; 2 to 20 were expected"),
    (presence(*MANY), "21 occasions; 2 to 20 were expected"),
    (presence(occasion(0), occasion(1), least=1), "on 1 of 2 occasions; 2 or more of them"),
    (presence(occasion(0), occasion(1), least=3), "on 3 of 2 occasions; 2 or more of them"),
    (presence(occasion(0, 24.001), occasion(2)), "an occasion of more than a day"),
    (presence(occasion(0), occasion(0.99 / 24)), "one pass would count for both"),
    (presence(occasion(0.99 / 24), occasion(0)), "one pass would count for both"),
    (presence(occasion(0), occasion(1), occasion(2), occasion(1.01)), "one pass would count for both"),
    (presence(occasion(0), occasion(2, 24.0001)), "an occasion of more than a day|more than 3 days"),
    (presence(occasion(0), occasion(2.97)), "more than 3 days"),
    (Presence((occasion(1), Occasion(LARGE, BEGIN, BEGIN + timedelta(hours=1))), 2), "10 are permitted"),
    (presence(occasion(0), occasion(1, 0)), "exchange them"),
)


@pytest.mark.parametrize("question", ASKED)
def test_what_lies_within_the_limits_is_asked_and_kept_as_it_is(question: Question) -> None:
    question.check(RULE)
    kept = json.loads(json.dumps(question.document()))
    assert question_of(question.kind, kept) == question


@pytest.mark.parametrize(("question", "fault"), NOT_ASKED)
def test_what_lies_beyond_is_not(question: Question, fault: str) -> None:
    with pytest.raises(InvalidInput, match=fault):
        question.check(RULE)


def test_what_is_about_anybody_needs_another_person() -> None:
    assert [one.needs_approval for one in (convoy(), convoy(plate=None, area=SMALL), presence(*MANY[:2]))] == [
        *(False, True),
        True,
    ]


def test_how_it_was_called_is_kept() -> None:
    for kind in (MULTI_GEO, STAKEOUT):
        question = Presence((occasion(0), occasion(1)), 2, kind)
        assert question_of(kind, question.document()) == question
