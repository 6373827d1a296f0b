"""Alerts are taken back once when their entry does not stand any more, and say why."""

from __future__ import annotations

import functools
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from alerts.build import build_alert
from alerts.settling.stale import cancel_stale_alerts
from pipeline.alerting.cancellations import CancellationStage
from schemas import ids
from schemas.events import Alert, AlertType
from schemas.settings import AlertSettings, Settings
from schemas.types import HotlistEntry
from storage.alerts.raised import AlertLog
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from storage.hotlists.imports import begin_import
from tests.integration.alerts.records import ReadRecord, Records, outbox_message, outbox_of
from tests.integration.hotlists.list_versions import import_version
from tests.integration.pipeline.live_matching import wait_for
from tests.integration.storage.samples import sample_entry, sample_id
from tests.unit.alerts.samples import AGENCY, sample_hit, sample_read

SETTINGS = Settings()
TOPIC = "platewatch.alerts.test.v1"


def _listed(number: int, plate: str = "VNV4527", **fields: Any) -> HotlistEntry:
    return sample_entry(number, plate, **({"valid_until": None} | fields))


def raise_alert(database: Database, entry: HotlistEntry, number: int = 0, topics: tuple[str, ...] = (TOPIC,)) -> Alert:
    """Write a read of an entry's plate with its hit and its alert."""
    read = sample_read(number, entry.plate)
    hit = sample_hit(read, entry)
    alert = build_alert(read, hit, entry, agency_id=AGENCY, created_at=read.last_seen, plate_picture=b"jpeg")
    messages = tuple(outbox_message(alert, topic) for topic in topics)
    Records(database).write([ReadRecord(read, (hit,), messages)])
    return alert


def _stored(database: Database) -> list[Alert]:
    return [Alert.model_validate(stored.payload) for stored in AlertLog(database).after(0)]


def test_a_withdrawn_entry_cancels_its_alert(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    import_version(database, [_listed(1), _listed(2, "BKR2203")])
    raised, other = raise_alert(database, _listed(1)), raise_alert(database, _listed(2, "BKR2203"), 1)
    assert cancel_stale_alerts(database, SETTINGS) == 0
    HotlistEdits(database).withdraw([sample_id("ncic", 1)], by="lee", reason="recovered")
    assert cancel_stale_alerts(database, SETTINGS) == 1
    first, second, cancel = _stored(database)
    assert (first, second) == (raised, other)
    assert cancel.alert_id == ids.alert_id(raised.hit.hit_id, "cancel")
    assert (cancel.type, cancel.status, cancel.cancels) == (AlertType.CANCEL, "closed", raised.alert_id)
    assert (cancel.hit, cancel.read, cancel.entry) == (raised.hit, raised.read, raised.entry)
    assert cancel.plate_picture is None
    assert cancel.reason is not None
    assert cancel.reason.startswith("entry withdrawn by lee at 20")
    assert cancel.reason.endswith("Z (recovered)")
    assert [stored.canceled for stored in AlertLog(database).after(0)] == [cancel.reason, None, None]
    assert "VNV4527" not in caplog.text


def test_a_cancel_goes_where_its_alert_went_and_after_it(database: Database) -> None:
    import_version(database, [_listed(1)])
    raised = raise_alert(database, _listed(1), topics=(TOPIC, "platewatch.alerts.neighbor.v1"))
    import_version(database, [])
    assert cancel_stale_alerts(database, SETTINGS) == 1
    cancel_id = ids.alert_id(raised.hit.hit_id, "cancel")
    with outbox_of(database) as outbox:
        rows = outbox.take(10)
    assert [(row.alert_id, row.topic) for row in rows] == [
        (raised.alert_id, TOPIC),
        (raised.alert_id, "platewatch.alerts.neighbor.v1"),
        (cancel_id, TOPIC),
        (cancel_id, "platewatch.alerts.neighbor.v1"),
    ]
    assert {row.key for row in rows} == {"VNV4527"}
    assert dict(rows[2].headers)["ce_id"] == str(cancel_id)
    assert Alert.model_validate_json(rows[2].payload) == _stored(database)[1]


def test_an_alert_that_went_nowhere_is_canceled_in_silence(database: Database) -> None:
    import_version(database, [_listed(1)])
    raise_alert(database, _listed(1))
    with database.connection() as connection:
        connection.execute("delete from outbox")
    import_version(database, [])
    assert cancel_stale_alerts(database, SETTINGS) == 1
    with outbox_of(database) as outbox:
        assert outbox.take(10) == []


def _reason(database: Database) -> str | None:
    assert cancel_stale_alerts(database, SETTINGS) == 1
    return _stored(database)[-1].reason


def test_every_way_of_going_has_its_reason(database: Database) -> None:
    expired_at = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=1)
    import_version(database, [_listed(number) for number in range(1, 6)])
    raise_alert(database, _listed(1), 1)
    import_version(database, [_listed(number) for number in range(2, 6)])
    assert str(_reason(database)).startswith("entry is not on its list any more at 20")
    raise_alert(database, _listed(2), 2)
    import_version(database, [_listed(2, "VNV4S27"), *(_listed(number) for number in range(3, 6))])
    assert _reason(database) == "entry has another plate now"
    raise_alert(database, _listed(3), 3)
    import_version(database, [_listed(3, jurisdiction="US-MD"), _listed(4), _listed(5)])
    assert _reason(database) == "entry has another state now"
    raise_alert(database, _listed(4), 4)
    import_version(database, [_listed(4, valid_until=expired_at), _listed(5)])
    assert _reason(database) == f"entry expired at {expired_at:%Y-%m-%dT%H:%M:%SZ}"
    raise_alert(database, _listed(5), 5)
    with database.transaction() as connection:
        connection.execute("update hotlist_entries set last_version = 1, retired_at = now() where last_version is null")
        connection.execute("update hotlists set active_version = null")
    assert str(_reason(database)).startswith("its list is not in force any more at 20")


def test_what_still_stands_is_left_alone(database: Database) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    import_version(database, [_listed(1), _listed(2), _listed(3, valid_until=None)])
    for number in (1, 2, 3):
        raise_alert(database, _listed(number), number)
    changed = [_listed(1, "vnv-4527"), _listed(2, instructions="unarmed"), _listed(3, valid_until=later)]
    import_version(database, changed)
    assert cancel_stale_alerts(database, SETTINGS) == 0


def test_an_old_alert_is_history(database: Database) -> None:
    import_version(database, [_listed(1)])
    raise_alert(database, _listed(1))
    import_version(database, [])
    with database.connection() as connection:
        connection.execute("update alerts set created_at = now() - interval '3 hours'")
    assert cancel_stale_alerts(database, Settings(alerts=AlertSettings(open_hours=2))) == 0
    assert cancel_stale_alerts(database, SETTINGS) == 1


def test_a_cancel_does_not_wait_for_an_import_of_the_list(database: Database) -> None:
    import_version(database, [_listed(1)])
    raise_alert(database, _listed(1))
    edits = HotlistEdits(database)
    withdraw = functools.partial(edits.withdraw, [sample_id("ncic", 1)], by="lee", reason="recovered")
    with _working(database), begin_import(database, "ncic", layout="ncic", file_name="extract.txt"):
        thread = threading.Thread(target=withdraw)
        thread.start()
        started = time.monotonic()
        wait_for(lambda: len(_stored(database)) == 2)
        assert time.monotonic() - started < 30.0
    thread.join()
    assert "withdrawn by lee" in str(_stored(database)[1].reason)


def test_two_at_once_and_again_cancel_once(database: Database) -> None:
    entries = [_listed(number, f"VNV{number:04d}") for number in range(40)]
    import_version(database, entries)
    for number, entry in enumerate(entries):
        raise_alert(database, entry, number)
    import_version(database, [])
    together = threading.Barrier(3)
    counts: list[int] = []

    def cancel() -> None:
        together.wait()
        counts.append(cancel_stale_alerts(database, SETTINGS))

    threads = [threading.Thread(target=cancel) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 40
    assert cancel_stale_alerts(database, SETTINGS) == 0
    assert len(_stored(database)) == 80
    with outbox_of(database) as outbox:
        assert len(outbox.take(100)) == 80


def test_the_same_read_written_again_opens_nothing(database: Database) -> None:
    import_version(database, [_listed(1)])
    raise_alert(database, _listed(1))
    HotlistEdits(database).withdraw([sample_id("ncic", 1)], by="lee", reason="recovered")
    assert cancel_stale_alerts(database, SETTINGS) == 1
    raise_alert(database, _listed(1))
    assert cancel_stale_alerts(database, SETTINGS) == 0
    assert len(_stored(database)) == 2


@contextmanager
def _working(database: Database) -> Iterator[None]:
    stop = threading.Event()
    worker = threading.Thread(target=CancellationStage(database, SETTINGS).run, args=(stop,))
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join()


def test_a_run_cancels_within_a_second_of_a_withdrawal(database: Database) -> None:
    import_version(database, [_listed(1)])
    raise_alert(database, _listed(1))
    with _working(database):
        HotlistEdits(database).withdraw([sample_id("ncic", 1)], by="lee", reason="recovered")
        withdrawn_at = time.time()
        canceled_at = wait_for(lambda: len(_stored(database)) == 2)
    assert canceled_at - withdrawn_at < 1.0


def test_a_run_cancels_an_alert_that_was_written_late(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.alerting.cancellations.EXPIRY_SECONDS", 0.2)
    import_version(database, [_listed(1)])
    HotlistEdits(database).withdraw([sample_id("ncic", 1)], by="lee", reason="recovered")
    with _working(database):
        raise_alert(database, _listed(1))
        wait_for(lambda: len(_stored(database)) == 2)


@pytest.mark.parametrize(("before", "after"), [(None, "US-VA"), ("US-VA", None)])
def test_an_entry_whose_state_appears_or_goes_has_another_state(
    database: Database, before: str | None, after: str | None
) -> None:
    import_version(database, [_listed(1, jurisdiction=before)])
    raise_alert(database, _listed(1, jurisdiction=before))
    assert cancel_stale_alerts(database, SETTINGS) == 0
    import_version(database, [_listed(1, jurisdiction=after)])
    assert _reason(database) == "entry has another state now"


def test_an_entry_without_a_state_that_stays_without_one_stands(database: Database) -> None:
    import_version(database, [_listed(1, jurisdiction=None)])
    raise_alert(database, _listed(1, jurisdiction=None))
    import_version(database, [_listed(1, jurisdiction=None, instructions="unarmed")])
    assert cancel_stale_alerts(database, SETTINGS) == 0


def test_an_entry_expires_at_its_end_and_not_a_moment_before(database: Database) -> None:
    end = datetime.now(UTC) + timedelta(seconds=2)
    import_version(database, [_listed(1, valid_until=end)])
    raise_alert(database, _listed(1, valid_until=end))
    assert cancel_stale_alerts(database, SETTINGS) == 0
    time.sleep(2.1)
    assert cancel_stale_alerts(database, SETTINGS) == 1


def test_an_entry_that_expires_is_noticed_within_seconds_though_no_list_has_changed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(seconds=1000.0, monotonic=lambda: clock.seconds)
    monkeypatch.setattr("pipeline.alerting.cancellations.time", clock)
    import_version(database, [_listed(1, valid_until=datetime.now(UTC) + timedelta(hours=1))])
    raise_alert(database, _listed(1))
    stage = CancellationStage(database, SETTINGS)
    stage.step(threading.Event())
    with database.connection() as connection:  # an hour later
        connection.execute("update hotlist_entries set valid_until = now()")
    for seconds, messages in ((1, 1), (9, 2)):
        clock.seconds += seconds
        stage.step(threading.Event())
        assert len(_stored(database)) == messages
