"""What a car asks of the server and tells it, and what its officer's page asks of the car."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, ClassVar, cast
from uuid import UUID

import pytest

from operations.patrol.shift import SignedOn
from operations.patrol.sources import Surroundings
from pipeline.patrol.answer_outcomes import OutcomeStage
from pipeline.patrol.around import around
from pipeline.patrol.reporting import ReportStage
from schemas.errors import InvalidInput, TransientError
from schemas.events import CarListReport, CarRefusedReport, CarReport, CarStateReport
from schemas.settings import PatrolSettings
from schemas.types import CarState, ListStanding, StateKind
from services.http.home import CarRevoked, NotTaken, Unreachable
from storage.car.outcomes import AnswerOutcome

ASK_SECONDS = 10.0
LONGEST_WHY = 500
MOST_AT_ONCE = 200
OLDER_SECONDS = 60.0
SPEED_AGE = timedelta(seconds=5)
MOST_LISTS = 500
MOST_REFUSED = 20
MOST_STATES = 100

AT = datetime(2026, 6, 1, tzinfo=UTC)
ONE, TWO, THREE, FOREIGN = (UUID(int=number) for number in range(1, 5))
REFUSALS = ["what the server refused as it came"]


@dataclass
class Asked:
    """Stands where the server and the car's book are."""

    answer: bytes | Exception = b""
    waiting: list[UUID] = field(default_factory=lambda: [ONE, TWO, THREE])
    told: list[Any] = field(default_factory=list)
    questions: list[Any] = field(default_factory=list)

    def ask(self, method: str, path: str, body: bytes, *, headers: dict[str, str]) -> Any:
        self.questions.append((method, path, json.loads(body), headers))
        if isinstance(self.answer, Exception):
            raise self.answer
        return SimpleNamespace(body=self.answer)

    def refusals(self) -> list[str]:
        return REFUSALS

    def take_refusals(self, refusals: Sequence[str]) -> None:
        self.told.append(("refusals", refusals))

    def forget(self) -> None:
        self.told.append("forgotten")

    def open(self, limit: int) -> list[UUID]:
        return self.waiting[:limit]

    def take(self, outcomes: Sequence[AnswerOutcome]) -> None:
        self.told.append(outcomes)

    def close(self) -> None:
        self.told.append("closed")

    def step(self) -> float:
        return OutcomeStage(cast(Any, self), cast(Any, self), cast(Any, self)).step(threading.Event())


def said(*outcomes: tuple[UUID, str, str]) -> bytes:
    return json.dumps({"outcomes": [{"id": str(i), "state": state, "why": why} for i, state, why in outcomes]}).encode()


BEFORE = [("refusals", REFUSALS), "forgotten"]


def test_what_the_server_says_of_the_answers_that_were_asked_about_is_taken() -> None:
    away = Asked(
        said(
            *((ONE, "taken", ""), (TWO, "conflict", "closed by \x1b[1mS. Ortiz"), (FOREIGN, "taken", "")),
            *((THREE, "unknown", "it has not come"),),
        )
    )
    assert away.step() == ASK_SECONDS
    kind = {"content-type": "application/json"}
    assert away.questions == [("POST", "outcomes", {"answers": [str(one) for one in (ONE, TWO, THREE)]}, kind)]
    (*begun, taken) = away.told
    assert begun == BEFORE
    assert [(one.answer_id, one.state) for one in taken] == [(ONE, "taken"), (TWO, "conflict")]
    assert taken[0].why == ""
    assert "S. Ortiz" in taken[1].why
    assert "\x1b" not in taken[1].why
    every = Asked(said((ONE, "same", ""), (TWO, "refused", "w" * 2 * LONGEST_WHY), (THREE, "conflict", "c")))
    every.step()
    assert every.told[-1] == [
        AnswerOutcome(ONE, "same"),
        AnswerOutcome(TWO, "refused", "w" * LONGEST_WHY),
        AnswerOutcome(THREE, "conflict", "c"),
    ]


def test_nothing_is_asked_where_all_is_known_and_not_too_much_at_once() -> None:
    idle = Asked(waiting=[])
    assert idle.step() == ASK_SECONDS
    assert (idle.questions, idle.told) == ([], BEFORE)
    many = Asked(said(), waiting=[UUID(int=number) for number in range(2 * MOST_AT_ONCE)])
    many.step()
    assert len(many.questions[0][2]["answers"]) == MOST_AT_ONCE


@pytest.mark.parametrize(
    ("refusal", "seconds"),
    [
        (Unreachable("no network"), ASK_SECONDS),
        (CarRevoked("revoked"), ASK_SECONDS),
        # A server that is older than the question.
        (NotTaken(404, "not found", {}), OLDER_SECONDS),
    ],
)
def test_a_server_that_does_not_say_is_asked_again(refusal: Exception, seconds: float) -> None:
    away = Asked(refusal)
    assert away.step() == seconds
    assert away.told == BEFORE


@pytest.mark.parametrize(
    "answer",
    [
        *(b"", b"{", b"\xff", b"[]", b"null", b"{}", b'{"outcomes": 7}', b'{"outcomes": [7]}', b'{"outcomes": [{}]}'),
        *(b'{"outcomes": [{"id": "7", "state": "taken", "why": ""}]}', b"[" * 100_000),
        b'{"outcomes": [{"id": 7, "state": "taken", "why": ""}]}',
    ],
)
def test_an_answer_that_is_none_is_an_outage(answer: bytes) -> None:
    away = Asked(answer)
    with pytest.raises(TransientError, match="the answer to 'outcomes' cannot be understood"):
        away.step()
    assert away.told == BEFORE


def test_its_connections_close_with_it() -> None:
    away = Asked()
    OutcomeStage(cast(Any, away), cast(Any, None), cast(Any, None)).end()
    assert away.told == ["closed"]


def car(fix: Any = None, *, has_track: bool = True, sealed: Any = None, load: Any = None) -> Any:
    track = SimpleNamespace(last=fix) if has_track else None
    where = SimpleNamespace(track=track)
    return SimpleNamespace(
        whereabouts=where, sealed=sealed, images=SimpleNamespace(load=load), settings="settings", patrol="patrol"
    )


@pytest.mark.parametrize(
    ("age", "speed"),
    [
        (timedelta(0), 12.5),
        (SPEED_AGE - timedelta(seconds=1), 12.5),
        (SPEED_AGE + timedelta(seconds=1), None),
        # Of a receiver's clock that is ahead.
        (timedelta(seconds=2) - SPEED_AGE, 12.5),
        (-SPEED_AGE - timedelta(seconds=60), None),
    ],
)
def test_a_car_is_as_fast_as_its_last_fix_says_unless_that_is_old(age: timedelta, speed: float | None) -> None:
    assert around(car(SimpleNamespace(at=datetime.now(UTC) - age, speed=12.5))).speed() == speed


def test_a_car_without_satellites_lists_or_a_picture_says_so() -> None:
    assert around(car(has_track=False)).speed() is None
    plain = around(car())
    assert (plain.speed(), plain.lists(), plain.states()) == (None, (), ())
    states = [cast(Any, "a camera is dark")]
    assert around(car(), lambda: states).states() is states


def test_the_page_shows_each_list_and_a_picture_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    dated = datetime(2026, 6, 1, tzinfo=UTC)
    ages = {
        name: SimpleNamespace(hotlist_id=name, dated=dated, why_red=why)
        for name, why in (("ncic", None), ("own", "old"))
    }
    given: list[Any] = []

    class Ages:
        def __init__(self, *about: Any) -> None:
            given.append(about)

        def all(self) -> dict[str, Any]:
            return ages

    def load(key: str) -> bytes:
        if key != "reads/1/plate.jpg":
            raise InvalidInput("there is no such picture")
        return b"jpeg"

    monkeypatch.setattr("pipeline.patrol.around.ListAges", Ages)
    page = around(car(sealed=SimpleNamespace(lists="lists"), load=load))
    assert given == [("settings", "patrol", "lists")]
    assert page.lists() == [ListStanding("ncic", dated, None), ListStanding("own", dated, "old")]
    assert (page.picture("reads/1/plate.jpg"), page.picture("reads/2/plate.jpg")) == (b"jpeg", None)


class Full:
    """A car that has more of everything than a report takes: stands where its file, board and lists are."""

    patrol = PatrolSettings(car="unit-12", spool_megabytes=128)
    sealed = SimpleNamespace(gate=SimpleNamespace(now=lambda: SimpleNamespace(since=AT - timedelta(minutes=3))))
    board = SimpleNamespace(car_states=(SimpleNamespace(kind="dark_lens", subject="front", since=AT, words=""),))
    refusals_asked: ClassVar[list[int]] = []

    @property
    def uploads(self) -> Any:
        return self

    def counts(self) -> dict[str, int]:
        return {"read": 7, "answer": 2, "note": 3}

    def pictures_waiting(self) -> tuple[int, int]:
        return 11, 4096

    def oldest_at(self) -> datetime:
        return AT - timedelta(hours=2)

    def used_bytes(self) -> int:
        return 5000

    def refused(self) -> int:
        return 250

    def refusals(self, most: int) -> list[Any]:
        self.refusals_asked.append(most)
        return [SimpleNamespace(kind="note", upload_id="u" * 130, reason="n\x1bo" + "!" * 600)] * min(most, 2)


def reported(full: Any, who: SignedOn | None) -> CarReport:
    states = [
        CarState(StateKind.DARK_LENS, "front", "dark", "front sees\nnothing" + "." * 600, stops=True),
        CarState(StateKind.DARK_LENS, "rear" * 100, "dark", "rear", stops=False),
        *[CarState(StateKind.DARK_LENS, "side", "dark", "side", stops=False)] * MOST_STATES,
    ]
    lists = [ListStanding("ncic", AT, "old" * 300), *[ListStanding("own", None, None)] * MOST_LISTS]
    around_it = Surroundings(lambda: None, lambda: states, lambda: lists)
    return ReportStage(full, cast(Any, None), around_it, lambda: who).report()


def test_a_report_says_all_of_a_car_and_no_more_than_a_report_takes() -> None:
    kim = SignedOn(ONE, "kim", "12", AT - timedelta(hours=1), AT + timedelta(hours=7), "server")
    Full.refusals_asked.clear()
    begun = datetime.now(UTC)
    made = reported(Full(), kim)
    assert begun <= made.at <= datetime.now(UTC)
    assert (len(made.lists), len(made.states), Full.refusals_asked) == (MOST_LISTS, MOST_STATES, [MOST_REFUSED])
    refusal = CarRefusedReport(kind="note", upload_id="u" * 100, reason=made.refusals[0].reason)
    assert made == CarReport(
        car_id="unit-12",
        at=made.at,
        person="kim",
        unit="12",
        sign_on=ONE,
        signed_on_at=AT - timedelta(hours=1),
        withdrawals_as_of=AT - timedelta(minutes=3),
        lists=(
            CarListReport(hotlist_id="ncic", dated=AT, why_red=("old" * 300)[:500]),
            *[CarListReport(hotlist_id="own", dated=None, why_red=None)] * (MOST_LISTS - 1),
        ),
        states=(
            CarStateReport(kind="dark_lens", subject="front", words=made.states[0].words, stops=True, since=AT),
            CarStateReport(kind="dark_lens", subject=("rear" * 100)[:200], words="rear", stops=False, since=None),
            *[CarStateReport(kind="dark_lens", subject="side", words="side", stops=False, since=None)]
            * (MOST_STATES - 2),
        ),
        reads=7,
        answers=5,
        oldest_at=AT - timedelta(hours=2),
        pictures=11,
        picture_bytes=4096,
        used_bytes=5000,
        most_bytes=128 << 20,
        refused=250,
        refusals=(refusal, refusal),
    )
    for words in (refusal.reason, made.states[0].words):
        assert len(words) == 500
        assert words.isprintable()


def test_a_report_of_a_car_without_lists_and_officer_says_that() -> None:
    class Bare(Full):
        sealed = cast(Any, None)

        def counts(self) -> dict[str, int]:
            return {}

    made = reported(Bare(), None)
    assert (made.person, made.unit, made.sign_on, made.signed_on_at, made.withdrawals_as_of) == (None,) * 5
    assert (made.reads, made.answers) == (0, 0)
