"""The board as it opens: what stands, most urgent first, for whoever may see it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from operations.board import opening
from operations.board.making import CardMaker
from operations.board.opening import Board, open_board
from operations.life.checking import ask_record
from operations.life.deciding import reject_alert
from schemas.audit import Action
from schemas.settings import Settings
from schemas.types import Category, Rejection
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.operations.board.people import SETTINGS, officer, watching
from tests.integration.operations.life.alerts import KIM_SAYS, raised
from tests.unit.alerts.samples import AGENCY, sample_entry

DAY = timedelta(days=1)


def board(database: Database, agency_id: str = AGENCY, settings: Settings = SETTINGS) -> Board:
    return open_board(officer("lee", agency_id), database, CardMaker(settings), DAY)


def test_the_most_urgent_comes_first_and_what_is_done_last(database: Database) -> None:
    raised(database, 0, "AAA1111")
    raised(database, 1, "BBB2222", entry=sample_entry("BBB2222")._replace(category=Category.UNINSURED))
    raised(database, 2, "CCC3333", entry=sample_entry("CCC3333")._replace(category=Category.OFFICER_SAFETY))
    raised(database, 3, "DDD4444", entry=sample_entry("DDD4444")._replace(category=Category.OFFICER_SAFETY))
    reject_alert(KIM_SAYS, database, 4, Rejection.MISREAD)
    shown = board(database)
    assert [card.listed for card in shown.cards] == ["CCC3333", "AAA1111", "BBB2222", "DDD4444"]
    assert [card.is_done for card in shown.cards] == [False, False, False, True]


def test_the_look_stands_in_the_audit_with_the_alerts_and_without_a_plate(database: Database) -> None:
    raised(database)
    board(database)
    (row,) = [row for row in audit_entries(database) if row.action == Action.VIEW_ALERTS]
    assert row.results == 1
    assert row.details == {"board": "opened", "alerts": [1], "left_out": 0}


def test_another_agency_sees_none(database: Database) -> None:
    raised(database)
    assert board(database, "gotham").cards == ()


def test_whoever_follows_from_an_open_board_gets_what_comes_and_nothing_else(database: Database) -> None:
    from operations.board.hub import BoardHub

    raised(database, 0, "AAA1111")
    shown = board(database)
    raised(database, 1, "BBB2222")
    with watching(BoardHub(database, SETTINGS), after=shown.cursor) as lee:
        assert [one.card.listed for one in lee.came] == ["BBB2222"]


def test_what_is_too_much_is_counted_and_the_urgent_stays(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MOST_CARDS", 2)
    raised(database, 0, "AAA1111", entry=sample_entry("AAA1111")._replace(category=Category.WANTED_PERSON))
    for number in range(1, 4):
        raised(database, number, f"BBB{number:04d}")
    shown = board(database)
    assert shown.left_out == 2
    assert [card.listed for card in shown.cards] == ["AAA1111", "BBB0003"]


def test_what_nobody_touched_for_long_is_not_on_it(database: Database) -> None:
    raised(database, 0, "AAA1111")
    raised(database, 1, "BBB2222")
    with database.connection() as connection:
        connection.execute("update alert_changes set changed_at = %s", [datetime.now(UTC) - 2 * DAY])
    ask_record(KIM_SAYS, database, 2)
    assert [card.listed for card in board(database).cards] == ["BBB2222"]


def test_cameras_have_the_names_that_officers_know(database: Database) -> None:
    camera = {"id": "gate", "type": "image_folder", "path": "/srv/gate", "name": "North gate", "street": "High St"}
    settings = Settings.model_validate({"agency_id": AGENCY, "cameras": [camera]})
    raised(database)
    (card,) = board(database, settings=settings).cards
    assert (card.place.camera, card.place.street) == ("North gate", "High St")
    reader = {"vendor": "genetec", "readers": {"7": {"id": "gate", "name": "East ramp", "street": "I-64"}}}
    settings = Settings.model_validate({"agency_id": AGENCY, "ingest": {"sources": [{"id": "west", **reader}]}})
    (card,) = board(database, settings=settings).cards
    assert (card.place.camera, card.place.street) == ("East ramp", "I-64")
