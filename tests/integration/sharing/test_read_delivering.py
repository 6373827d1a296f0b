"""Reads that agreements share are in the outbox, cut to them; without such an agreement a read costs nothing more."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from operations.sharing.deciding import end_agreement, propose_agreement
from policy.agreements.agreement import agreement_of_topic, shared_reads_topic, shared_topic
from policy.decisions import Retention, open_policy
from schemas.events import PlateReadEvent
from schemas.settings import PolicySettings, Settings
from schemas.types import Location
from sharing import read_delivering
from sharing.book import AgreementBook
from sharing.read_delivering import ReadDelivery
from storage.alerts.outbox import Outbox, OutboxRow
from storage.database import Database
from storage.leadership import Leadership
from storage.reporting import figures
from storage.retention import enforce_retention
from storage.sharing.disseminations import Dissemination, DisseminationFilter, disseminations
from tests.integration.alerts.records import outbox_of
from tests.integration.sharing.samples import (
    KIM,
    LEE,
    SETTINGS,
    current,
    in_force,
    pass_by,
    queries_grant,
    reads_grant,
    store,
)
from tests.integration.sharing.test_delivering import Waking, expire
from tests.unit.policy.agreements.samples import NEIGHBOR, THIRD, attestation

AGAIN_SECONDS = 5.0

TOPIC = "platewatch.shared.suffolk.reads.v1"


def shares(database: Database, **grant: Any) -> None:
    in_force(database, current(grants=[reads_grant(**grant)]))


def deliver(database: Database, settings: Settings = SETTINGS) -> None:
    policy = open_policy(settings)
    delivery = ReadDelivery(database, AgreementBook(database, policy, UTC), policy)
    while delivery.advance():
        pass


def waiting(database: Database) -> list[OutboxRow]:
    with outbox_of(database) as outbox:
        return outbox.take(1000)


def events(rows: Sequence[OutboxRow]) -> list[PlateReadEvent]:
    return [PlateReadEvent.model_validate_json(bytes(row.payload)) for row in rows]


def send(database: Database, rows: Sequence[OutboxRow]) -> None:
    with Leadership(database) as leadership:
        Outbox(database, leadership).mark_sent([row.outbox_id for row in rows])


def log_of(database: Database, **wanted: Any) -> list[Dissemination]:
    return list(disseminations(database, DisseminationFilter(**wanted), 100))


def count(database: Database, table: str) -> int:
    with database.connection() as connection:
        row = connection.execute(f"select count(*) from {table}".encode()).fetchone()
    assert row is not None
    return int(row[0])


def test_reads_within_the_scope_go_out_cut_and_with_their_terms(database: Database) -> None:
    shares(database, purposes_forbidden=["immigration_enforcement"])
    seen = pass_by(0)
    store(
        database,
        seen,
        pass_by(1, "tunnel"),
        pass_by(2, captured_at=datetime.now(UTC) - timedelta(days=8)),
        pass_by(3, is_final=False),
    )
    deliver(database)
    (row,) = waiting(database)
    assert (row.topic, row.key, row.captured_at, row.keep_days) == (TOPIC, str(seen.read_id), seen.captured_at, 7)
    (read,) = events([row])
    assert (read.read_id, read.plate, read.camera_id) == (seen.read_id, "VNV4527", "gate-0")
    assert (read.vehicle, read.plate_image_key, read.report) == (None, None, None)
    headers = dict(row.headers)
    assert headers["ce_type"] == "org.platewatch.plate-read.v1"
    assert headers["ce_agreement"] == "suffolk"
    assert (headers["ce_agreementpurposes"], headers["ce_agreementkeepdays"]) == ("stolen_vehicle", "7")
    assert headers["ce_agreementforbidden"] == "immigration_enforcement"
    # Doing it again gives nothing more.
    deliver(database)
    assert len(waiting(database)) == 1


@pytest.mark.parametrize("grants", [[queries_grant()], None])
def test_without_a_grant_of_reads_nothing_is_even_noted(
    database: Database, grants: list[dict[str, Any]] | None
) -> None:
    if grants is not None:
        in_force(database, current(grants=grants))
    store(database, pass_by(0))
    assert count(database, "read_offers") == 0
    deliver(database)
    assert waiting(database) == []


def test_what_was_stored_before_the_agreement_is_not_given(database: Database) -> None:
    store(database, pass_by(0))
    shares(database)
    store(database, pass_by(1))
    deliver(database)
    assert len(waiting(database)) == 1


def test_the_log_tells_of_many_in_one_row_and_of_a_plate_as_long_as_its_reads_are_here(database: Database) -> None:
    shares(database)
    store(database, pass_by(0), pass_by(1, plate="ABC1234"), pass_by(2, plate="VNV4527"))
    deliver(database)
    rows = waiting(database)
    send(database, rows)
    (row,) = log_of(database)
    assert (row.kind, row.outcome, row.results, row.plate, row.item_id) == ("reads", "given", 3, None, None)
    assert row.members == [{"id": NEIGHBOR, "name": "Suffolk-Pd of Virginia", "ori": "VA0000001"}]
    assert row.terms["fields"] == ["place", "plate"]
    assert row.terms["from"] < row.terms["until"]
    assert "VNV4527" not in json.dumps(row.terms)
    assert [one.dissemination_id for one in log_of(database, plate="VNV4527")] == [row.dissemination_id]
    assert log_of(database, plate="QQQ1111") == []
    # The outbox holds nothing of them any more, and nothing comes again.
    assert waiting(database) == []
    assert count(database, "outbox") == 0
    year_ago = datetime.now(UTC) - timedelta(days=1)
    with database.connection() as connection:
        found = figures(connection, "deliveries_by_agency", year_ago, datetime.now(UTC) + timedelta(days=1))
    assert [(figure.label, figure.number) for figure in found] == [("Suffolk-Pd of Virginia: reads given", 3)]
    enforce_retention(
        database,
        Retention(reads=timedelta(days=21)),
        delete_images=lambda keys: None,
        now=datetime.now(UTC) + timedelta(days=30),
    )
    assert count(database, "shared_reads") == 0
    assert log_of(database, plate="VNV4527") == []
    assert log_of(database)[0].results == 3


def test_a_newer_revision_is_given_once_more_and_the_same_one_never(database: Database) -> None:
    shares(database)
    first = pass_by(0)
    store(database, first)
    deliver(database)
    send(database, waiting(database))
    store(database, first)
    deliver(database)
    assert waiting(database) == []
    store(database, dataclasses.replace(first, revision=1, plate="VNV4528"))
    deliver(database)
    (again,) = events(waiting(database))
    assert (again.read_id, again.revision, again.plate) == (first.read_id, 1, "VNV4528")


@pytest.mark.parametrize(
    ("grant", "more", "settings"),
    [
        ({"attestations": ["training"]}, {}, SETTINGS),
        ({"area": {"latitude": 37.5, "longitude": -76.3, "radius_km": 2}}, {}, SETTINGS),
        ({"cameras": ["tunnel"]}, {}, SETTINGS),
        ({}, {}, SETTINGS.model_copy(update={"policy": PolicySettings(never_purposes=("stolen_vehicle",))})),
        (
            {"to": [NEIGHBOR, THIRD], "attestations": ["training"]},
            {"attestations": [attestation(NEIGHBOR, "training")]},
            SETTINGS,
        ),
    ],
)
def test_what_is_outside_does_not_go(
    database: Database, grant: dict[str, Any], more: dict[str, Any], settings: Settings
) -> None:
    in_force(database, current(grants=[reads_grant(**grant)], **more))
    store(database, dataclasses.replace(pass_by(0), location=Location(36.83, -76.3)))
    deliver(database, settings)
    assert waiting(database) == []
    assert count(database, "read_offers") == 0


def test_an_ended_agreement_takes_back_what_waits_and_says_so(database: Database) -> None:
    shares(database)
    store(database, pass_by(0), pass_by(1))
    deliver(database)
    assert len(waiting(database)) == 2
    store(database, pass_by(2))
    end_agreement(KIM, database, "suffolk", "notice of last month")
    assert waiting(database) == []
    deliver(database)
    assert waiting(database) == []
    assert count(database, "read_offers") == 0
    (row,) = log_of(database)
    assert (row.kind, row.outcome, row.results) == ("reads", "withheld", 2)
    assert "notice of last month" in row.why
    assert "VNV4527" not in json.dumps(dataclasses.asdict(row), default=str)


def test_what_waits_is_decided_again_under_new_terms(database: Database) -> None:
    shares(database)
    store(database, pass_by(0), pass_by(1, "gate-1"))
    deliver(database)
    narrower = current(grants=[reads_grant(cameras=["gate-1"], fields=["plate"])])
    assert not propose_agreement(LEE, database, SETTINGS, narrower).is_pending
    # Not even for a moment under the terms of before.
    assert waiting(database) == []
    deliver(database)
    (row,) = waiting(database)
    assert events([row])[0].camera_id == "not shared"
    assert dict(row.headers)["ce_agreementversion"] == "2"


def test_reads_have_a_topic_of_their_own() -> None:
    assert shared_reads_topic("suffolk") == TOPIC
    assert agreement_of_topic(TOPIC) == agreement_of_topic(shared_topic("suffolk")) == "suffolk"


def test_it_looks_again_when_an_agreement_changes_and_every_few_seconds_and_takes_some_at_a_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, waking = [1000.0], Waking(monkeypatch, "sharing.read_delivering")
    monkeypatch.setattr(read_delivering, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(read_delivering, "AT_ONCE", 2)
    monkeypatch.setattr(read_delivering, "MOST_WAITING", 5)
    shares(database)
    policy = open_policy(SETTINGS)
    delivery = ReadDelivery(database, AgreementBook(database, policy, UTC), policy)
    assert (delivery.advance(), waking.taken()) == (False, 0)
    stored = [pass_by(number) for number in range(7)]
    for read in stored:
        store(database, read)
    # As many at a time as may be, and as many as may wait.
    assert [(delivery.advance(), len(waiting(database))) for _ in range(3)] == [(True, 2), (True, 4), (False, 5)]
    assert (delivery.advance(), waking.taken()) == (False, 3)
    assert [event.read_id for event in events(waiting(database))] == [read.read_id for read in stored[:5]]
    expire(database)
    now[0] += AGAIN_SECONDS - 0.1
    assert (delivery.advance(), waiting(database)) == (False, [])
    now[0] += 0.1
    # What waited stands behind what has never been offered.
    assert (delivery.advance(), len(waiting(database))) == (True, 2)
    assert {event.read_id for event in events(waiting(database))} == {read.read_id for read in stored[5:]}
    assert (delivery.advance(), delivery.advance(), delivery.advance()) == (True, False, False)
    # Fewer may wait than do.
    monkeypatch.setattr(read_delivering, "MOST_WAITING", 3)
    store(database, pass_by(7))
    assert (delivery.advance(), len(waiting(database)), count(database, "read_offers")) == (False, 5, 3)
    # What somebody decides counts at once.
    propose_agreement(LEE, database, SETTINGS, current(grants=[reads_grant(fields=["plate"])]))
    assert (delivery.advance(), [event.location for event in events(waiting(database))]) == (True, [None, None])
    end_agreement(KIM, database, "suffolk", "notice of last month")
    store(database, pass_by(8))
    assert (delivery.advance(), count(database, "read_offers")) == (False, 0)
    # Nothing is looked for any more until somebody decides something, or some seconds have passed.
    with database.connection() as connection:
        connection.execute("insert into read_offers (read_id, captured_at) select read_id, captured_at from reads")
    assert (delivery.advance(), count(database, "read_offers")) == (False, 9)
    now[0] += AGAIN_SECONDS
    assert (delivery.advance(), count(database, "read_offers")) == (False, 0)
