"""Whoever waits for messages is woken, and never waits for ever."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Timer

import pytest

from storage.alerts.wakeups import Wakeups
from storage.database import Database
from tests.integration.alerts.records import Records
from tests.integration.storage.samples import sample_record


@pytest.fixture
def wakeups(database: Database) -> Iterator[Wakeups]:
    with Wakeups(database) as wakeups:
        yield wakeups


def test_a_written_message_wakes_the_relay(database: Database, wakeups: Wakeups) -> None:
    assert wakeups.wait(60)  # just connected: look for what came before
    assert not wakeups.wait(0.05)
    timer = Timer(0.1, lambda: Records(database).write([sample_record(0)]))
    timer.start()
    started = time.monotonic()
    assert wakeups.wait(120)
    assert time.monotonic() - started < 60
    timer.join()
    Records(database).write([sample_record(1)])  # while nobody waits
    assert wakeups.wait(60)


def test_a_lost_connection_is_made_again(database: Database, wakeups: Wakeups) -> None:
    assert wakeups.wait(60)
    with database.connection() as connection:
        connection.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    assert wakeups.wait(60)  # lost: perhaps there is something new
    Records(database).write([sample_record(0)])
    assert wakeups.wait(60)  # connected again
