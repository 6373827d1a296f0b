"""How long a topic keeps an alert."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.topics import changes, topic_settings
from services.kafka.access import BrokerAccess, Login
from services.kafka.ports import Ports
from services.kafka.properties import server_properties

DAY_MS = 86_400_000
ACCESS = BrokerAccess(Login("platewatch", "a", "SCRAM-SHA-256"), None)


@given(st.integers(1, 3650))
def test_a_record_is_gone_after_the_retention_even_at_the_start_of_its_segment(days: int) -> None:
    settings = topic_settings(days)
    look = 6 * 60_000
    assert int(settings["retention.ms"]) + int(settings["segment.ms"]) + look == days * DAY_MS
    assert settings["message.timestamp.type"] == "CreateTime"
    assert 0 < int(settings["segment.ms"]) <= DAY_MS
    assert settings["cleanup.policy"] == "delete"


def test_a_law_of_minutes_leaves_the_broker_time_to_look_and_to_delete() -> None:
    settings = topic_settings(3 / 1440)
    # A half, a quarter for what is not full yet, and the rest for looking.
    assert (settings["retention.ms"], settings["segment.ms"]) == ("90000", "45000")
    assert 30_000 + int(settings["file.delete.delay.ms"]) <= 45_000
    assert _properties()["log.retention.check.interval.ms"] == "30000"


@pytest.mark.parametrize(
    ("kept", "days", "new"),
    [
        ({"retention.ms": "1728000000", "segment.ms": "86400000"}, 21, {"retention.ms": "1727640000"}),
        ({"retention.ms": "-1", "segment.ms": "604800000"}, 21, {"retention.ms", "segment.ms"}),
        ({"retention.ms": "1000", "segment.ms": "1000"}, 21, {}),
        ({"retention.ms": "0", "segment.ms": "many"}, 21, {"segment.ms": "86400000"}),
        ({"cleanup.policy": "compact"}, 21, {"cleanup.policy": "delete"}),
        ({"cleanup.policy": "delete", "message.timestamp.type": "CreateTime"}, 21, {}),
        ({"message.timestamp.type": "LogAppendTime"}, 21, {"message.timestamp.type": "CreateTime"}),
        ({"retention.ms": "1727640000"}, 1, {"retention.ms": "86040000"}),
    ],
)
def test_a_topic_that_exists_is_shortened_and_never_lengthened(
    kept: dict[str, str], days: float, new: dict[str, str] | set[str]
) -> None:
    found = changes(kept, topic_settings(days))
    if days == 1:
        assert found == {"retention.ms": str(DAY_MS - DAY_MS // 4 - 6 * 60_000)}
    else:
        assert (found if isinstance(new, dict) else found.keys()) == new


def _properties(**overrides: str) -> dict[str, str]:
    text = server_properties(Ports(19_092, 19_094), "data", ACCESS, max_message_bytes=5_000_000, overrides=overrides)
    return dict(line.split("=", 1) for line in text.splitlines())


def test_the_local_broker_listens_on_loopback_only_and_keeps_records_21_days_at_most() -> None:
    properties = _properties()
    assert properties["listeners"] == "CLIENTS://127.0.0.1:19092,CONTROLLER://127.0.0.1:19094"
    assert properties["advertised.listeners"] == "CLIENTS://127.0.0.1:19092"
    assert properties["listener.security.protocol.map"] == "CLIENTS:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT"
    assert properties["allow.everyone.if.no.acl.found"] == "false"
    assert int(properties["log.retention.hours"]) + int(properties["log.roll.hours"]) == 21 * 24


@pytest.mark.parametrize("limit", [1024, 900_000, 5_000_000])
def test_the_local_broker_takes_whatever_a_producer_may_send(limit: int) -> None:
    text = server_properties(Ports(1, 2), "data", ACCESS, max_message_bytes=limit)
    accepted = next(int(line.partition("=")[2]) for line in text.splitlines() if line.startswith("message.max.bytes"))
    assert accepted > limit


def test_overrides_win() -> None:
    assert _properties(**{"num.io.threads": "1"})["num.io.threads"] == "1"
