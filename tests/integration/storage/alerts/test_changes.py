"""The feed of changes: whatever commits late, not at all, or at once, whoever follows it misses and doubles nothing."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from alerts.build import alert_message
from operations.life.change import Said, card_of, disposition_of, write
from operations.life.deciding import Look, acknowledge_alert, confirm_alert
from operations.life.looking import show_alert
from schemas.audit import Action
from schemas.types import DispositionKind
from storage.alerts.changes import ChangedAlert, changed_between, changed_since, last_change_after, newest_change
from storage.alerts.dispositions import find_alert
from storage.alerts.numbering import number_alerts
from storage.alerts.unit_of_work import Ledger, UnitOfWork
from storage.database import Database
from tests.integration.operations.life.alerts import KIM_SAYS, LEE_SAYS, raised
from tests.unit.alerts.samples import AGENCY, START, sample_alert


class Follower:
    """Somebody who takes what is new, over and over, and remembers the last number alone."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.cursor = 0
        self.seen: list[ChangedAlert] = []

    def take(self, limit: int = 500) -> list[str]:
        number_alerts(self._database)
        until = last_change_after(self._database, self.cursor, limit)
        if until is None:
            return []
        new = changed_between(self._database, AGENCY, self.cursor, until)
        self.cursor = until
        self.seen += new
        return [one.found.payload["entry"]["plate"] for one in new]


def _write(unit: UnitOfWork, number: int, plate: str) -> None:
    """Write an alert within a transaction that somebody else ends."""
    alert = sample_alert(number, plate)
    unit.add_alert(alert_message(alert), alert.hit.hit_id, alert.hit.tier, alert.read.captured_at, "t")


def _record(database: Database, number: int, plate: str) -> None:
    with Ledger(database).begin() as unit:
        _write(unit, number, plate)


def _fail_after(database: Database, number: int, plate: str) -> None:
    with Ledger(database).begin() as unit:
        _write(unit, number, plate)
        raise RuntimeError("the machine's mishap")


def test_what_commits_late_comes_after_what_was_seen_meanwhile(database: Database) -> None:
    """Two transactions interleave: the one that wrote first commits last, and its alert is not skipped."""
    follower, ledger = Follower(database), Ledger(database)
    with ledger.begin() as unit:
        _write(unit, 0, "AAA1111")
        _record(database, 1, "BBB2222")
        assert follower.take() == ["BBB2222"]
        _record(database, 2, "CCC3333")
        assert follower.take() == ["CCC3333"]
        assert follower.take() == []
    assert follower.take() == ["AAA1111"]
    assert follower.take() == []
    numbers = [one.change_number for one in follower.seen]
    assert numbers == sorted(set(numbers))


def test_what_is_rolled_back_is_never_seen_and_hides_nothing(database: Database) -> None:
    follower = Follower(database)
    with pytest.raises(RuntimeError):
        _fail_after(database, 0, "AAA1111")
    _record(database, 1, "BBB2222")
    assert follower.take() == ["BBB2222"]
    assert follower.take() == []


def test_a_disposition_that_commits_late_is_a_change_after_those_of_others(database: Database) -> None:
    raised(database, 0, "AAA1111")
    raised(database, 1, "BBB2222")
    follower = Follower(database)
    assert follower.take() == ["AAA1111", "BBB2222"]
    with Ledger(database).begin() as unit:
        found = find_alert(database, 1)
        assert found is not None
        unit.lock_plates({"AAA1111"})
        locked = unit.alert_to_change(found.alert_id)
        assert locked is not None
        card = card_of(locked, [])
        said = Said(DispositionKind.ACKNOWLEDGED, Action.ACKNOWLEDGE_ALERT)
        write(unit, card, disposition_of(LEE_SAYS, said, 1))
        acknowledge_alert(KIM_SAYS, database, 2)
        assert follower.take() == ["BBB2222"]
    assert follower.take() == ["AAA1111"]
    assert [one.dispositions[-1].person for one in follower.seen[-2:]] == ["kim", "lee"]


def test_looks_acknowledgments_and_confirmations_are_changes(database: Database) -> None:
    raised(database)
    follower = Follower(database)
    assert follower.take() == ["VNV4527"]
    show_alert(LEE_SAYS, database, 1)
    assert follower.take() == ["VNV4527"]
    acknowledge_alert(LEE_SAYS, database, 1)
    confirm_alert(KIM_SAYS, database, 1, Look("VNV4527"))
    # Two dispositions and one update are one row: what stands.
    assert follower.take() == ["VNV4527"]
    last = follower.seen[-1]
    assert [one.kind for one in last.dispositions] == ["seen", "acknowledged", "confirmed"]
    assert last.found.newest["confirmation"]["by"] == "kim"
    show_alert(KIM_SAYS, database, 1)
    assert follower.take() == []


def test_a_follower_who_takes_little_at_a_time_gets_everything_once(database: Database) -> None:
    plates = [f"ABC{number:04d}" for number in range(23)]
    for number, plate in enumerate(plates):
        raised(database, number, plate)
    follower = Follower(database)
    while follower.take(limit=5):
        pass
    assert [one.found.payload["entry"]["plate"] for one in follower.seen] == plates


def test_another_agency_sees_nothing_and_still_moves_on(database: Database) -> None:
    raised(database)
    until = last_change_after(database, 0)
    assert until is not None
    assert changed_between(database, "gotham", 0, until) == []
    assert changed_since(database, "gotham", START, 10) == []
    assert len(changed_between(database, AGENCY, 0, until)) == 1


def test_pictures_do_not_travel_with_changes(database: Database) -> None:
    raised(database)
    (one,) = changed_since(database, AGENCY, START, 10)
    assert one.has_picture
    assert "plate_picture" not in one.found.payload
    assert "plate_picture" not in one.found.newest


def test_changes_end_with_their_alert(database: Database) -> None:
    raised(database)
    show_alert(LEE_SAYS, database, 1)
    before = newest_change(database)
    with database.connection() as connection:
        connection.execute("delete from alerts")
        assert connection.execute("select count(*) from alert_changes").fetchone() == (0,)
    raised(database, 1, "BKR2203")
    assert newest_change(database) > before


def test_many_writers_and_numberers_give_every_follower_everything_once(database: Database) -> None:
    """Six threads write and number in any order while one follows: the order of the numbers is that of visibility."""
    follower, done = Follower(database), threading.Event()
    plates = {f"XYZ{number:04d}" for number in range(40)}

    def write_one(number: int) -> None:
        _record(database, number, f"XYZ{number:04d}")
        number_alerts(database)

    def follow() -> None:
        while not done.is_set():
            follower.take()

    following = threading.Thread(target=follow)
    following.start()
    with ThreadPoolExecutor(6) as writers:
        list(writers.map(write_one, range(40)))
    done.set()
    following.join()
    follower.take()
    seen = [one.found.payload["entry"]["plate"] for one in follower.seen]
    assert len(seen) == len(plates)
    assert set(seen) == plates
