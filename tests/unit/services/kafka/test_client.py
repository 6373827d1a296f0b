"""Brokers on other machines are reached over TLS, or by permission."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import pytest

from schemas.errors import BrokerUnavailable, ConfigurationError
from schemas.settings import KafkaSettings
from services.kafka.client import (
    check_encrypted,
    close_producer,
    kafka_errors,
    open_admin,
    open_consumer,
    open_producer,
    split_server,
)

REMOTE = ["kafka.example:9093"], ["10.0.0.7"], ["[2001:db8::7]:9092"], ["127.0.0.1:9092", "kafka.example:9092"]


@pytest.mark.parametrize("servers", REMOTE)
@pytest.mark.parametrize("options", [{}, {"security_protocol": "PLAINTEXT"}, {"security_protocol": "SASL_PLAINTEXT"}])
def test_clear_text_to_another_machine_is_refused(servers: list[str], options: dict[str, Any]) -> None:
    for connect in (open_producer, open_consumer, open_admin):
        with pytest.raises(ConfigurationError, match=r"is another machine.*SASL_SSL.*kafka\.allow_unencrypted = true"):
            connect(KafkaSettings(options=options), servers)
    check_encrypted(KafkaSettings(options=options, allow_unencrypted=True), servers)


@pytest.mark.parametrize("servers", REMOTE)
@pytest.mark.parametrize("protocol", ["SSL", "SASL_SSL"])
def test_tls_to_another_machine_is_what_is_asked_for(servers: list[str], protocol: str) -> None:
    check_encrypted(KafkaSettings(options={"security_protocol": protocol}), servers)


def test_a_protocol_that_is_written_otherwise_does_not_pass_for_tls() -> None:
    with pytest.raises(ConfigurationError, match="'ssl', which does not encrypt"):
        check_encrypted(KafkaSettings(options={"security_protocol": "ssl"}), ["kafka.example:9093"])


@pytest.mark.parametrize("server", ["127.0.0.1:1", "localhost:1", "[::1]:1"])
def test_loopback_needs_no_tls(server: str) -> None:
    with pytest.raises(BrokerUnavailable, match="is not reachable"):
        open_producer(KafkaSettings(), [server])


def test_behind_a_proxy_every_broker_is_another_machine() -> None:
    settings = KafkaSettings(options={"socks5_proxy": "socks5://127.0.0.1:1080"})
    with pytest.raises(ConfigurationError, match="is another machine"):
        open_producer(settings, ["localhost:9092"])


@pytest.mark.parametrize("server", ["kafka:0", "kafka:65536", "kafka:x", ":9092", "[::1]:", ""])
def test_what_is_no_server_is_named(server: str) -> None:
    with pytest.raises(ConfigurationError, match="is not a Kafka server; expected HOST:PORT"):
        split_server(server)


@pytest.mark.parametrize("option", ["ssl_cafile", "ssl_certfile", "ssl_keyfile", "ssl_crlfile"])
def test_a_file_that_is_not_there_is_named_before_anybody_is_asked(option: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"kafka\.options.*{option}"):
        open_producer(KafkaSettings(options={option: "/nowhere/a.pem"}), ["localhost:1"])


def test_a_server_without_a_port_has_kafka_s() -> None:
    assert split_server("kafka") == ("kafka", 9092)
    assert split_server("kafka:65535") == ("kafka", 65535)
    assert split_server("[::1]") == ("::1", 9092)
    assert split_server("[::1]:19092") == ("::1", 19092)


class Hanging:
    """A kafka-python producer whose broker went away: its flush times out, and it goes on sending."""

    def __init__(self) -> None:
        self.closed_with: list[float] = []
        self.is_sending = True
        self._sender = self

    def close(self, timeout: float) -> None:
        self.closed_with.append(timeout)
        raise kafka_errors.KafkaTimeoutError("Timeout waiting for future")

    def force_close(self) -> None:
        self.is_sending = False

    def join(self, timeout: float) -> None:
        assert not self.is_sending


def test_a_producer_whose_broker_is_away_is_closed_all_the_same() -> None:
    producer = Hanging()
    close_producer(producer, 0.5)
    assert (producer.closed_with, producer.is_sending) == ([0.5], False)


def test_kafka_python_still_has_what_closing_and_looking_rely_on() -> None:
    """Both reach into kafka-python 3.0, which offers no other way."""
    source = inspect.getsource(importlib.import_module("kafka.producer.kafka"))
    assert "self._sender.force_close()" in source
    assert "self._closed = True" in source
    assert "unauthorized_topics" in inspect.getsource(importlib.import_module("kafka.cluster"))
