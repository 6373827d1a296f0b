"""The stage that hears other agencies: on the topics of agreements in force, for as long as each lets it be kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from alerts.asking.reading import Posted
from pipeline.alerting import hearing
from pipeline.alerting.hearing import HearingStage
from policy.agreements.agreement import disposition_topic
from policy.decisions import Policy
from schemas.errors import BrokerUnavailable, ConfigurationError, DatabaseUnavailable, TransientError
from schemas.settings import KafkaSettings, Settings

IDLE_SECONDS = 0.5

AGAIN_SECONDS = 60.0

STOP = threading.Event()
DATABASE = cast(Any, object())
SETTINGS = Settings(time_zone="America/New_York")
DAYS = {"suffolk": 7.0, "norfolk": 2.0}


@dataclass
class Heard:
    """The stage's surroundings in the test's hands: agreements, letters, the lists' revision and the clock."""

    members: list[str] = field(default_factory=lambda: list(DAYS))
    revision: int = 1
    now: float = 1000.0
    letters: list[Posted] = field(default_factory=list)
    opened: list[tuple[dict[str, float], Mapping[tuple[str, int], int]]] = field(default_factory=list)
    closed: int = 0
    taken: list[tuple[str, str, list[int]]] = field(default_factory=list)
    looks: int = 0
    fails: Exception | None = None
    at_poll: Callable[[], object] = lambda: None

    def install(self, monkeypatch: pytest.MonkeyPatch) -> HearingStage:
        outer = self

        class Box:
            def __init__(self, _: Any, servers: Any, topics: Mapping[str, float], left_off: Any) -> None:
                assert tuple(servers) == ("k:1",)
                self.topics = dict(topics)
                outer.opened.append((self.topics, left_off))

            def poll(self, seconds: float) -> list[Posted]:
                if outer.fails is not None:
                    raise outer.fails
                outer.at_poll()
                letters, outer.letters = outer.letters, []
                return letters

            def close(self) -> None:
                outer.closed += 1

        def take(database: Any, policy: Any, desk: Any, topic: str, those: list[Posted], now: datetime) -> int:
            assert database is DATABASE
            assert isinstance(policy, Policy)
            assert abs(datetime.now(UTC) - now) < timedelta(hours=1)
            self.taken.append((desk.member.id, topic, [one.offset for one in those]))
            return len(those)

        def look(database: Any, settings: Any, now: datetime) -> None:
            assert (database, settings) == (DATABASE, SETTINGS)
            assert abs(datetime.now(UTC) - now) < timedelta(hours=1)
            self.looks += 1

        def book(database: Any, policy: Any, zone: Any) -> Any:
            assert (database, zone) == (DATABASE, ZoneInfo("America/New_York"))
            assert isinstance(policy, Policy)
            return SimpleNamespace(heard_gates=gates)

        def gates(now: datetime) -> list[str]:
            assert abs(datetime.now(UTC) - now) < timedelta(hours=1)
            return self.members

        def left_off(database: Any, topics: Any) -> dict[tuple[str, int], int]:
            assert database is DATABASE
            return {(topic, 0): 5 for topic in topics}

        monkeypatch.setattr(hearing, "Letterbox", Box)
        monkeypatch.setattr(hearing, "take_dispositions", take)
        monkeypatch.setattr(hearing, "ask_to_withdraw", look)
        monkeypatch.setattr(hearing, "offsets", left_off)
        monkeypatch.setattr(hearing, "AgreementBook", book)
        monkeypatch.setattr(hearing, "hearing_desks", lambda member: [self._desk(member)])
        monkeypatch.setattr(hearing, "HotlistStore", lambda _: SimpleNamespace(revision=lambda: self.revision))
        monkeypatch.setattr(hearing, "time", SimpleNamespace(monotonic=lambda: self.now))
        kafka = KafkaSettings(bootstrap_servers=("k:1",))
        return HearingStage(DATABASE, SETTINGS, lambda: kafka, cast(Any, None))

    @staticmethod
    def _desk(member: str) -> Any:
        keep = timedelta(days=DAYS[member])
        return SimpleNamespace(agreement_id="hampton", member=SimpleNamespace(id=member), keep=lambda policy: keep)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def stage(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> HearingStage:
    return heard.install(monkeypatch)


def topic(member: str) -> str:
    return disposition_topic("hampton", member)


def letter(member: str, offset: int) -> Posted:
    return Posted(topic(member), "", b"{}", offset=offset)


def test_what_came_is_taken_in_by_the_desk_of_its_topic_and_topics_keep_as_long_as_their_agreement(
    heard: Heard, stage: HearingStage
) -> None:
    heard.letters = [letter("suffolk", 1), letter("norfolk", 1), letter("suffolk", 2)]
    assert stage.step(STOP) == 0.0
    assert heard.taken == [("suffolk", topic("suffolk"), [1, 2]), ("norfolk", topic("norfolk"), [1])]
    ((days, left_off),) = heard.opened
    assert days == {topic(member): kept for member, kept in DAYS.items()}
    assert left_off == {(topic(member), 0): 5 for member in DAYS}


def test_an_agreement_that_ended_while_it_came_is_not_heard(heard: Heard, stage: HearingStage) -> None:
    heard.letters = [letter("suffolk", 1), letter("norfolk", 1)]
    heard.at_poll = lambda: heard.members.remove("suffolk")
    stage.step(STOP)
    assert heard.taken == [("norfolk", topic("norfolk"), [1])]


def test_it_is_connected_to_the_topics_in_force_and_to_none_without_an_agreement(
    heard: Heard, stage: HearingStage
) -> None:
    stage.step(STOP)
    stage.step(STOP)
    assert (len(heard.opened), heard.closed) == (1, 0)
    heard.members = ["norfolk"]
    stage.step(STOP)
    assert (heard.opened[-1][0], heard.closed) == ({topic("norfolk"): 2.0}, 1)
    heard.members = []
    assert stage.step(STOP) == IDLE_SECONDS
    assert (len(heard.opened), heard.closed) == (2, 2)
    heard.members = ["norfolk"]
    stage.step(STOP)
    stage.end()
    assert (len(heard.opened), heard.closed) == (3, 3)


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (BrokerUnavailable("away"), BrokerUnavailable),
        (ConfigurationError("may not read"), TransientError),
        (DatabaseUnavailable("down"), DatabaseUnavailable),
    ],
)
def test_after_a_failure_it_begins_anew_where_it_left_off(
    heard: Heard, stage: HearingStage, error: Exception, raised: type[Exception]
) -> None:
    heard.fails = error
    with pytest.raises(raised, match=str(error)) as caught:
        stage.step(STOP)
    assert type(caught.value) is raised
    assert heard.closed == 1
    heard.fails = None
    stage.step(STOP)
    assert len(heard.opened) == 2


def test_entries_are_looked_at_after_a_change_of_a_list_after_a_disposition_and_every_minute(
    heard: Heard, stage: HearingStage
) -> None:
    looks = []
    for change in ("start", "nothing", "list", "nothing", "said", "after it", "nothing", "nearly", "a minute"):
        if change == "list":
            heard.revision += 1
        elif change == "said":
            heard.letters = [letter("suffolk", 1)]
        elif change == "nearly":
            heard.now += AGAIN_SECONDS - 0.1
        elif change == "a minute":
            heard.now += 0.1
        before = heard.looks
        stage.step(STOP)
        looks.append((change, heard.looks - before))
    assert [change for change, count in looks if count] == ["start", "list", "after it", "a minute"]
