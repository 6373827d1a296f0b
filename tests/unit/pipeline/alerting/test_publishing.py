"""What publishes alerts: which stages there are, what an outage says, and what another configuration exchanges."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from alerts.relay import Progress
from pipeline.alerting import channels, publishing, relaying, rights
from pipeline.alerting.channels import Channels
from pipeline.alerting.publishing import Publishing
from pipeline.alerting.relaying import RelayStage
from pipeline.alerting.rights import RightsStage
from pipeline.health.board import HealthBoard
from pipeline.reloading import difference
from pipeline.stages.runner import Runner
from schemas.actor import Actor
from schemas.errors import BrokerUnavailable
from schemas.events import AlarmKind
from schemas.settings import AlertSettings, KafkaSettings, LogChannel, Settings
from tests.unit.pipeline.alerting.test_alarms_told import Waking

STOP = threading.Event()
NOTHING = cast(Any, None)
ELSEWHERE = KafkaSettings(bootstrap_servers=("k:1", "k:2"))


@dataclass
class Outbox:
    """Stands where the outbox and the broker are."""

    progress: list[Progress | Exception] = field(default_factory=list)
    pending_count: int = 2
    opened: list[tuple[Any, ...]] = field(default_factory=list)
    prepared: int = 0
    closed: int = 0

    def install(self, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> RelayStage:
        outer = self

        class Relay:
            def __init__(self, outbox: Any, kafka: Any, servers: Any, *, topics: Any, retention_days: float) -> None:
                outer.opened.append((kafka, servers, topics, retention_days))

            def prepare(self) -> None:
                outer.prepared += 1

            def publish_batch(self, stop: threading.Event) -> Progress:
                done = outer.progress.pop(0)
                if isinstance(done, Exception):
                    raise done
                return done

            def close(self) -> None:
                outer.closed += 1

        monkeypatch.setattr(relaying, "Relay", Relay)
        monkeypatch.setattr(relaying, "Wakeups", Waking)
        monkeypatch.setattr(relaying, "Outbox", lambda *_: SimpleNamespace(pending=lambda: self.pending_count))
        return RelayStage(NOTHING, settings, lambda: ELSEWHERE, NOTHING)


def test_the_relay_goes_on_while_something_was_settled_and_waits_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    outbox = Outbox([Progress(published=3), Progress(refused=1), Progress()])
    settings = Settings(agency_id="fairfax")
    stage = outbox.install(monkeypatch, settings)
    waking = cast(Waking, stage._wakeups)
    waits = []
    for _ in range(3):
        assert stage.step(STOP) == 0.0
        waits.append(waking.waits)
    assert waits == [0, 0, 1]
    topics = ("platewatch.alerts.fairfax.v1", "platewatch.alarms.fairfax.v1", relaying.DISPOSITION_TOPIC)
    assert outbox.opened == [(ELSEWHERE, ("k:1", "k:2"), topics, 21.0)]
    assert (outbox.prepared, outbox.closed) == (3, 0)
    stage.end()
    assert (outbox.closed, waking.is_closed) == (1, True)


@pytest.mark.parametrize(("count", "words"), [(1, "1 alert waits"), (2, "2 alerts wait"), (0, "0 alerts wait")])
def test_an_outage_says_where_why_and_how_many_wait_and_the_next_try_begins_anew(
    monkeypatch: pytest.MonkeyPatch, count: int, words: str
) -> None:
    outbox = Outbox(
        [Progress(published=2, waiting=1, reason="not enough replicas"), BrokerUnavailable("k:1 refuses"), Progress()],
        pending_count=count,
    )
    stage = outbox.install(monkeypatch, Settings())
    said = []
    for _ in range(2):
        with pytest.raises(BrokerUnavailable) as raised:
            stage.step(STOP)
        said.append(str(raised.value))
    assert said == [
        f"kafka at k:1, k:2 did not acknowledge (not enough replicas); {words} in the outbox",
        f"k:1 refuses; {words} in the outbox",
    ]
    assert (len(outbox.opened), outbox.closed) == (2, 2)
    stage.step(STOP)
    assert len(outbox.opened) == 3
    # People are told at once that alerts do not go out, and that they do again.
    stop, board = threading.Event(), HealthBoard("here")
    outbox.progress = [BrokerUnavailable("k:1 refuses"), Progress(published=1)]
    told = []

    def rest(seconds: float, stop: threading.Event) -> None:
        told.append(board.stands(AlarmKind.BROKER, "here"))

    def publish(stop: threading.Event, step: Any = stage.step) -> float:
        if not outbox.progress:
            stop.set()
            return 0.0
        return cast(float, step(stop))

    stage.board = board
    monkeypatch.setattr(stage, "rest", rest)
    monkeypatch.setattr(stage, "step", publish)
    stage.run(stop)
    assert told == [True]
    assert not board.stands(AlarmKind.BROKER, "here")


def test_rights_of_agreements_that_are_over_are_taken_by_the_administrator_and_noted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done: list[tuple[Any, ...]] = []
    local, external = KafkaSettings(), KafkaSettings(bootstrap_servers=("k:1",))
    login = {"options": {"sasl_plain_username": "root", "sasl_plain_password": "x"}}
    broker = KafkaSettings.model_validate({"bootstrap_servers": ["k:1"], "administrator": login})
    assert broker.as_administrator != broker

    def apply(
        actor: Actor, database: Any, settings: Settings, kafka: KafkaSettings, agreement: str, folder: Path
    ) -> Any:
        done.append(("takes", actor.name, kafka, agreement, folder))
        if agreement == "b":
            raise BrokerUnavailable("away")
        return SimpleNamespace(take=[1, 2])

    def note(_: Any, agreement: str, now: datetime) -> None:
        assert now == begun[-1]  # what ends meanwhile is taken at the next look
        done.append(("notes", agreement))

    def over(database: Any, now: datetime) -> list[str]:
        assert database is NOTHING
        assert abs(datetime.now(UTC) - now) < timedelta(hours=1)
        begun.append(now)
        return ["a", "b", "c"]

    begun: list[datetime] = []
    monkeypatch.setattr(rights, "over_with_rights", over)
    monkeypatch.setattr(rights, "apply_rights", apply)
    monkeypatch.setattr(rights, "note_rights_taken", note)
    for given, used in ((local, broker), (external, broker.as_administrator)):
        done.clear()
        stage = RightsStage(NOTHING, Settings(data_dir=tmp_path, kafka=given), lambda: broker, NOTHING)
        with pytest.raises(BrokerUnavailable):
            stage.step(STOP)
        folder = tmp_path / "broker-passwords"
        # What was not taken is not noted: it is taken at the next look, and so is what comes behind it.
        assert done == [
            ("takes", "rights", used, "a", folder),
            ("notes", "a"),
            ("takes", "rights", used, "b", folder),
        ]


OVER = threading.Event()
"""Ends what a test that failed left at work."""


class Stands:
    """Stands for a stage: it works until it is told to end."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.board: HealthBoard | None = None

    def run(self, stop: threading.Event) -> None:
        while not (stop.wait(0.01) or OVER.is_set()):
            pass


@dataclass
class Standing:
    """Parts of a service with stages that do nothing; `made` are their names as they were made."""

    monkeypatch: pytest.MonkeyPatch
    made: list[str] = field(default_factory=list)
    given: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)
    board: HealthBoard = field(default_factory=lambda: HealthBoard("here"))

    def __post_init__(self) -> None:
        self.runner = Runner(self.stop)

    def stand_in(self, module: Any, name: str, stage: str) -> None:
        def make(*given: Any) -> Stands:
            self.made.append(stage)
            self.given[stage] = given
            return Stands(stage)

        setattr(make, "name", stage)  # noqa: B010 - a stage's name is asked of its class
        self.monkeypatch.setattr(module, name, make)

    def names(self, threads: Sequence[threading.Thread]) -> list[str]:
        return sorted(thread.name for thread in threads if thread.is_alive())


@pytest.fixture
def standing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Standing]:
    OVER.clear()
    found = Standing(monkeypatch)
    for name, stage in (
        ("NumberingStage", "numbering"),
        ("RelayStage", "relay"),
        ("QueryStage", "queries"),
        ("HearingStage", "hearing"),
        ("RightsStage", "rights"),
    ):
        found.stand_in(publishing, name, stage)
    found.stand_in(channels, "RoutingStage", "routing")
    monkeypatch.setattr(channels, "DeliveryStage", lambda channel, *_: Stands(f"deliveries-{channel.name}"))
    yield found
    OVER.set()


def of(kafka: dict[str, Any], *names: str) -> Settings:
    given = {"kafka": kafka, "alerts": AlertSettings(channels=tuple(LogChannel(name=name) for name in names))}
    return Settings.model_validate(given)


ALL = ["hearing", "numbering", "queries", "relay"]


@pytest.mark.parametrize(
    ("kafka", "has_broker", "names"),
    [
        ({}, False, ["numbering"]),
        ({"bootstrap_servers": ["k:1"]}, True, ALL),
        ({"bootstrap_servers": ["k:1"], "rights": {"apply": True}}, True, [*ALL, "rights"]),
    ],
)
def test_alerts_are_numbered_with_and_without_a_broker(
    standing: Standing, kafka: dict[str, Any], has_broker: bool, names: list[str]
) -> None:
    standing.board.raised(AlarmKind.BROKER, "here", "an earlier one")
    address = (lambda: ELSEWHERE) if has_broker else None
    settings, database, leadership = of(kafka), cast(Any, object()), cast(Any, object())
    part = Publishing(settings, database, address, leadership, standing.board, standing.runner)
    part.start()
    assert standing.names(part.threads) == sorted(names)
    assert standing.given.pop("numbering") == (database, leadership)
    assert list(standing.given.values()) == [(database, settings, address, leadership)] * (len(names) - 1)
    assert standing.names(part.draining_threads) == sorted(names)
    assert standing.board.stands(AlarmKind.BROKER, "here") is has_broker
    part.stop()
    standing.runner.join(part.threads)


@pytest.mark.parametrize(("waits", "has_broker", "left"), [(0, True, False), (1, True, True), (1, False, False)])
def test_the_end_waits_for_what_can_be_published(
    standing: Standing, waits: int, has_broker: bool, left: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbered: list[object] = []
    monkeypatch.setattr(publishing, "pending", lambda _: waits)
    monkeypatch.setattr(publishing, "number_alerts", numbered.append)
    address = (lambda: ELSEWHERE) if has_broker else None
    part = Publishing(of({}), cast(Any, "database"), address, NOTHING, standing.board, standing.runner)
    part.begin_drain()
    assert numbered == ["database"]
    assert part.is_something_left() is left


@pytest.mark.parametrize("external", [True, False])
def test_another_configuration_opens_the_way_to_an_external_broker_anew(standing: Standing, external: bool) -> None:
    before = of({"bootstrap_servers": ["k:1"]} if external else {"local": True})
    after = of({"bootstrap_servers": ["k:9"]} if external else {"local": True})
    part = Publishing(before, NOTHING, lambda: ELSEWHERE, NOTHING, standing.board, standing.runner)
    part.start()
    standing.made.clear()
    part.take_anew(difference(before, after))
    assert standing.made == (["relay", "queries", "hearing"] if external else [])
    assert standing.names(part.threads) == ALL
    used = part._kafka
    assert used is not None
    assert used().bootstrap_servers == (("k:9",) if external else ELSEWHERE.bootstrap_servers)
    part.stop()
    standing.runner.join(part.threads)


def test_channels_that_change_are_exchanged_and_the_rules_are_asked_anew(standing: Standing) -> None:
    before, after = of({}, "desk", "log"), of({}, "log", "mail")
    database, leadership = cast(Any, object()), cast(Any, object())
    part = Channels(before, database, leadership, standing.board, standing.runner)
    part.start()
    assert standing.given["routing"] == (database, before, leadership)
    assert standing.names(part.threads) == ["routing"]
    assert standing.names(part.hurried_threads) == ["deliveries-desk", "deliveries-log"]
    routing, deliveries = part.threads[0], {thread.name: thread for thread in part.hurried_threads}
    part.take_anew(difference(before, before))
    assert part.threads[0] is routing
    part.take_anew(difference(before, after))
    assert standing.names(part.hurried_threads) == ["deliveries-log", "deliveries-mail"]
    assert {thread.name: thread for thread in part.hurried_threads}["deliveries-log"] is deliveries["deliveries-log"]
    assert not deliveries["deliveries-desk"].is_alive()
    assert part.threads[0] is not routing
    assert standing.made == ["routing", "routing"]
    assert standing.given["routing"] == (database, after, leadership)
    part.wind_down(is_stopped=False)
    assert len(standing.names([*part.threads, *part.hurried_threads])) == 3
    part.wind_down(is_stopped=True)
    standing.runner.join([*part.threads, *part.hurried_threads])


def test_a_channel_that_goes_without_another_one_is_ended(standing: Standing) -> None:
    before, after = of({}, "desk"), of({})
    part = Channels(before, NOTHING, NOTHING, standing.board, standing.runner)
    part.start()
    part.take_anew(difference(before, after))
    assert standing.names(part.hurried_threads) == []
    assert standing.names(part.threads) == ["routing"]
    part.stop()
    standing.runner.join(part.threads)
