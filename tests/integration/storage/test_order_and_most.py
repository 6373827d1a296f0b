"""Whatever is listed comes in its order, wherever the rows lie, and never more of it than was asked for."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta

import pytest

from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from schemas.health import CameraHealth
from schemas.messages import Message
from schemas.types import RejectedRow, Tier, VendorReport
from storage.alerts.deliveries import Deliveries, DeliveryState, Routing, routing
from storage.alerts.raised import AlertLog
from storage.alerts.rules import RuleBook
from storage.alerts.storms import held_alerts, standing_storms
from storage.alerts.unit_of_work import Ledger
from storage.cameras.states import CameraStates
from storage.database import Database
from storage.hotlists.lists import HotlistStore
from storage.hotlists.versions import HotlistVersions
from storage.item_ledger import ItemLedger
from storage.preserving.preservations import KeptReads, keep_reads, kept_reads, preservations
from storage.reads.recent import reported_lately
from storage.sharing.disseminations import DisseminationFilter, ForeignQuery, disseminations, note_query
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.storage.samples import (
    START,
    activate,
    sample_entry,
    sample_id,
    sample_item,
    sample_read,
    sample_record,
)

MOST_READS = 200

LOOK = AuditRecord(Actor("lee", SignIn.LOCAL_USER, "desk", "local"), Action.VIEW_DELIVERIES)


def scatter(database: Database, table: str, key: str, *keys: object) -> None:
    """Have rows lie behind all others, as those do that were written again."""
    columns = (
        b"select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and attidentity = '' limit 1"
    )
    with database.as_owner() as connection:
        (column,) = connection.execute(columns, (table,)).fetchone() or ("",)
        connection.execute(f"update {table} set {column} = {column} where {key} = any(%s)".encode(), (list(keys),))
        connection.execute(f"vacuum full {table}".encode())


def test_lists_with_their_entries_rejects_and_versions(database: Database) -> None:
    rejects = tuple(RejectedRow(line, "no plate", "LIC", f"V{line}") for line in (9, 2, 30, 5))
    for name in ("ncic", "zone", "alpha"):
        activate(database, [sample_entry(1, hotlist_id=name)], hotlist_id=name)
    entries = [sample_entry(number, plate) for number, plate in enumerate(("CCC3", "AAA1", "DDD4", "BBB2", "EEE5"))]
    version = activate(database, entries, rejects=rejects).version_id
    store = HotlistStore(database)
    assert [one.hotlist_id for one in store.lists()] == ["alpha", "ncic", "zone"]
    assert [one.plate for one in store.entries_of("ncic", 10)] == ["AAA1", "BBB2", "CCC3", "DDD4", "EEE5"]
    assert [one.plate for one in store.entries_of("ncic", 2)] == ["AAA1", "BBB2"]
    assert [one.plate for one in store.entries_of("ncic", 2, 2)] == ["CCC3", "DDD4"]
    assert [one.line for one in store.rejects(version)] == [2, 5, 9, 30]
    for number in range(3):
        activate(database, entries[: number + 1])
    versions = [one.version_id for one in HotlistVersions(database).of_list("ncic")]
    assert versions == sorted(versions, reverse=True)
    scatter(database, "hotlist_versions", "version_id", versions[1], versions[-1])
    assert [one.version_id for one in HotlistVersions(database).of_list("ncic", 2)] == versions[:2]
    assert [one.version_id for one in HotlistVersions(database).of_list("ncic")] == versions


def test_cameras_rejected_items_and_rules(database: Database) -> None:
    CameraStates(database).save(
        "here", [CameraHealth(camera_id=name, known_since=START) for name in ("tunnel", "bridge", "gate")]
    )
    assert [camera.camera_id for _, camera in CameraStates(database).load()] == ["bridge", "gate", "tunnel"]
    ledger = ItemLedger(database)
    for name in ("c.jpg", "a.jpg", "b.jpg"):
        ledger.reject(sample_item(name), "no picture")
    ledger.reject(sample_item("c.jpg"), "no picture still")
    scatter(database, "source_rejects", "name", "a.jpg")
    assert [one.name for one in ledger.rejects()] == ["a.jpg", "b.jpg", "c.jpg"]
    rules = RuleBook(database)
    rules.save({name: ({"rule": name}, name) for name in ("swat", "air", "patrol")}, "lee", START, None)
    assert [rule.name for rule in rules.all()] == ["air", "patrol", "swat"]


def test_alerts_and_what_rules_plan_of_them(database: Database) -> None:
    Records(database).write([sample_record(number, f"AAA{number}") for number in range(6)])
    scatter(database, "alerts", "alert_number", 2, 4)
    assert [one.alert_number for one in AlertLog(database).latest(3)] == [6, 5, 4]
    assert [one.alert_number for one in AlertLog(database).after(2, 3)] == [3, 4, 5]
    with routing(database) as asked:
        found = asked.unrouted(4)
        assert [one.alert_number for one in found] == [1, 2, 3, 4]
        for number, (rule, channel, minutes) in enumerate(
            (("swat", "pager", 3), ("air", "mail", 1), ("swat", "mail", 2), ("air", "mail", 1))
        ):
            asked.plan(
                found[number],
                rule=rule,
                unit="unit",
                channel=channel,
                with_plate=True,
                now=START,
                due_at=START + timedelta(minutes=minutes),
            )
        _plan(asked, "swat", "mail", found[0])
        assert asked.went_to(found[0].first) == [("swat", "mail"), ("swat", "pager")]
        asked.done(4)
    with routing(database) as asked:
        assert [one.alert_number for one in asked.unrouted(4)] == [5, 6]
    scatter(database, "deliveries", "delivery_number", 2, 3)
    deliveries = Deliveries(database)
    assert deliveries.waiting_channels() == ["mail", "pager"]
    assert [one.delivery_number for one in deliveries.newest(3, None, LOOK)] == [5, 4, 3]
    later = START + timedelta(hours=1)
    due = deliveries.due("mail", later, 10)
    assert [one.delivery_number for one in due] == [5, 2, 4, 3]
    assert [one.delivery_number for one in deliveries.due("mail", later, 2)] == [5, 2]
    assert [one.delivery_number for one in deliveries.due("mail", START + timedelta(minutes=1), 10)] == [5, 2, 4]
    deliveries.settle(due[1], DeliveryState.DEAD, later, reason="refused")
    deliveries.settle(due[2], DeliveryState.WAITING, later, reason="busy", due_at=later)
    assert [one.delivery_number for one in deliveries.newest(10, DeliveryState.DEAD, LOOK)] == [2]
    assert (deliveries.given_up("mail"), deliveries.given_up("pager")) == (1, 0)
    assert [one.delivery_number for one in deliveries.due("mail", later, 10)] == [5, 3, 4]
    assert deliveries.retry(due[0].delivery_number, later, LOOK) == 0
    assert deliveries.retry(None, later, LOOK) == 1


def _plan(asked: Routing, rule: str, channel: str, alert: object) -> None:
    asked.plan(alert, rule=rule, unit="unit", channel=channel, with_plate=False, now=START, due_at=START)  # type: ignore[arg-type]


def test_storms_and_what_they_hold(database: Database) -> None:
    with Ledger(database).begin() as unit:
        for camera in ("gate", "bridge"):
            assert unit.storm_of(camera, sample_id("entry", 0), START, 0, lambda *_: (0.0, 0)) is not None
        for number in range(5):
            record = sample_record(number)
            body = json.dumps({"alert_id": str(sample_id("alert", number)), "number": number}).encode()
            message = Message(sample_id("alert", number), "VNV4527", body, ())
            unit.add_alert(message, record.hits[0].hit_id, Tier.EXACT, START, "topic", 1)
    scatter(database, "alert_storms", "storm_number", 1)
    scatter(database, "held_messages", "held_number", 2, 4)
    assert [(one.subject, one.held) for one in standing_storms(database)] == [("gate", 5), ("bridge", 0)]
    assert [one["number"] for one in held_alerts(database, 1, 3)] == [4, 3, 2]
    assert held_alerts(database, 2, 3) == []


def test_reads_that_are_preserved_and_those_that_came_lately(database: Database) -> None:
    report = VendorReport("rekor", "7", "{}")
    numbers = [4, 1, 3, 0, 2]
    reads = [dataclasses.replace(sample_read(number), camera_id="gate", report=report) for number in numbers]
    Records(database).write([ReadRecord(read) for read in reads])
    lately = reported_lately(database, "rekor", "gate", START)
    assert [read.track_number for read in lately] == [0, 1, 2, 3, 4]
    assert [read.track_number for read in reported_lately(database, "rekor", "gate", lately[2].captured_at)] == [
        2,
        3,
        4,
    ]
    assert reported_lately(database, "axis", "gate", START) == reported_lately(database, "rekor", "bridge", START) == []
    request = dict.fromkeys(("asked_by", "form", "case_number", "reason", "law", "entered_by"), "x")
    with database.transaction() as connection:
        for plate in ("NONE", "VNV4527"):
            number, count = keep_reads(
                connection, request | {"until_at": datetime(2030, 1, 1, tzinfo=UTC)}, KeptReads([plate])
            )
        assert (number, count) == (2, 5)
        assert [read.track_number for read in kept_reads(connection, 2)] == [0, 1, 2, 3, 4]
    scatter(database, "preservations", "preservation_id", 1)
    assert [one.preservation_id for one in preservations(database)] == [1, 2]
    assert [one.reads for one in preservations(database)] == [0, 5]


def test_no_more_than_the_newest_reads_of_a_reader_are_recalled(database: Database) -> None:
    report = VendorReport("rekor", "7", "{}")
    reads = [
        dataclasses.replace(
            sample_read(number), camera_id="gate", report=report, captured_at=START + timedelta(seconds=number)
        )
        for number in range(MOST_READS + 3)
    ]
    Records(database).write([ReadRecord(read) for read in reads])
    assert [read.track_number for read in reported_lately(database, "rekor", "gate", START)] == [
        *range(3, MOST_READS + 3)
    ]


@pytest.mark.parametrize("most", [1, 3])
def test_the_log_of_what_was_given_away(database: Database, most: int) -> None:
    with database.transaction() as connection:
        for number in range(4):
            member = {"id": f"member-{number % 2}", "name": "Suffolk PD", "ori": "VA1260000"}
            note_query(
                connection,
                ForeignQuery("suffolk", 1, member, f"person {number}", "ABC1234", None, None, "allowed", number),
            )
    found = disseminations(database, DisseminationFilter(), most)
    assert [one.asked_by for one in found] == ["person 3", "person 2", "person 1"][:most]
    mine = disseminations(database, DisseminationFilter(member="MEMBER-1"), 10)
    assert [one.asked_by for one in mine] == ["person 3", "person 1"]
