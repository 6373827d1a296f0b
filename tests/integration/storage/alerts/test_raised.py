"""Officers see the newest alerts, follow new ones, and see what became of each."""

from __future__ import annotations

from dataclasses import replace

from schemas.types import Tier
from storage.alerts.raised import AlertLog
from storage.database import Database
from tests.integration.alerts.records import Records, outbox_of
from tests.integration.storage.samples import sample_record


def test_latest_and_what_became_of_them(database: Database) -> None:
    batch = [sample_record(number) for number in range(4)]
    batch[3] = replace(batch[3], hits=(replace(batch[3].hits[0], tier=Tier.EXACT),))
    Records(database).write(batch)
    with outbox_of(database) as outbox:
        rows = outbox.take(10)
        outbox.mark_sent([rows[0].outbox_id])
        outbox.dead_letter(rows[1].outbox_id, "too large")
    log = AlertLog(database)
    latest = log.latest(10)
    assert [alert.payload["number"] for alert in latest] == [3, 2, 1, 0]
    assert [(alert.published, alert.dead_letter) for alert in latest] == [
        (False, None),
        (False, None),
        (False, "too large"),
        (True, None),
    ]
    assert [alert.payload["number"] for alert in log.latest(1)] == [3]
    assert [alert.payload["number"] for alert in log.latest(10, tier=Tier.PROBABLE)] == [2, 1, 0]
    assert [alert.payload["number"] for alert in log.latest(10, after=latest[1].alert_number)] == [3]


def test_following_misses_none_and_repeats_none(database: Database) -> None:
    records, log = Records(database), AlertLog(database)
    seen: list[int] = []
    last = 0
    for number in range(5):
        records.write([sample_record(number), sample_record(0)])
        for alert in log.after(last):
            seen.append(alert.payload["number"])
            last = alert.alert_number
    assert seen == [0, 1, 2, 3, 4]
    assert log.after(last) == []


def test_an_alert_is_published_when_every_topic_has_it(database: Database) -> None:
    record = sample_record(0)
    neighbor = replace(record.messages[0], topic="platewatch.alerts.neighbor.v1")
    Records(database).write([replace(record, messages=(*record.messages, neighbor))])
    log = AlertLog(database)
    with outbox_of(database) as outbox:
        first, second = outbox.take(10)
        outbox.mark_sent([first.outbox_id])
        assert not log.latest(1)[0].published
        outbox.mark_sent([second.outbox_id])
    assert log.latest(1)[0].published
