"""The examples for neighbors, run as they stand, against a listener with TLS and a password."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.kafka.client import open_producer
from tests.integration.alerts.records import outbox_message
from tests.integration.kafka.conftest import Broker, wait_until
from tests.integration.kafka.external_listener import PASSWORD, USER
from tests.integration.kafka.kcat import find_kcat
from tests.integration.kafka.test_subscriber import publish
from tests.unit.alerts.samples import sample_alert

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"


@contextmanager
def running(command: list[str], folder: Path, environment: dict[str, str]) -> Iterator[Path]:
    """Run an example in a folder; yield the file that it writes to."""
    out = folder / "alerts.jsonl"
    with out.open("a") as told, (folder / "errors.txt").open("a") as errors:
        process = subprocess.Popen(
            command, cwd=folder, stdout=told, stderr=errors, env=os.environ | environment, start_new_session=True
        )
        try:
            yield out
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def ids(out: Path) -> list[str]:
    return [json.loads(line)["alert_id"] for line in out.read_text().splitlines() if line.endswith("}")]


def receive_in_two_runs(
    command: list[str], broker: Broker, topic: str, folder: Path, environment: dict[str, str]
) -> None:
    """Have an example receive, stop it, publish doubles and news, and have it go on."""
    alerts = [sample_alert(number) for number in range(4)]
    publish_with_headers(broker, topic, *alerts[:2], alerts[0], b"garbage")
    with running(command, folder, environment) as out:
        wait_until(lambda: len(ids(out)) == 2)
        time.sleep(1)  # what is committed as it goes on
    publish_with_headers(broker, topic, alerts[1], alerts[2], alerts[3])
    with running(command, folder, environment) as out:
        wait_until(lambda: len(ids(out)) == 4)
    assert ids(out) == [str(alert.alert_id) for alert in alerts], (folder / "errors.txt").read_text()


def publish_with_headers(broker: Broker, topic: str, *messages: object) -> None:
    """Publish alerts as the relay does, and garbage as nobody should."""
    publish(broker, topic)
    producer = open_producer(broker.settings, [broker.server])
    try:
        for one in messages:
            if isinstance(one, bytes):
                producer.send(topic, value=one).get(timeout=10)
                continue
            message = outbox_message(one, topic)  # type: ignore[arg-type]
            headers = [(name, value.encode()) for name, value in message.headers]
            producer.send(topic, value=message.payload, key=message.key.encode(), headers=headers).get(timeout=10)
    finally:
        producer.close(timeout=5)


@pytest.fixture
def folder(tmp_path: Path, kafka_broker: Broker) -> Path:
    """A neighbor's folder: the authority's certificate and the password."""
    assert kafka_broker.regional is not None
    kafka_broker.regional.add_user(kafka_broker.settings)
    kafka_broker.regional.authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    (tmp_path / "password").write_text(PASSWORD + "\n")
    return tmp_path


def test_the_python_example_receives_each_alert_once(kafka_broker: Broker, topic: str, folder: Path) -> None:
    assert kafka_broker.regional is not None
    source = EXAMPLES / "subscriber.py"
    assert len([line for line in source.read_text().split('"""', 2)[2].splitlines() if line]) <= 30
    environment = {
        "ALERTS_SERVERS": kafka_broker.regional.server, "ALERTS_TOPIC": topic, "ALERTS_USER": USER,
        "ALERTS_PASSWORD_FILE": "password", "ALERTS_CA": "ca.pem",
    }  # fmt: skip
    receive_in_two_runs([sys.executable, str(source)], kafka_broker, topic, folder, environment)
    aside = (folder / "no-alerts.jsonl").read_text().splitlines()
    assert len(aside) == 1
    assert "garbage" in aside[0]


def test_the_kcat_example_receives_each_alert_once(
    kafka_broker: Broker, topic: str, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert kafka_broker.regional is not None
    found = find_kcat(tmp_path_factory.mktemp("kcat"))
    if found is None:
        pytest.skip("kcat is neither installed nor to be had as a Debian package; apt-get install kcat")
    program, environment = found
    programs = folder / "bin"
    programs.mkdir()
    (programs / "kcat").symlink_to(program)
    (folder / "kcat.conf").write_text(
        f"security.protocol=SASL_SSL\nssl.ca.location=ca.pem\nsasl.mechanisms=SCRAM-SHA-256\nsasl.username={USER}\n"
        f"sasl.password={PASSWORD}\nauto.offset.reset=earliest\n"
    )
    shell = shutil.which("sh") or "/bin/sh"
    command = [shell, str(EXAMPLES / "kcat.sh"), kafka_broker.regional.server, topic, f"{USER}-kcat"]
    environment |= {"PATH": f"{programs}:{os.environ['PATH']}"}
    receive_in_two_runs(command, kafka_broker, topic, folder, environment)
