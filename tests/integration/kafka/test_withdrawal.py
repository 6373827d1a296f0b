"""From a withdrawal to the neighbor: the entry stops matching, and a cancel follows its alert, in seconds."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from alerts.build import build_alert
from pipeline.alerting.cancellations import CancellationStage
from schemas.events import AlertType
from schemas.settings import Settings
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from tests.integration.alerts.records import ReadRecord, Records, outbox_message
from tests.integration.hotlists.list_versions import import_version
from tests.integration.kafka.conftest import Broker
from tests.integration.pipeline.live_matching import live_read, matches, running_matcher, wait_for
from tests.integration.storage.samples import sample_entry
from tests.unit.alerts.samples import AGENCY


def test_a_withdrawal_reaches_the_neighbor(
    database: Database, kafka_broker: Broker, topic: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = sample_entry(1, valid_until=None)
    import_version(database, [entry])
    stop = threading.Event()
    worker = threading.Thread(target=CancellationStage(database, Settings()).run, args=(stop,))
    with running_matcher(database) as matcher, kafka_broker.relay(database, topic) as relay:
        worker.start()
        read = live_read(entry.plate)
        (hit,) = matcher.match(read)
        alert = build_alert(read, hit, entry, agency_id=AGENCY, created_at=read.last_seen, plate_picture=None)
        Records(database).write([ReadRecord(read, (hit,), (outbox_message(alert, topic),))])
        relay.wait_until_empty()
        HotlistEdits(database).withdraw([entry.entry_id], by="lee", reason="recovered")
        withdrawn_at = time.time()
        unmatched = wait_for(lambda: not matches(matcher, entry.plate)) - withdrawn_at
        published = wait_for(lambda: _published(database) == 2) - withdrawn_at
        stop.set()
        worker.join()
    first, second = kafka_broker.receive(tmp_path, topic, 2)
    assert first == alert
    assert (second.type, second.cancels, second.hit) == (AlertType.CANCEL, alert.alert_id, alert.hit)
    assert str(second.reason).startswith("entry withdrawn by lee at 20")
    with capsys.disabled():
        print(f"\nwithdrawn to no match {unmatched:.2f} s, to the cancel acknowledged by the broker {published:.2f} s")


def _published(database: Database) -> int:
    with database.connection() as connection:
        row = connection.execute("select count(*) from outbox where sent_at is not null").fetchone()
    return 0 if row is None else int(row[0])
