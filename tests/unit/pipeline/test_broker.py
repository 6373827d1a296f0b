"""Where a run publishes to: an external broker, the local one, also where that comes up late, or nowhere."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from pipeline import broker
from pipeline.broker import open_broker
from schemas.errors import BrokerUnavailable, ConfigurationError
from schemas.settings import KafkaSettings, Settings


class Local:
    """Stands for a broker on this machine: notes what it is told, and does not come up where a test says so."""

    told: list[str]
    is_away = False
    client_settings = KafkaSettings(bootstrap_servers=("127.0.0.1:9",))

    def __init__(self, data_dir: Path, settings: KafkaSettings) -> None:
        Local.told = [f"{data_dir.name} {settings.local}"]

    def start(self) -> None:
        self.told.append("start")
        if self.is_away:
            raise BrokerUnavailable("kafka did not start")

    def keep_trying(self) -> None:
        self.told.append("keep trying")

    def stop(self) -> None:
        self.told.append("stop")


@pytest.fixture(autouse=True)
def _local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "LocalKafka", Local)
    monkeypatch.setattr(Local, "is_away", False)
    monkeypatch.setattr(Local, "told", [], raising=False)


def test_an_external_broker_is_published_to_and_needs_tls_beyond_this_machine(tmp_path: Path) -> None:
    here = KafkaSettings(bootstrap_servers=("127.0.0.1:9092",), local=True)
    with open_broker(Settings(data_dir=tmp_path, kafka=here)) as address:
        assert address is not None
        assert address() == here
    there = KafkaSettings(bootstrap_servers=("127.0.0.1:9092", "kafka.example.org:9092"))
    with pytest.raises(ConfigurationError, match=r"kafka\.example\.org:9092 is another machine"):
        open_broker(Settings(data_dir=tmp_path, kafka=there)).__enter__()
    assert Local.told == []


def test_without_a_broker_alerts_wait_and_that_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with open_broker(Settings(data_dir=tmp_path, kafka=KafkaSettings(local=False))) as address:
        assert address is None
    assert Local.told == []
    assert caplog.messages == [
        "no Kafka is configured (kafka.bootstrap_servers or kafka.local): alerts wait in the outbox"
    ]


@pytest.mark.parametrize("is_away", [False, True])
def test_the_local_broker_is_kept_up_meanwhile_and_ends_however_the_run_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, is_away: bool
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(Local, "is_away", is_away)
    settings = Settings(data_dir=tmp_path, kafka=KafkaSettings(local=True))
    begun = [f"{tmp_path.name} True", "start", *(["keep trying"] if is_away else [])]

    def fails() -> None:
        with open_broker(settings) as address:
            assert address is not None
            assert address() is Local.client_settings
            assert Local.told == begun
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert Local.told == [*begun, "stop"]
    said = "kafka did not start; it is tried again, and alerts wait in the outbox meanwhile"
    assert caplog.messages == ([said] if is_away else [])
