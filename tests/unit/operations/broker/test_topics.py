"""Topics of an installation: which there have to be, what is done about those that differ, and what is said of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from alerts.topics.drift import Drift, TopicDrift
from alerts.topics.planned import PlannedTopic
from operations.broker import passwords, reaching, topics
from operations.broker.passwords import make_login
from operations.broker.reaching import reached_broker
from operations.broker.topics import TopicReport, _agreed, check_topics, create_topics
from policy.agreements.agreement import Agreement
from schemas.actor import Actor, SignIn
from schemas.errors import ConfigurationError
from schemas.settings import KafkaSettings, Settings
from sharing.lists.terms import topic_days
from tests.unit.policy.agreements.samples import NEIGHBOR, THIRD, agreement, alerts_grant

KEPT_DAYS = 2 / 24

LEE = Actor("lee", SignIn.LOCAL_USER, "desk", "portsmouth-pd")
NOW = datetime(2026, 6, 1, tzinfo=UTC)
READS = {"shares": "reads", "categories": [], "tiers": [], "max_days": 3}
LISTS = {"shares": "hotlists", "cameras": [], "tiers": [], "lists": ["ncic"], "to": [NEIGHBOR, THIRD], "max_days": 5}
QUERIES = {"shares": "queries", "categories": [], "tiers": [], "max_days": 9}


def version(one: Agreement, *, stands: bool = True) -> Any:
    return SimpleNamespace(agreement=one, is_standing=lambda _: stands)


def test_an_agreement_has_a_topic_for_each_thing_and_each_who_speaks() -> None:
    both = [NEIGHBOR, THIRD]
    one = agreement(grants=[alerts_grant(max_days=7), *(alerts_grant(**more) for more in (READS, LISTS, QUERIES))])
    settings, lists = Settings(), one.grants[2]
    few = settings.kafka.topics.partitions
    for stands in (True, False):
        assert list(_agreed(version(one, stands=stands), settings, NOW)) == [
            PlannedTopic(*planned, is_needed=stands)
            for planned in (
                ("platewatch.shared.suffolk.v1", "what agreement suffolk shares", 7, few),
                ("platewatch.shared.suffolk.reads.v1", "reads that agreement suffolk shares", 3, few),
                (
                    "platewatch.shared.suffolk.lists.v1",
                    "hotlists that agreement suffolk shares",
                    topic_days(lists),
                    few,
                ),
                *(
                    (
                        f"platewatch.dispositions.suffolk.{name}.v1",
                        f"what {name} says of alerts under agreement suffolk",
                        5,
                        1,
                    )
                    for name in both
                ),
                *(
                    (
                        f"platewatch.{kind}.suffolk.{NEIGHBOR}.v1",
                        f"what {NEIGHBOR} asks under agreement suffolk",
                        KEPT_DAYS,
                        1,
                    )
                    for kind in ("queries", "answers")
                ),
            )
        ]


def test_what_is_not_shared_any_more_ends_in_time() -> None:
    (left,) = (
        one
        for one in _agreed(version(agreement(grants=[alerts_grant(**QUERIES)])), Settings(), NOW)
        if "shared" in one.name
    )
    assert (left.name, left.keep_days, left.is_needed) == ("platewatch.shared.suffolk.v1", topics.NO_LIMIT, False)


def drift(kind: Drift, **settings: str) -> TopicDrift:
    return TopicDrift(kind, "x", "y", settings)


class Broker:
    """A broker with topics that differ; what is asked of it is kept, in its order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.planned = [PlannedTopic(name, "x", 7, 3) for name in ("new", "denied", "old", "fixed", "short", "right")]
        self.drift = {
            "new": [drift(Drift.MISSING)],
            "denied": [drift(Drift.MISSING)],
            "old": [drift(Drift.RETENTION, **{"retention.ms": "9"}), drift(Drift.CLEANUP, **{"cleanup.policy": "d"})],
            "fixed": [drift(Drift.SIZE, **{"max.message.bytes": "9"})],
            "short": [drift(Drift.PARTITIONS)],
        }
        self.done: list[Any] = []
        monkeypatch.setattr(topics, "planned_here", lambda *_: self.planned)
        monkeypatch.setattr(topics, "administering", self.administering)
        monkeypatch.setattr(topics, "_looked_at", self.looked_at)
        monkeypatch.setattr(topics, "ensure_topic", self.ensure)
        monkeypatch.setattr(topics, "alter", self.alter)
        monkeypatch.setattr(topics, "write_audit", self.write_down)

    @contextlib.contextmanager
    def administering(self, kafka: KafkaSettings) -> Iterator[str]:
        yield "admin"

    def looked_at(self, *_: object) -> list[TopicReport]:
        return [TopicReport(one, tuple(self.drift.get(one.name, ()))) for one in self.planned]

    def ensure(self, admin: str, name: str, *, retention_days: float, partitions: int, settings: KafkaSettings) -> bool:
        self.done.append(("make", admin, name, retention_days, partitions))
        if name != "denied":
            del self.drift[name]
        return name != "denied"

    def alter(self, admin: str, name: str, new: dict[str, str]) -> str | None:
        self.done.append(("alter", admin, name, new))
        if name == "fixed":
            return "the broker does not let it"
        del self.drift[name]
        return None

    def write_down(self, _: object, record: Any, results: int, **more: Any) -> None:
        self.done.append((record.action.value, results, more))


def test_topics_are_made_and_mended_after_it_is_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = Broker(monkeypatch)
    found = create_topics(LEE, None, Settings(), KafkaSettings())  # type: ignore[arg-type]
    old = {"retention.ms": "9", "cleanup.policy": "d"}
    fixed = {"max.message.bytes": "9"}
    assert broker.done == [
        ("create_topics", 2, {"made": ["new", "denied"], "changed": {"old": old, "fixed": fixed}}),
        ("make", "admin", "new", 7, 3),
        ("make", "admin", "denied", 7, 3),
        ("alter", "admin", "old", old),
        ("alter", "admin", "fixed", fixed),
    ]
    denied = "this user may not make it; permit Create on the cluster or on the topic"
    assert [(one.topic.name, one.made, one.changed, one.refused, one.is_right) for one in found] == [
        ("new", True, (), None, True),
        ("denied", False, (), denied, False),
        ("old", False, ("cleanup.policy", "retention.ms"), None, True),
        ("fixed", False, (), "the broker does not let it", False),
        ("short", False, (), None, False),
        ("right", False, (), None, True),
    ]


def test_a_look_says_what_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = Broker(monkeypatch)
    assert [one.is_right for one in check_topics(LEE, None, Settings(), KafkaSettings())] == [False] * 5 + [True]  # type: ignore[arg-type]
    kinds = {"new": ["missing"], "denied": ["missing"], "old": ["retention", "cleanup"], "fixed": ["message_size"]}
    assert broker.done == [("check_topics", 5, {"drift": kinds | {"short": ["partitions"]}})]


def test_what_was_done_is_looked_at_until_the_brokers_know_it(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = Broker(monkeypatch)
    looks: list[int] = []

    def looked_at(*_: object) -> list[TopicReport]:
        looks.append(1)
        kind = [drift(Drift.BEHIND)] if len(looks) < 3 else [drift(Drift.PARTITIONS)]
        return [TopicReport(broker.planned[0], tuple(kind)), TopicReport(broker.planned[1], (drift(Drift.MISSING),))]

    monkeypatch.setattr(topics, "_looked_at", looked_at)
    monkeypatch.setattr(topics, "SETTLE_LOOK_SECONDS", 0)
    first, _ = topics._settled(None, broker.planned, KafkaSettings(), {"new"})
    assert (len(looks), [one.kind for one in first.drift]) == (3, [Drift.PARTITIONS])
    looks.clear()
    monkeypatch.setattr(topics, "SETTLE_SECONDS", -1)
    topics._settled(None, broker.planned, KafkaSettings(), {"new"})
    assert len(looks) == 1  # not for ever


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Passwords that the broker was given."""
    found: list[tuple[Any, ...]] = []
    monkeypatch.setattr(passwords, "new_password", lambda: "s3cret")
    monkeypatch.setattr(passwords, "set_password", lambda *what: found.append(what))
    return found


def test_a_password_is_shown_once_or_in_a_file_of_its_own(given: list[tuple[Any, ...]], tmp_path: Path) -> None:
    shown = make_login("admin", "suffolk", "SCRAM-SHA-512", None)
    assert (shown.user, shown.path, shown.password) == ("suffolk", None, "s3cret")
    folder = tmp_path / "passwords"
    kept = make_login("admin", "suffolk", "SCRAM-SHA-512", folder)
    assert (kept.user, kept.path, kept.password) == ("suffolk", folder / "suffolk.password", None)
    assert given == [("admin", "suffolk", "s3cret", "SCRAM-SHA-512")] * 2
    assert [(path.name, path.read_text(), path.stat().st_mode & 0o777) for path in folder.iterdir()] == [
        ("suffolk.password", "s3cret\n", 0o600)
    ]
    assert "s3cret" not in repr(shown)


def test_a_password_that_the_broker_refuses_replaces_none(
    given: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "suffolk.password").write_text("before\n")

    def refuse(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(passwords, "set_password", refuse)
    with pytest.raises(RuntimeError):
        make_login("admin", "suffolk", "SCRAM-SHA-512", tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"suffolk.password": "before\n"}
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="the password cannot be written"):
        make_login("admin", "suffolk", "SCRAM-SHA-512", tmp_path / "file")
    assert given == []


OURS, THEIRS = (KafkaSettings(bootstrap_servers=(f"{name}:9092",)) for name in ("ours", "theirs"))


@pytest.mark.parametrize(
    ("kafka", "servers", "theirs", "expected"),
    [
        (OURS, (), None, ("ours:9092",)),
        (OURS, (), THEIRS, ("theirs:9092",)),
        (OURS, (), KafkaSettings(), ("ours:9092",)),
        (OURS, ("named:1",), THEIRS, ("named:1",)),
        (OURS, ("named:1",), None, ("named:1",)),
        (KafkaSettings(local=True), (), THEIRS, ("theirs:9092",)),
        (KafkaSettings(local=True), (), None, ("local:1",)),
        (KafkaSettings(local=False), (), None, None),
    ],
)
def test_the_broker_that_is_meant_is_reached(
    monkeypatch: pytest.MonkeyPatch,
    kafka: KafkaSettings,
    servers: tuple[str, ...],
    theirs: KafkaSettings | None,
    expected: tuple[str, ...] | None,
) -> None:
    done: list[str] = []

    class Local:
        client_settings = KafkaSettings(bootstrap_servers=("local:1",))

        def __init__(self, *_: object) -> None:
            pass

        def start(self) -> None:
            done.append("start")

        def stop(self) -> None:
            done.append("stop")

    monkeypatch.setattr(reaching, "LocalKafka", Local)
    if expected is None:
        with pytest.raises(ConfigurationError, match="no Kafka is configured"), reached_broker(Settings(kafka=kafka)):
            pass
        return
    with reached_broker(Settings(kafka=kafka), servers, theirs) as found:
        assert found.bootstrap_servers == expected
        assert done == (["start"] if expected == ("local:1",) else [])
    assert done == (["start", "stop"] if expected == ("local:1",) else [])
