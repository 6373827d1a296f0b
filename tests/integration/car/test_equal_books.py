"""The car's file and PostgreSQL come to the same: whatever arrives, and however it is batched, killed and repeated."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from alerts.settling.found import Found
from alerts.settling.recording import SettledReads
from alerts.settling.unit import Units
from schemas.settings import Settings
from storage.alerts.unit_of_work import Ledger
from storage.car.file import CAR_FILE, open_car_file
from storage.car.ledger import CarLedger
from storage.database import Database
from tests.integration.car.arrivals import story

NOW_MADE = ("update", "cancel")
"""What settling makes itself is dated when it is made."""

Books = tuple[dict[str, tuple[str, str | None]], dict[str, tuple[str, dict[str, Any]]], list[tuple[str, str]]]


def batches(rng: random.Random, told: Sequence[Found]) -> list[Sequence[Found]]:
    """The story as a recorder takes it that is killed now and then, and goes on somewhere before where it was."""
    taken, done = list[Sequence[Found]](), 0
    while done < len(told):
        start, end = rng.randrange(max(0, done - 3), done + 1), min(len(told), done + rng.randrange(1, 6))
        taken.append(told[start:end])
        done = end
    return [*taken, *(rng.sample(told, rng.randrange(1, len(told) + 1)) for _ in range(2))]


def record(units: Units, taken: Sequence[Sequence[Found]]) -> list[list[list[str]]]:
    """Record a story; return the ids of what was sent about every read."""
    reads = SettledReads(units, Settings())
    return [[[str(alert.alert_id) for alert in sent] for sent in reads.record(batch).sent] for batch in taken]


def payload(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != "created_at" or document["type"] not in NOW_MADE}


def books_of_server(database: Database) -> Books:
    with database.connection() as connection:
        hits = connection.execute("select hit_id::text, outcome, alert_id::text from hits").fetchall()
        alerts = connection.execute(
            "select alert_id::text, status, payload from alerts order by insert_number"
        ).fetchall()
    return (
        {hit: (outcome, alert) for hit, outcome, alert in hits},
        {alert_id: (status, payload(document)) for alert_id, status, document in alerts},
        [(alert_id, document["type"]) for alert_id, _, document in alerts],
    )


def books_of_car(path: Path) -> Books:
    file = open_car_file(path)
    with file.translated():
        hits = file.execute("select hit_id, outcome, alert_id from hits").fetchall()
        alerts = file.execute("select alert_id, status, payload from alerts order by number").fetchall()
    file.close()
    told = [(str(UUID(bytes=alert)), status, json.loads(text)) for alert, status, text in alerts]
    return (
        {str(UUID(bytes=hit)): (outcome, alert and str(UUID(bytes=alert))) for hit, outcome, alert in hits},
        {alert: (status, payload(document)) for alert, status, document in told},
        [(alert, document["type"]) for alert, _, document in told],
    )


@pytest.mark.parametrize("seed", range(60))
def test_car_and_server_come_to_the_same(database: Database, tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    taken = batches(rng, story(rng))
    path = tmp_path / CAR_FILE
    car = CarLedger(path)
    try:
        sent_by_car = record(car, taken)
    finally:
        car.close()
    assert sent_by_car == record(Ledger(database), taken)
    assert books_of_car(path) == books_of_server(database)


def test_stories_hold_what_they_are_for(tmp_path: Path) -> None:
    """Were there no updates, cancels, repeats and clones among them, the test above would show nothing."""
    kinds, outcomes, clones = set[str](), set[str](), 0
    for seed in range(60):
        rng = random.Random(seed)
        path = tmp_path / str(seed) / CAR_FILE
        car = CarLedger(path)
        record(car, batches(rng, story(rng)))
        car.close()
        hits, alerts, order = books_of_car(path)
        kinds |= {kind for _, kind in order}
        outcomes |= {outcome for outcome, _ in hits.values()}
        clones += any(document["clone"] for _, document in alerts.values())
    assert kinds == {"alert", "update", "cancel"}
    assert outcomes == {"alerted", "updated", "suppressed", "silent", "revised"}
    assert clones > 5
