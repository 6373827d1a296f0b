"""The stage that answers other agencies: each question once, on its own agency's topic, and never when it is over."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from alerts.asking.reading import Posted
from operations.sharing.answering import Outcome
from pipeline.alerting import queries
from pipeline.alerting.queries import QueryStage
from policy.agreements.agreement import answer_topic, query_topic
from policy.decisions import Policy
from schemas.actor import Actor, SignIn
from schemas.errors import BrokerUnavailable, DatabaseUnavailable, InvalidInput
from schemas.events import AskerEvent, OwnerEvent, QueryAnswerEvent, QueryEvent
from schemas.messages import Message
from schemas.settings import KafkaSettings, Settings
from sharing.questions import Desk

IDLE_SECONDS = 0.5

LONGEST_LIFE = timedelta(hours=1)

STOP = threading.Event()
DATABASE = cast(Any, object())
SETTINGS = Settings(time_zone="America/New_York")
MEMBERS = ("suffolk-pd", "chesapeake-pd")


@dataclass
class Broker:
    """Stands where the topics are: gives what a test posted, and takes answers unless it is away."""

    opened: list[tuple[list[str], list[str], timedelta]] = field(default_factory=list)
    closed: int = 0
    posted: list[Posted] = field(default_factory=list)
    sent: list[tuple[str, UUID]] = field(default_factory=list)
    is_away: bool = False
    at_poll: Callable[[], object] = lambda: None

    def open(self, kafka: KafkaSettings, servers: Any, asked: Any, answers: Any, reach_back: timedelta) -> Broker:
        assert tuple(servers) == kafka.bootstrap_servers
        self.questions = frozenset(asked)
        self.opened.append((sorted(asked), sorted(answers), reach_back))
        return self

    def poll(self, seconds: float) -> list[Posted]:
        self.at_poll()
        taken, self.posted = self.posted, []
        return taken

    def send(self, topic: str, message: Message) -> None:
        if self.is_away:
            raise BrokerUnavailable("kafka is away")
        self.sent.append((topic, message.message_id))

    def close(self) -> None:
        self.closed += 1


@dataclass
class Asked:
    """The stage, with everything around it in the test's hands."""

    broker: Broker = field(default_factory=Broker)
    desks: list[str] = field(default_factory=lambda: list(MEMBERS))
    in_force: set[str] = field(default_factory=lambda: set(MEMBERS))
    handled: list[tuple[Actor, str, UUID]] = field(default_factory=list)
    outcome: Callable[[QueryEvent], Outcome] = lambda query: Outcome(answer(query))
    floods: list[tuple[str, int, str]] = field(default_factory=list)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> QueryStage:
        monkeypatch.setattr(queries, "AgreementBook", self._book)
        monkeypatch.setattr(queries, "desks_of", lambda member: [self._desk(member)])
        monkeypatch.setattr(queries, "Counter", self.broker.open)
        monkeypatch.setattr(queries, "answer_query", self._answer)
        monkeypatch.setattr(queries, "note_flood", self._flood)
        return QueryStage(DATABASE, SETTINGS, lambda: KafkaSettings(bootstrap_servers=("k:1",)), cast(Any, None))

    def _book(self, database: Any, policy: Any, zone: Any) -> Any:
        assert (database, zone) == (DATABASE, ZoneInfo("America/New_York"))
        assert isinstance(policy, Policy)
        return SimpleNamespace(heard_gates=lambda now: list(self.desks))

    def _flood(self, database: Any, settings: Any, desk: Any, *said: Any) -> None:
        assert (database, settings) == (DATABASE, SETTINGS)
        self.floods.append((desk.member.id, *said))

    def _desk(self, member: str) -> Desk:
        standing = SimpleNamespace(is_in_force=lambda now: member in self.in_force)
        return cast(
            Desk,
            SimpleNamespace(
                agreement_id="hampton",
                member=SimpleNamespace(id=member, name=member.title()),
                gate=SimpleNamespace(standing=standing),
            ),
        )

    def _answer(self, actor: Actor, *others: Any) -> Outcome:
        desk, query, now = others[-3:]
        assert others[:2] == (DATABASE, SETTINGS)
        assert isinstance(others[2], Policy)
        assert abs(datetime.now(UTC) - now) < timedelta(hours=1)
        self.handled.append((actor, desk.member.id, query.query_id))
        return self.outcome(query)


def answer(query: QueryEvent) -> QueryAnswerEvent:
    owner = OwnerEvent(agency_id="portsmouth-pd", name="Portsmouth", ori="VA0740000")
    return QueryAnswerEvent(
        query_id=query.query_id,
        agreement_id="hampton",
        owner=owner,
        answered_at=datetime.now(UTC),
        status="answered",
    )


def question(number: int, member: str = MEMBERS[0], left: timedelta = timedelta(minutes=10)) -> Posted:
    now = datetime.now(UTC)
    event = QueryEvent(
        query_id=UUID(int=number),
        agreement_id="hampton",
        asked_at=now - timedelta(minutes=1),
        expires_at=now + left,
        asker=AskerEvent(agency_id="said", name="Said", ori="VA1", person="k.kim"),
        pattern="VNV4527",
        purpose="p",
        case_number="c",
    )
    return Posted(query_topic("hampton", member), str(number), event.model_dump_json().encode())


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def stage(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> QueryStage:
    return asked.install(monkeypatch)


def answered(*numbers: int, member: str = MEMBERS[0]) -> list[tuple[str, UUID]]:
    return [(answer_topic("hampton", member), UUID(int=number)) for number in numbers]


def test_each_question_is_answered_to_the_agency_on_whose_topic_it_came(asked: Asked, stage: QueryStage) -> None:
    asked.broker.posted = [question(1), question(2, MEMBERS[1]), question(3)]
    assert stage.step(STOP) == 0.0
    assert asked.broker.sent == answered(1, 3) + answered(2, member=MEMBERS[1])
    assert asked.broker.opened == [
        (
            sorted(query_topic("hampton", member) for member in MEMBERS),
            sorted(answer_topic("hampton", member) for member in MEMBERS),
            LONGEST_LIFE,
        )
    ]
    # Who asks is the person as that agency names it, and the agency whose topic it is, whatever the question says.
    actors = {actor for actor, _, _ in asked.handled}
    assert actors == {
        Actor("k.kim", SignIn.AGREEMENT, f"{member.title()}, agreement hampton", member) for member in MEMBERS
    }
    assert asked.floods == []


def test_without_an_agreement_there_is_no_connection_and_with_another_one_a_new_one(
    asked: Asked, stage: QueryStage
) -> None:
    stage.step(STOP)
    stage.step(STOP)
    assert (len(asked.broker.opened), asked.broker.closed) == (1, 0)
    asked.desks = [MEMBERS[0]]
    stage.step(STOP)
    assert (len(asked.broker.opened), asked.broker.closed) == (2, 1)
    asked.desks = []
    assert stage.step(STOP) == IDLE_SECONDS
    assert stage.step(STOP) == IDLE_SECONDS
    assert (len(asked.broker.opened), asked.broker.closed) == (2, 2)
    asked.desks = [MEMBERS[0]]
    stage.step(STOP)
    stage.end()
    stage.end()
    assert (len(asked.broker.opened), asked.broker.closed) == (3, 3)


def test_what_came_under_an_agreement_that_ended_meanwhile_is_not_looked_at(asked: Asked, stage: QueryStage) -> None:
    asked.broker.posted = [question(1), question(2, MEMBERS[1])]
    asked.broker.at_poll = lambda: asked.desks.remove(MEMBERS[0])
    stage.step(STOP)
    assert [(member, number) for _, member, number in asked.handled] == [(MEMBERS[1], UUID(int=2))]
    assert asked.broker.sent == answered(2, member=MEMBERS[1])


def test_a_question_that_cannot_be_read_or_handled_keeps_nobody_else_from_an_answer(
    asked: Asked, stage: QueryStage, caplog: pytest.LogCaptureFixture
) -> None:
    def outcome(query: QueryEvent) -> Outcome:
        if query.query_id == UUID(int=2):
            raise InvalidInput("VNV4527")
        if query.query_id == UUID(int=3):
            raise ZeroDivisionError("VNV4527")
        return Outcome(answer(query))

    asked.outcome = outcome
    broken = Posted(query_topic("hampton", MEMBERS[0]), "x", b"{")
    asked.broker.posted = [question(1), question(2), broken, question(3), question(4)]
    stage.step(STOP)
    assert asked.broker.sent == answered(1, 4)
    assert asked.floods == [(MEMBERS[0], 3, "no question: it cannot be handled (InvalidInput)")]
    assert [one for one in caplog.messages if "cannot be handled" in one] == [
        f"question {UUID(int=2)} of {MEMBERS[0]} cannot be handled (InvalidInput)",
        f"question {UUID(int=3)} of {MEMBERS[0]} cannot be handled (ZeroDivisionError)",
    ]
    assert "VNV4527" not in caplog.text


def test_one_that_comes_again_or_among_far_too_many_gets_no_answer(
    asked: Asked, stage: QueryStage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "pipeline.alerting.queries")
    outcomes = {
        1: Outcome(None, is_replay=True),
        2: Outcome(None, is_flood=True),
        3: Outcome(None, is_flood=True),
        4: Outcome(None),
    }
    asked.outcome = lambda query: outcomes[query.query_id.int]
    asked.broker.posted = [question(number) for number in outcomes]
    stage.step(STOP)
    assert asked.broker.sent == []
    assert asked.floods == [(MEMBERS[0], 2, "far more than 120 questions within an hour")]
    assert caplog.messages[-1] == f"1 questions of {MEMBERS[0]} came again and are not answered again"


def test_an_answer_that_the_broker_did_not_take_goes_out_later_in_its_place(asked: Asked, stage: QueryStage) -> None:
    asked.broker.posted = [question(1), question(2)]
    asked.broker.is_away = True
    with pytest.raises(BrokerUnavailable):
        stage.step(STOP)
    assert (len(asked.handled), asked.broker.closed) == (1, 1)
    asked.broker.is_away = False
    asked.broker.posted = [question(3)]
    stage.step(STOP)
    assert asked.broker.sent == answered(1, 3)
    assert len(asked.broker.opened) == 2


@pytest.mark.parametrize("what", ["question over", "agreement over", "agreement gone"])
def test_a_late_answer_is_not_sent_once_its_question_or_its_agreement_is_over(
    asked: Asked, stage: QueryStage, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    left = timedelta(seconds=-1) if what == "question over" else timedelta(minutes=10)
    asked.broker.posted = [question(2, MEMBERS[1])]
    asked.broker.is_away = True
    with pytest.raises(BrokerUnavailable):
        stage.step(STOP)
    asked.broker.is_away = False
    assert asked.broker.sent == []
    stage._unsent.append((answer_topic("hampton", MEMBERS[0]), stage._unsent[0][1], datetime.now(UTC) + left))
    if what == "agreement over":
        asked.in_force.remove(MEMBERS[0])
    elif what == "agreement gone":
        asked.desks.remove(MEMBERS[0])
    stage.step(STOP)
    assert asked.broker.sent == answered(2, member=MEMBERS[1])
    assert len([one for one in caplog.messages if "is not sent: it is over, or its agreement is" in one]) == 1
    stage.step(STOP)
    assert len(asked.broker.sent) == 1


def test_while_the_database_is_away_the_question_stays_on_its_topic(asked: Asked, stage: QueryStage) -> None:
    def away(_: QueryEvent) -> Outcome:
        raise DatabaseUnavailable("the server is down")

    asked.outcome = away
    asked.broker.posted = [question(1), question(2)]
    with pytest.raises(DatabaseUnavailable):
        stage.step(STOP)
    # It reads the last hour's questions anew.
    assert (len(asked.handled), asked.broker.closed, asked.floods) == (1, 1, [])
