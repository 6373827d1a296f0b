"""Revisions of one pass through a recorder whose second reader lets one of them wait: their order does not matter."""

from __future__ import annotations

import dataclasses
from itertools import permutations
from pathlib import Path

import pytest

from recognition.results import VehiclePass
from schemas.events import Alert, AlertType
from schemas.types import PlateRead
from storage.alerts.numbering import number_alerts
from storage.alerts.raised import AlertLog
from storage.database import Database
from storage.reads.search import ReadSearch
from tests.integration.pipeline.test_second_opinion import (
    INNOCENT,
    LISTED,
    Gated,
    Run,
    install,
    listed,
    passing,
    run,
)

__all__ = ["listed", "run"]


def revision(number: int, plate: str, *, final: bool = False) -> VehiclePass:
    """A revision of one pass, with its pictures."""
    made = passing(1, plate)
    return dataclasses.replace(made, read=dataclasses.replace(made.read, revision=number, is_final=final))


def standing(database: Database) -> list[str]:
    """The plates of the alerts that nobody took back."""
    number_alerts(database)
    told = [Alert.model_validate(stored.payload) for stored in AlertLog(database).after(0)]
    gone = {alert.cancels for alert in told if alert.type is AlertType.CANCEL}
    return [alert.entry.plate for alert in told if alert.type is AlertType.ALERT and alert.alert_id not in gone]


def shown(database: Database) -> PlateRead:
    (read,) = [one for plate in (LISTED, INNOCENT) for one in ReadSearch(database).find(plate)]
    return read


@pytest.mark.parametrize("last", [LISTED, INNOCENT])
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_any_order_ends_with_the_newest_and_its_alerts(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: tuple[int, ...], last: str
) -> None:
    reader = Gated()
    install(reader, monkeypatch, timeout=30)
    run.start(tmp_path)
    other = INNOCENT if last == LISTED else LISTED
    revisions = [revision(1, LISTED), revision(2, other), revision(0, last, final=True)]
    for number in order:
        run.put(revisions[number], name=f"part {number}")
    run.until(lambda: bool(reader.asked) and run.queue.empty())
    reader.gate.set()
    run.until(lambda: all(run.is_finished(f"part {number}") for number in order))
    run.finish()
    read = shown(run.database)
    assert (read.plate, read.is_final) == (last, True)
    assert standing(run.database) == ([LISTED] if last == LISTED else [])
    with run.database.connection() as connection:
        kept = connection.execute("select is_final, revision, content ->> 'plate' from read_revisions").fetchall()
        keys = connection.execute(
            "select content ->> 'plate_image_key', content ->> 'context_image_key' from read_revisions"
        ).fetchall()
    assert sorted(kept) == [(False, 1, LISTED), (False, 2, other), (True, 0, last)]
    named = {key for both in keys for key in both if key is not None}
    # An early read that is no hit waits for its pass's pictures.
    assert len(named) == (6 if other == LISTED else 4)
    assert all((tmp_path / "images" / key).is_file() for key in named)
