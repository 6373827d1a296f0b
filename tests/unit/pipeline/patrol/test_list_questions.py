"""What a car asks the server of its lists, what it does with each answer, and when it asks again."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.health.board import HealthBoard
from pipeline.patrol.lists import fetching
from pipeline.patrol.lists.fetching import ListFetching
from pipeline.patrol.lists.part_size import BEGIN
from pipeline.patrol.lists.server import Outgrown
from schemas.errors import ConfigurationError, InvalidInput, TransientError
from schemas.events import AlarmKind
from schemas.settings import Settings
from services.http.home import CarRevoked, Unreachable
from storage.car.lists.lists import Have, Taken

ANEW_SECONDS = 600.0
ASK_SECONDS = 15.0
AWAY_SECONDS = 4.0
REVOKED_SECONDS = 60.0

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HAS = {"have": "7", "withdrawn": "40"}


def said(kind: str, *, is_last: bool = False, more: bool = False) -> Any:
    return SimpleNamespace(kind=kind, is_last=is_last, has_more_withdrawn=more), [kind]


CURRENT = said("current")


@dataclass
class Line:
    """Stands where the server, the car's lists and its gate are: each answer in its turn."""

    answers: list[Any] = field(default_factory=list)
    have: Have = field(default_factory=lambda: Have(7, 40))
    is_unlocked: bool = True
    taken: Taken | Exception = field(default_factory=lambda: Taken(100))
    told: list[Any] = field(default_factory=list)
    questions: list[dict[str, str]] = field(default_factory=list)
    server_keys: dict[str, bytes] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)
    reds: dict[str, str] = field(default_factory=dict)
    takes_seconds: float = 2.0
    now: float = 1000.0
    wanted: bool = False

    def stage(self, monkeypatch: pytest.MonkeyPatch, *, asks: bool = True, **patrol: Any) -> ListFetching:
        mine: Any = self
        monkeypatch.setattr(fetching, "time", SimpleNamespace(monotonic=lambda: self.now))
        monkeypatch.setattr(fetching, "ListAges", lambda *_: SimpleNamespace(red=lambda: dict(self.reds)))
        monkeypatch.setattr(fetching, "ListServer", self.opened)
        settings = Settings.model_validate({"patrol": {"car": "unit-12", "list_wipe_days": 9, **patrol}})
        stage = ListFetching(settings, mine, mine, mine.ask if asks else None, lambda: NOW)
        stage.board = HealthBoard("unit-12")
        return stage

    def ask(self, question: Any) -> bytes:
        raise AssertionError("the server is asked by what looks at its signatures")

    def opened(self, car: str, ask: Any, keys: dict[str, Any]) -> Line:
        self.told.append(("server", car, sorted(keys)))
        self.keys = keys
        return self

    def answer(self, question: dict[str, str]) -> Any:
        self.questions.append(question)
        self.now += self.takes_seconds
        found = self.answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    def take(self, answer: Any, segments: list[str]) -> Taken:
        assert segments == [answer.kind]
        self.told.append(f"takes {answer.kind}")
        if isinstance(self.taken, Exception):
            raise self.taken
        return self.taken

    def trust(self, keys: dict[str, bytes]) -> None:
        self.told.append(("trusts", keys))
        self.server_keys = keys

    def give_up(self) -> None:
        self.told.append("gives up")

    def wipe(self, reason: str) -> None:
        self.told.append(f"wiped: {reason}")

    def wipe_outdated(self, limit: timedelta, *, trusts_clock: bool) -> None:
        assert limit == timedelta(days=9)
        self.told.append(f"outdated go{'' if trusts_clock else ', by how long it ran'}")

    def heard(self, at: datetime) -> None:
        assert at == NOW
        self.told.append("heard")

    def failed(self) -> None:
        self.told.append("failed")

    def locked(self) -> None:
        self.told.append("locked")

    def wait(self, seconds: float) -> bool:
        self.told.append(seconds)
        self.now += seconds
        return self.wanted

    def step(self, stage: ListFetching, *answers: Any) -> tuple[float, list[Any]]:
        """Make a step with these answers; return its pause, and what happened besides the server's being opened."""
        self.answers = list(answers)
        self.told.clear()
        pause = stage.step(threading.Event())
        assert self.answers == []
        return pause, [one for one in self.told if not (isinstance(one, tuple) and one[0] == "server")]


OUTDATED = "outdated go"


def test_it_asks_until_nothing_is_new_and_says_what_came(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    line = Line(taken=Taken(100, came=3, went=2, withdrawn=1))
    stage = line.stage(monkeypatch)
    answers = [said("edition", more=True), said("current", more=True), said("part"), said("part", is_last=True)]
    pause, told = line.step(stage, *answers, CURRENT)
    assert pause == ASK_SECONDS
    assert told == [
        OUTDATED,
        *("takes edition", "takes current"),  # withdrawals are not all known before the last of them
        *("takes part", "heard", "takes part", "heard", "takes current", "heard"),
    ]
    assert line.questions == [HAS] * 5
    assert caplog.messages == [
        "1 entries were withdrawn, and are not matched any more",
        "1 entries were withdrawn, and are not matched any more",
        "1 entries were withdrawn, and are not matched any more",
        "1 entries were withdrawn, and are not matched any more",
        "lists are as the server has them: 100 entries, 3 came, 2 went",
        "1 entries were withdrawn, and are not matched any more",
    ]


def test_a_part_is_asked_for_where_the_last_one_ended_as_large_as_the_line_bears(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = Line(have=Have(7, 40, pending=9, part=4, after="ncic/ABC"), takes_seconds=0.1)
    stage = line.stage(monkeypatch)
    line.step(stage, said("part"), said("part", is_last=True), CURRENT)
    where = HAS | {"edition": "9", "part": "4", "after": "ncic/ABC"}
    # The last part says nothing of the line: it may be small.
    assert line.questions == [where | {"entries": str(n * BEGIN)} for n in (1, 2, 2)]
    line.questions.clear()
    assert line.step(stage, Unreachable("cut"))[0] == AWAY_SECONDS
    line.have = Have(7, 40)
    line.step(stage, Unreachable("away"))
    line.have = Have(7, 40, pending=9)
    line.step(stage, Unreachable("away"))
    assert [one.get("entries") for one in line.questions] == [str(2 * BEGIN), None, str(BEGIN // 2)]


def test_without_a_key_or_a_server_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(is_unlocked=False)
    assert line.step(line.stage(monkeypatch)) == (1.0, [OUTDATED, "locked"])
    line.is_unlocked = True
    assert line.step(line.stage(monkeypatch, asks=False)) == (ASK_SECONDS, [OUTDATED, "failed"])
    stage = line.stage(monkeypatch)
    stopped = threading.Event()
    stopped.set()
    assert stage.step(stopped) == 0.0
    assert line.questions == []


def test_a_server_that_is_away_is_said_once_and_so_is_that_it_is_there_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    line = Line()
    stage = line.stage(monkeypatch)
    for _ in range(2):
        assert line.step(stage, Unreachable("no network")) == (AWAY_SECONDS, [OUTDATED, "failed"])
    for _ in range(2):
        assert line.step(stage, CURRENT)[0] == ASK_SECONDS
    assert caplog.messages == [
        "the server is away, and the lists stay as they are: no network",
        "the server is there again; the lists are as it has them",
    ]


def test_a_revoked_cars_lists_are_deleted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line()
    wiped = "wiped: the server has revoked this car (it was stolen)"
    assert line.step(line.stage(monkeypatch), CarRevoked("it was stolen")) == (
        REVOKED_SECONDS,
        [OUTDATED, "failed", wiped],
    )


def test_an_edition_that_is_told_no_more_is_given_up_and_the_next_one_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = Line()
    assert line.step(line.stage(monkeypatch), Outgrown("it is gone"), CURRENT) == (
        ASK_SECONDS,
        [OUTDATED, "gives up", "takes current", "heard"],
    )


def test_an_answer_that_is_refused_is_an_outage_that_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line()
    stage = line.stage(monkeypatch)
    with pytest.raises(TransientError, match=r"^an answer of the server is refused: it is not signed$"):
        line.step(stage, InvalidInput("it is not signed"))
    assert line.told[-2:] == [("server", "unit-12", []), "failed"]
    with pytest.raises(TransientError, match=r"^busy$"):
        line.step(stage, TransientError("busy"))
    assert line.told == [OUTDATED, "failed"]
    line.step(stage, CURRENT)
    assert line.questions == [HAS] * 3  # nothing is asked for anew


def test_what_does_not_fit_what_is_here_is_asked_for_anew_but_not_again_and_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = Line(have=Have(7, 40, pending=9), takes_seconds=0.0)
    stage = line.stage(monkeypatch)

    def fails(later: float) -> None:
        line.now += later
        line.taken = InvalidInput("an entry is missing")
        with pytest.raises(TransientError, match=r"^what the server says is refused: an entry is missing$"):
            line.step(stage, said("part"))
        assert line.told[-3:] == ["takes part", "gives up", "failed"]

    def asked() -> dict[str, str]:
        line.taken = Taken(100)
        line.questions.clear()
        line.step(stage, CURRENT)
        return {name: value for name, value in line.questions[0].items() if name in ("anew", "edition")}

    fails(0.0)
    assert asked() == {"anew": "1"}
    assert asked() == {"edition": "9"}
    fails(ANEW_SECONDS - 0.1)
    assert asked() == {"edition": "9"}
    fails(0.1)
    assert asked() == {"anew": "1"}


def test_keys_of_the_server_are_remembered_and_what_a_person_put_there_counts_with_its_successors(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def key(name: str) -> Any:
        return SimpleNamespace(key_id=name, raw=name.encode())

    monkeypatch.setattr(fetching, "VerifyingKey", lambda raw: key(raw.decode()))
    monkeypatch.setattr(cast(Any, fetching).VerifyingKey, "load", lambda _: key("given"), raising=False)
    for given, remembered, opened in (
        (False, [], []),
        (False, ["met"], ["met"]),
        (True, [], ["given"]),
        (True, ["met"], ["given"]),  # by somebody else than who a person trusts
        (True, ["given", "next"], ["given", "next"]),
    ):
        line = Line(server_keys={name: name.encode() for name in remembered})
        stage = line.stage(monkeypatch, **({"signing_key_file": str(tmp_path / "key")} if given else {}))
        line.answers = [CURRENT, CURRENT]
        stage.step(threading.Event())
        stage.step(threading.Event())
        assert [one for one in line.told if one[0] == "server"] == [("server", "unit-12", opened)]
        trusts = [one for one in line.told if one[0] == "trusts"]
        assert trusts == ([] if set(opened) == set(remembered) else [("trusts", {n: n.encode() for n in opened})])


def test_old_lists_are_an_alarm_each_until_they_are_young_or_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(reds={"ncic": "it is 30 h old", "own": "it is 9 h old"})
    stage = line.stage(monkeypatch)
    board = stage.board
    assert board is not None
    board.raised(AlarmKind.CAMERA_CLOCK, "clock of unit-12", "it is wrong")
    assert line.step(stage, CURRENT)[1][0] == "outdated go, by how long it ran"
    line.reds = {"ncic": "it is 31 h old"}
    line.is_unlocked = False
    line.step(stage)  # also while they are locked
    line.reds, line.is_unlocked = {}, True
    with pytest.raises(TransientError):  # and while the server is in trouble
        line.step(stage, TransientError("busy"))
    changes = []
    while (change := board.next_change()) is not None:
        board.stored(change)
        if change.kind is AlarmKind.LATE_LIST:
            changes.append((change.subject, change.message))
    reach = "; come within reach of the server"
    assert changes == [
        ("ncic", f"it is 30 h old{reach}"),
        ("own", f"it is 9 h old{reach}"),
        ("ncic", f"it is 31 h old{reach}"),
        ("own", None),
        ("ncic", None),
    ]


def test_it_rests_until_somebody_wants_to_know_whether_an_entry_still_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line()
    stage = line.stage(monkeypatch)
    stage.rest(1.2, threading.Event())
    assert line.told == [0.5, 0.5, pytest.approx(0.2)]
    line.told.clear()
    line.wanted = True
    stage.rest(1.2, threading.Event())
    assert line.told == [0.5]
    stopped = threading.Event()
    stopped.set()
    stage.rest(1.2, stopped)
    assert line.told == [0.5]


def test_a_car_has_a_section_of_its_own() -> None:
    nothing: Any = None
    with pytest.raises(ConfigurationError, match=r"there is no section \[patrol\]; it says which car this is"):
        ListFetching(Settings(), nothing, nothing, nothing)
