"""Two relays: what one published and did not note before it was killed, the other publishes again, and goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from alerts.producer import AlertProducer, Fate
from services.kafka.local import LocalKafka
from storage.alerts.outbox import OutboxRow, pending
from storage.database import Database
from tests.integration.kafka.conftest import Broker, wait_until
from tests.integration.kafka.edge.conftest import kafka_section, machine
from tests.integration.kafka.edge.test_recognize import running
from tests.integration.kafka.outbox_samples import raise_alerts

REPOSITORY = Path(__file__).resolve().parents[4]
KILLED = """
import os, signal, sys
from cli.main import main
from storage.alerts.outbox import Outbox
Outbox.mark_sent = lambda self, ids: os.kill(os.getpid(), signal.SIGKILL)
sys.argv = ["platewatch", "relay", "--config", sys.argv[1]]
main()
"""


def leads(database: Database) -> bool:
    """Whether some process leads the relay."""
    with database.connection() as connection:
        row = connection.execute("select count(*) from pg_locks where locktype = 'advisory' and granted").fetchone()
    return row is not None and row[0] > 0


def test_a_relay_that_is_killed_between_publishing_and_noting_is_followed_by_another(
    broker: LocalKafka, database: Database, database_url: str, tmp_path: Path
) -> None:
    topic = "platewatch.alerts.two-relays.v1"
    sections = {"kafka": kafka_section(broker, "reads.none"), "database": f'url = "{database_url}"'}
    first, second = machine(tmp_path / "first", **sections), machine(tmp_path / "second", **sections)
    killed = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(first.config)], cwd=REPOSITORY, stderr=subprocess.PIPE, text=True
    )
    try:
        wait_until(lambda: leads(database))
        with running(second, "relay") as follower:
            wait_until(lambda: (second.settings.data_dir / "relay-health.json").exists())
            raised = raise_alerts(database, topic, ["AAA111", "BBB222", "AAA111"])
            assert killed.wait(timeout=90) == -signal.SIGKILL
            wait_until(lambda: pending(database) == 0)
            more = raise_alerts(database, topic, ["CCC333"], first=3)
            wait_until(lambda: pending(database) == 0)
            there = Broker(broker.bootstrap_server, broker.client_settings)
            # Nothing is listed here, so that the relay takes every alert back, too.
            received = there.receive(tmp_path / "neighbor", topic, 8)
            alerts = [one.alert_id for one in received if one.type == "alert"]
            assert sorted(alerts) == sorted(one.alert_id for one in (*raised, *more))
            assert [one.type for one in received].count("cancel") == 4
            status = json.loads(second.run("status", "--json").stdout)
            assert (status["run"]["service"], status["run"]["running"]) == ("relay", True)
            follower.send_signal(signal.SIGTERM)
            _, err = follower.communicate(timeout=90)
            assert follower.returncode == 0, err
    finally:
        killed.kill()
        killed.communicate()


def test_who_is_told_to_end_while_the_broker_hangs_ends_and_sends_nothing_later(broker: LocalKafka) -> None:
    topic, before = "platewatch.alerts.hangs.v1", threading.active_count()
    producer = AlertProducer(broker.client_settings, [broker.bootstrap_server], retention_days=1)
    stop, now = threading.Event(), datetime.now(UTC)
    row = OutboxRow(0, uuid4(), topic, "AAA111", (), b"{}", now, now)
    assert [one.fate for one in producer.publish([row], stop)] == [Fate.PUBLISHED]
    assert broker.pid is not None
    os.kill(broker.pid, signal.SIGSTOP)
    try:
        stop.set()
        assert [one.fate for one in producer.publish([row], stop)] == [Fate.WAITING]
        wait_until(lambda: threading.active_count() <= before)
    finally:
        os.kill(broker.pid, signal.SIGCONT)
