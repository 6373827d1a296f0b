"""Of several processes on one database one leads a stage, until it ends or is killed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.database import Database
from storage.leadership import Leadership

REPOSITORY = Path(__file__).resolve().parents[3]
LEADER = """
import sys, time
from pydantic import SecretStr
from schemas.settings import DatabaseSettings, Settings
from storage.database import open_database
from storage.leadership import Leadership
with open_database(Settings(database=DatabaseSettings(url=SecretStr(sys.argv[1])))) as database:
    with Leadership(database) as leadership:
        print(*[stage for stage in sys.argv[2:] if leadership.lead(stage)], flush=True)
        time.sleep(60)
"""


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


def test_one_leads_and_another_follows(database: Database) -> None:
    with Leadership(database) as first, Leadership(database) as second:
        assert first.lead("relay")
        assert first.lead("relay")
        assert not second.lead("relay")
        assert second.lead("numbering")  # another stage may have another leader
        assert first.lead("upkeep")
        first.resign("numbering")  # is not its own to resign
        first.resign("relay")
        assert second.lead("relay")
        assert not first.lead("relay")
        # The others stay whose they were, also once its leader has failed to get one.
        assert not first.lead("numbering")
        assert not second.lead("upkeep")
        first.resign("relay")
        assert not first.lead("relay")
    assert not second.lead("relay")  # never again once it has ended
    with Leadership(database) as third:
        assert third.lead("relay")


def test_what_hangs_on_a_leadership_is_done_by_the_leader_alone(database: Database) -> None:
    with Leadership(database) as first, Leadership(database) as second:
        with first.as_leader("relay") as connection, first.as_leader("upkeep") as other:
            assert connection is not None
            assert connection is other
            (leader,) = connection.execute("select pg_backend_pid()").fetchone() or (None,)
        with second.as_leader("relay") as connection:
            assert connection is None
        # What works there ends with it.
        with database.connection() as connection:
            connection.execute("select pg_terminate_backend(%s, 5000)", [leader])
        with second.as_leader("relay") as connection:
            assert connection is not None
        second.close()
        second.close()
        with second.as_leader("relay") as connection:
            assert connection is None
        with first.as_leader("relay") as connection:
            assert connection is not None


def test_a_lost_connection_ends_every_leadership_of_a_process(database: Database) -> None:
    with Leadership(database) as first, Leadership(database) as second:
        assert first.lead("relay")
        assert first.lead("upkeep")
        with database.connection() as connection:
            connection.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        assert second.lead("relay")
        assert not first.lead("relay")
        assert first.lead("upkeep")


@pytest.mark.parametrize("kill", [True, False])
def test_a_process_that_ends_frees_what_it_led(database: Database, database_url: str, kill: bool) -> None:
    stages = ("relay", "numbering", "cancellations", "historical", "feed-region", "upkeep")
    process = subprocess.Popen(
        [sys.executable, "-c", LEADER, database_url, *stages], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().split() == list(stages)
        with Leadership(database) as leadership:
            assert [stage for stage in stages if leadership.lead(stage)] == []
            if kill:
                process.kill()
            else:
                process.terminate()
            for stage in stages:
                wait_until(lambda stage=stage: leadership.lead(stage))  # type: ignore[misc]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
