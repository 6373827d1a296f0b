"""Writers of alerts on several machines: those about one plate take turns, others go on; numbers come afterwards."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest

from alerts.settling.cancel import cancel_alerts
from alerts.settling.found import Found
from alerts.settling.recording import SettledReads
from schemas.plates import canonical_plate
from schemas.settings import Settings
from storage.alerts.numbering import number_alerts
from storage.alerts.raised import AlertLog
from storage.alerts.stale import StaleAlert, StaleKind
from storage.alerts.unit_of_work import Ledger
from storage.database import Database
from tests.integration.alerts.samples import VIRGINIA, found, messages, outcomes, passing, settle
from tests.unit.alerts.samples import sample_entry

OTHER = sample_entry("ZZZ9999")


def other_vehicle(seconds: float = 0) -> Found:
    return found(passing(seconds, "north", plate="ZZZ9999"), OTHER)


def in_time(thread: threading.Thread, seconds: float = 60.0) -> bool:
    thread.join(seconds)
    return not thread.is_alive()


def test_a_writer_waits_for_nobody_who_is_about_another_plate(database: Database) -> None:
    """One transaction is left open; what others write about other plates is committed meanwhile."""
    settle(database, other_vehicle())
    ledger = Ledger(database)
    with ledger.begin() as held:
        held.lock_plates({canonical_plate(VIRGINIA.plate)})
        live = threading.Thread(target=settle, args=(database, other_vehicle(4000)))
        live.start()
        assert in_time(live)
        (alert, _) = [stored.payload for stored in AlertLog(database).after(0)]
        stale = StaleAlert(UUID(alert["alert_id"]), OTHER.plate, alert, StaleKind.REMOVED)
        cancel = threading.Thread(target=cancel_alerts, args=(ledger, [stale], datetime.now(UTC)))
        cancel.start()
        assert in_time(cancel)
        assert number_alerts(database) == 1
        same = threading.Thread(target=settle, args=(database, found(passing(0))))
        same.start()
        same.join(0.5)
        assert same.is_alive()  # this one is about the plate that is held
    assert in_time(same)
    assert [message.type.value for message in messages(database)] == ["alert", "alert", "cancel", "alert"]


def test_writers_of_many_plates_in_any_order_never_block_one_another_for_good(database: Database) -> None:
    entries = [sample_entry(f"ABC{number:04d}") for number in range(12)]
    passes = [found(passing(number, plate=one.plate), one) for number, one in enumerate(entries)]
    orders = [passes, passes[::-1], passes[6:] + passes[:6], passes[::2] + passes[1::2]]
    start = threading.Barrier(len(orders))

    def record(order: list[Found]) -> int:
        start.wait()
        return SettledReads(Ledger(database), Settings()).record(order).alerts

    with ThreadPoolExecutor(len(orders)) as writers:
        assert sum(writers.map(record, orders)) == len(entries)
    assert outcomes(database) == ["alerted"] * len(entries)


def test_numbers_grow_in_the_order_in_which_alerts_become_visible(database: Database) -> None:
    """An alert that was written first and committed last is numbered last: who follows the numbers misses none."""
    early = Ledger(database)
    with early.begin([passing(0)]) as unit:
        SettledReads(_Joined(unit), Settings()).record([found(passing(0))])
        settle(database, other_vehicle())
        (seen,) = AlertLog(database).after(0)
        assert seen.payload["entry"]["plate"] == "ZZZ9999"
    assert AlertLog(database).after(seen.alert_number) == []  # committed, and not numbered yet
    assert number_alerts(database) == 1
    assert number_alerts(database) == 0
    (late,) = AlertLog(database).after(seen.alert_number)
    assert late.alert_number > seen.alert_number
    assert late.payload["entry"]["plate"] == VIRGINIA.plate
    with database.connection() as connection:
        rows = connection.execute("select insert_number < 2 from alerts order by alert_number").fetchall()
    assert rows == [(False,), (True,)]


class _Joined:
    """Units that are all one transaction, which somebody else ends."""

    def __init__(self, unit: object) -> None:
        self._unit = unit

    def begin(self, reads: object = ()) -> _Joined:
        return self

    def __enter__(self) -> object:
        return self._unit

    def __exit__(self, *_: object) -> None: ...


def test_several_processes_that_number_at_once_give_every_number_once(database: Database) -> None:
    for seconds in range(20):
        SettledReads(Ledger(database), Settings()).record([other_vehicle(seconds * 4000.0)])
    with ThreadPoolExecutor(4) as numbering:
        assert sum(numbering.map(lambda _: number_alerts(database), range(8))) == 20
    numbers = [stored.alert_number for stored in AlertLog(database).after(0)]
    assert numbers == list(range(numbers[0], numbers[0] + 20))


def test_numbers_go_on_after_retention_has_ended_all_alerts(database: Database) -> None:
    settle(database, other_vehicle())
    (first,) = AlertLog(database).after(0)
    with database.connection() as connection:
        connection.execute("delete from alerts")
    settle(database, other_vehicle(4000))
    (second,) = AlertLog(database).after(first.alert_number)
    assert second.alert_number > first.alert_number


@pytest.mark.parametrize("plates", [{"ABC1234"}, {"ABC1234", "ZZZ9999", "ÄÖ\x00"}, set()])
def test_locks_end_with_their_transaction(database: Database, plates: set[str]) -> None:
    for _ in range(2):
        with Ledger(database).begin() as unit:
            unit.lock_plates(plates)


def test_numbers_follow_the_order_of_writing_wherever_the_rows_lie(database: Database, owner_url: str) -> None:
    for seconds in range(4):
        SettledReads(Ledger(database), Settings()).record([other_vehicle(seconds * 4000.0)])
    with psycopg.connect(owner_url, autocommit=True) as connection:
        # A row that is written again lies behind the others.
        connection.execute(
            "update alerts set tier = tier where insert_number in (select min(insert_number) from alerts)"
        )
        connection.execute("vacuum full alerts")
    number_alerts(database)
    moments = [message.read.captured_at for message in messages(database)]
    assert moments == sorted(moments)
