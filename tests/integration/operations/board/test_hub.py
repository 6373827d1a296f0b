"""What comes on open boards: everything once, in order, to whoever may see it, and written down."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from alerts.settling.cancel import cancel_alerts
from operations.board import followers
from operations.board.hub import BoardHub
from operations.life.deciding import Look, acknowledge_alert, confirm_alert
from schemas.audit import Action
from schemas.errors import PlatewatchError
from storage.alerts.changes import newest_change
from storage.alerts.numbering import number_alerts
from storage.alerts.stale import StaleAlert, StaleKind
from storage.alerts.unit_of_work import Ledger
from storage.audit.reader import AuditEntry, audit_entries
from storage.database import Database
from tests.integration.operations.audited import close_audit
from tests.integration.operations.board.people import SETTINGS, officer, running, soon, watching
from tests.integration.operations.life.alerts import KIM_SAYS, LEE_SAYS, raised

PLATES = ("AAA1111", "BBB2222", "CCC3333")


def looks(database: Database) -> list[AuditEntry]:
    return [row for row in audit_entries(database) if row.action == Action.VIEW_ALERTS]


def test_alerts_and_what_is_said_of_them_come_by_themselves(database: Database) -> None:
    with running(database) as hub, watching(hub) as lee, watching(hub, officer("kim")) as kim:
        raised(database)
        soon(lambda: lee.look() == [1])
        soon(lambda: kim.look() == [1])
        acknowledge_alert(KIM_SAYS, database, 1)
        soon(lambda: lee.look() == [1])
        assert lee.came[-1].card.standing.startswith("acknowledged by kim at ")
        confirm_alert(LEE_SAYS, database, 1, Look("VNV4527"))
        soon(lambda: lee.look() == [1])
        assert lee.came[-1].card.confirmed.startswith("confirmed by lee at ")
    assert lee.changes == sorted(set(lee.changes))
    # Drawn for both from one card.
    assert lee.came[0] is kim.came[0]


def test_a_cancel_takes_the_card_back(database: Database) -> None:
    with running(database) as hub, watching(hub) as lee:
        alert = raised(database)
        soon(lambda: lee.look() == [1])
        stale = StaleAlert(alert.alert_id, "VNV4527", alert.model_dump(mode="json"), StaleKind.REMOVED)
        cancel_alerts(Ledger(database), [stale], datetime.now(UTC))
        soon(lambda: lee.look() == [1])
        assert lee.came[-1].card.canceled
        assert lee.came[-1].card.is_done


def test_whoever_comes_back_after_a_cut_has_missed_nothing_and_gets_nothing_twice(database: Database) -> None:
    with running(database) as hub:
        with watching(hub) as before:
            raised(database, 0, PLATES[0])
            soon(lambda: before.look() == [1])
        raised(database, 1, PLATES[1])
        acknowledge_alert(KIM_SAYS, database, 1)
        with watching(hub, after=before.follower.cursor) as again:
            assert sorted(one.card.number for one in again.came) == [1, 2]
            raised(database, 2, PLATES[2])
            soon(lambda: again.look() == [3])
            assert again.look() == []
    changes = before.changes + again.changes
    assert changes == sorted(set(changes))


def test_a_new_server_goes_on_where_the_old_one_was_killed(database: Database) -> None:
    """Nothing of a server's is kept but the number that the browser has."""
    raised(database, 0, PLATES[0])
    with watching(BoardHub(database, SETTINGS)) as before:
        assert [one.card.number for one in before.came] == [1]
    raised(database, 1, PLATES[1])
    with running(database) as hub, watching(hub, after=before.follower.cursor) as again:
        assert [one.card.number for one in again.came] == [2]


def test_a_change_that_commits_while_others_come_is_brought(database: Database) -> None:
    """The transaction that wrote first commits last, with a hub running and a person following."""
    from tests.integration.storage.alerts.test_changes import _write

    with running(database) as hub, watching(hub) as lee:
        with Ledger(database).begin() as unit:
            _write(unit, 0, PLATES[0])
            unit.has_written_messages = False  # nobody wakes the hub for it but its own look
            raised(database, 1, PLATES[1])
            soon(lambda: lee.look() == [1])
        soon(lambda: lee.look() == [2])
    assert [one.card.listed for one in lee.came] == [PLATES[1], PLATES[0]]


def test_another_agency_gets_nothing(database: Database) -> None:
    with running(database) as hub, watching(hub) as lee, watching(hub, officer("joker", "gotham")) as joker:
        raised(database)
        soon(lambda: lee.look() == [1])
        assert joker.look() == []
    with watching(hub, officer("joker", "gotham")) as joker:
        assert joker.came == []
    assert {row.actor.name for row in looks(database)} == {"lee"}


def test_every_look_stands_in_the_audit_once_for_each_person(database: Database) -> None:
    with (
        running(database) as hub,
        watching(hub) as one,
        watching(hub) as two,
        watching(hub, officer("kim")) as three,
    ):
        raised(database)
        for screen in (one, two, three):
            soon(lambda screen=screen: screen.look() == [1])  # type: ignore[misc]
    rows = {row.actor.name: row for row in looks(database)}
    assert len(looks(database)) == 2
    assert (rows["lee"].details, rows["lee"].results) == ({"board": "live", "alerts": [1], "boards": 2}, 1)
    assert rows["kim"].details["boards"] == 1
    assert "VNV4527" not in str(rows)


def test_the_page_of_one_alert_gets_that_one_alone_and_the_audit_says_so(database: Database) -> None:
    first = raised(database, 0, PLATES[0])
    with running(database) as hub, hub.follow(officer(), 0, lambda: None, first.alert_id) as follower:
        assert [one.card.number for one in hub.catch_up(follower)] == [1]
        assert hub.catch_up(follower) == []
        raised(database, 1, PLATES[1])
        acknowledge_alert(KIM_SAYS, database, 1)
        taken: list[int] = []
        soon(lambda: bool(taken.extend(one.card.number for one in follower.take()) or taken))
        assert taken == [1]
    assert [row.details["alerts"] for row in looks(database)] == [[1], [1]]


def test_nobody_sees_what_cannot_be_written_down(database: Database) -> None:
    hub = BoardHub(database, SETTINGS)
    hub.step()
    with watching(hub) as lee:
        raised(database)
        close_audit(database)
        with pytest.raises(PlatewatchError):
            hub.step()
        assert lee.look() == []
        with database.as_owner() as connection:
            connection.execute("alter table audit drop constraint closed")
        hub.step()
        assert lee.look() == [1]


def test_a_browser_that_takes_long_keeps_nothing_waiting_and_misses_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followers, "MOST_WAITING", 3)
    hub = BoardHub(database, SETTINGS)
    hub.step()
    with watching(hub) as slow, watching(hub, officer("kim")) as quick:
        for number in range(8):
            raised(database, number, f"ABC{number:04d}")
            hub.step()
            quick.look()
        assert slow.follower.is_behind
        slow.look()
        assert not slow.follower.is_behind
    assert slow.changes == quick.changes
    assert Counter(one.card.number for one in slow.came) == Counter(range(1, 9))


def test_what_is_brought_twice_is_had_once(database: Database) -> None:
    hub = BoardHub(database, SETTINGS)
    hub.step()
    with watching(hub) as lee:
        raised(database, 0, PLATES[0])
        raised(database, 1, PLATES[1])
        hub.step()
        hub._cursor = 0
        hub.step()
        assert lee.look() == [1, 2]


def test_who_cannot_be_written_down_catches_up_later(database: Database) -> None:
    raised(database)
    hub = BoardHub(database, SETTINGS)
    close_audit(database)
    with hub.follow(officer(), 0, lambda: None) as follower:
        with pytest.raises(PlatewatchError):
            hub.catch_up(follower)
        with database.as_owner() as connection:
            connection.execute("alter table audit drop constraint closed")
        assert [one.card.number for one in hub.catch_up(follower)] == [1]


def test_a_hub_that_starts_does_not_bring_what_was(database: Database) -> None:
    raised(database)
    number_alerts(database)
    hub = BoardHub(database, SETTINGS)
    with watching(hub, after=newest_change(database)) as lee:
        hub.step()
        assert lee.look() == []


def test_one_alert_that_cannot_be_shown_does_not_hide_others(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    hub = BoardHub(database, SETTINGS)
    hub.step()
    with watching(hub) as lee:
        raised(database, 0, PLATES[0])
        with database.connection() as connection:
            connection.execute("update alerts set payload = payload - 'read'")
        raised(database, 1, PLATES[1])
        hub.step()
        assert lee.look() == [2]
    assert "the board cannot show an alert: what is stored as alert 1 is no alert" in caplog.text


def test_boards_are_told_while_nobody_knows_whether_something_came(database: Database) -> None:
    hub = BoardHub(database, SETTINGS)
    woken: list[bool] = []
    with hub.follow(officer(), 0, lambda: woken.append(True)) as follower:
        hub._note_stale(PlatewatchError("the server is down"))
        hub._note_stale(PlatewatchError("the server is down"))
        assert (follower.is_stale, woken) == (True, [True])
        hub._note_stale(None)
        assert (follower.is_stale, woken) == (False, [True, True])
