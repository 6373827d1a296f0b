"""The stage that tells other agencies what became of their entries: in order, and past a broker that is away."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from pipeline.alerting import returning
from pipeline.alerting.returning import ReturningStage
from policy.decisions import Policy
from schemas.errors import BrokerUnavailable, ConfigurationError, TransientError
from schemas.messages import Message
from schemas.settings import KafkaSettings, NeighborSettings, Settings, SharingSettings
from storage.sharing.returns import WaitingReturn

POLL_SECONDS = 0.5

DATABASE = cast(Any, object())
AT_ONCE = 200

MESSAGE = Message(UUID(int=1), "key", b"{}", ())


def neighbor(name: str, server: str | None) -> NeighborSettings:
    kafka = KafkaSettings() if server is None else KafkaSettings(bootstrap_servers=(server,))
    return NeighborSettings(id=name, name=name.title(), agreement="hampton", kafka=kafka)


NEIGHBORS = {"suffolk": neighbor("suffolk", "suffolk:1"), "norfolk": neighbor("norfolk", None)}


@dataclass
class Returned:
    """What waits, what was sent where, and who opened and closed which connection."""

    waiting: list[WaitingReturn] = field(default_factory=list)
    away: set[str] = field(default_factory=set)
    sent: list[tuple[str, int]] = field(default_factory=list)
    opened: list[tuple[str, ...]] = field(default_factory=list)
    closed: list[tuple[str, ...]] = field(default_factory=list)
    tried: list[int] = field(default_factory=list)

    def install(self, monkeypatch: pytest.MonkeyPatch, kafka: KafkaSettings) -> ReturningStage:
        settings = Settings(kafka=kafka, sharing=SharingSettings(neighbors=tuple(NEIGHBORS.values())))

        def waits(database: object, limit: int) -> list[WaitingReturn]:
            assert (database, limit) == (DATABASE, AT_ONCE)
            return list(self.waiting)

        def give(database: Any, given: Any, policy: Any, one: WaitingReturn, send: Any, now: datetime) -> None:
            assert (database, given) == (DATABASE, settings)
            assert isinstance(policy, Policy)
            assert abs(datetime.now(UTC) - now) < timedelta(hours=1)
            self.tried.append(one.return_number)
            send(NEIGHBORS[one.agency_id], f"topic {one.return_number}", MESSAGE)
            self.waiting.remove(one)

        monkeypatch.setattr(returning, "waiting_returns", waits)
        monkeypatch.setattr(returning, "return_disposition", give)
        outer = self

        class Sender:
            def __init__(self, settings: KafkaSettings, servers: tuple[str, ...]) -> None:
                assert settings.bootstrap_servers == servers
                self._servers = servers
                outer.opened.append(servers)

            def send(self, topic: str, message: Message) -> None:
                assert message is MESSAGE
                if self._servers[0] in outer.away:
                    raise BrokerUnavailable(f"{self._servers[0]} is away")
                outer.sent.append((self._servers[0], int(topic.removeprefix("topic "))))

            def close(self) -> None:
                outer.closed.append(self._servers)

        monkeypatch.setattr(returning, "Sender", Sender)
        return ReturningStage(DATABASE, settings, cast(Any, None))


def waits(number: int, agency: str) -> WaitingReturn:
    return WaitingReturn(number, UUID(int=number), agency, "hampton", "theirs", "VNV4527", datetime.now(UTC), "{}")


@pytest.fixture
def returned() -> Returned:
    return Returned()


@pytest.fixture
def stage(returned: Returned, monkeypatch: pytest.MonkeyPatch) -> ReturningStage:
    return returned.install(monkeypatch, KafkaSettings(bootstrap_servers=("own:1",)))


def test_each_goes_to_its_agencys_broker_in_order_over_one_connection(
    returned: Returned, stage: ReturningStage
) -> None:
    returned.waiting = [waits(1, "suffolk"), waits(2, "norfolk"), waits(3, "suffolk")]
    assert stage.step(threading.Event()) == 0.0
    assert returned.sent == [("suffolk:1", 1), ("own:1", 2), ("suffolk:1", 3)]
    assert returned.opened == [("suffolk:1",), ("own:1",)]
    assert stage.step(threading.Event()) == POLL_SECONDS
    assert returned.closed == []
    stage.end()
    assert sorted(returned.closed) == [("own:1",), ("suffolk:1",)]


def test_an_agency_whose_broker_is_away_gets_nothing_out_of_order_and_holds_up_no_other(
    returned: Returned, stage: ReturningStage
) -> None:
    returned.waiting = [waits(1, "suffolk"), waits(2, "suffolk"), waits(3, "norfolk")]
    returned.away = {"suffolk:1"}
    with pytest.raises(TransientError, match="suffolk:1 is away"):
        stage.step(threading.Event())
    assert (returned.sent, returned.tried) == ([("own:1", 3)], [1, 3])
    assert returned.closed == [("suffolk:1",)]
    returned.away.clear()
    stage.step(threading.Event())
    assert returned.sent[1:] == [("suffolk:1", 1), ("suffolk:1", 2)]
    # Passwords and certificates are read anew after the failure.
    assert returned.opened.count(("suffolk:1",)) == 2


def test_nothing_more_is_sent_once_the_service_ends(returned: Returned, stage: ReturningStage) -> None:
    returned.waiting = [waits(1, "suffolk")]
    stop = threading.Event()
    stop.set()
    stage.step(stop)
    assert returned.sent == []


def test_without_a_broker_of_its_own_or_ours_it_says_which_setting_is_missing(
    returned: Returned, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = returned.install(monkeypatch, KafkaSettings())
    returned.waiting = [waits(1, "norfolk")]
    with pytest.raises(ConfigurationError, match=r"sharing\.neighbors\.kafka\.bootstrap_servers"):
        stage.step(threading.Event())
    assert returned.opened == []
