"""Two machines on one database: what only one may do is done by one, and by the other when that is killed."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from alerts.settling.recording import SettledReads
from schemas.settings import Settings
from storage.alerts.numbering import number_alerts
from storage.alerts.raised import AlertLog
from storage.alerts.unit_of_work import Ledger
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from tests.integration.alerts.samples import found, passing
from tests.integration.hotlists.list_versions import import_version
from tests.integration.runs.site import Site, write_site
from tests.unit.alerts.samples import sample_entry

STAGES = ("numbering", "cancellations", "historical", "upkeep", "list-ages", "feed-region")
LISTED = [sample_entry(f"ABC{number:04d}")._replace(valid_until=None) for number in range(4)]


def machine(folder: Path, database_url: str, drop: Path) -> Site:
    feed = (
        f'[[hotlists.feeds]]\nname = "region"\nsource = "csv"\nkind = "folder"\npath = "{drop}"\npoll_seconds = 0.2\n'
    )
    site = write_site(folder, feed, database=f"url = {json.dumps(database_url)}\n")
    (folder / "data").mkdir()
    return site


def leaders(database: Database) -> dict[str, list[int]]:
    """The backends that hold each stage's lock."""
    statement = """
        select stage, array(
            select pid from pg_locks
            where locktype = 'advisory' and granted
                and database = (select oid from pg_database where datname = current_database())
                and classid::bigint = hashtext('platewatch')::bigint & 4294967295
                and objid::bigint = hashtext(stage)::bigint & 4294967295
        )
        from unnest(%s::text[]) as stage
    """
    with database.connection() as connection:
        return dict(connection.execute(statement, (list(STAGES),)).fetchall())


def wait_until(condition: Callable[[], object], *processes: subprocess.Popen[str], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        for process in processes:
            assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def raised(database: Database, number: int) -> None:
    """Raise an alert as a recorder does: without a number."""
    one = found(passing(number * 4000.0, plate=LISTED[number].plate), LISTED[number])
    SettledReads(Ledger(database), Settings()).record([one])


def messages(database: Database) -> list[tuple[str, str]]:
    stored = [alert.payload for alert in AlertLog(database).after(0)]
    return [(payload["type"], payload["entry"]["plate"]) for payload in stored]


def test_one_of_two_runs_leads_each_stage_and_the_other_takes_over_when_it_is_killed(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    import_version(database, LISTED)
    drop = tmp_path / "drop"
    drop.mkdir()
    first = machine(tmp_path / "first", database_url, drop).start("run")
    second = None
    try:
        wait_until(lambda: all(leaders(database).values()), first)
        led = leaders(database)
        second = machine(tmp_path / "second", database_url, drop).start("run")
        wait_until(lambda: all(len(pids) == 1 for pids in leaders(database).values()), first, second)
        raised(database, 0)
        wait_until(lambda: messages(database) == [("alert", "ABC0000")], first, second)
        time.sleep(3.0)  # long enough for the second to have asked for every lock
        assert leaders(database) == led
        HotlistEdits(database).withdraw([LISTED[0].entry_id], by="lee", reason="recovered")
        wait_until(lambda: len(messages(database)) == 2, first, second)
        first.kill()
        first.wait()
        wait_until(lambda: all(pids and pids != led[stage] for stage, pids in leaders(database).items()), second)
        assert all(len(pids) == 1 for pids in leaders(database).values())
        raised(database, 1)
        wait_until(lambda: ("alert", "ABC0001") in messages(database), second)
        HotlistEdits(database).withdraw([LISTED[1].entry_id], by="lee", reason="recovered")
        wait_until(lambda: ("cancel", "ABC0001") in messages(database), second)
        (drop / "list.csv").write_text("plate,state,category\nXYZ1234,VA,stolen_vehicle\n")
        wait_until(lambda: _is_imported(database), second)
        second.terminate()
        _, err = second.communicate(timeout=90)
        assert second.returncode == 0, err
    finally:
        for process in (first, second):
            if process is not None:
                process.kill()
                process.communicate()
    assert number_alerts(database) == 0
    assert messages(database) == [
        ("alert", "ABC0000"),
        ("cancel", "ABC0000"),
        ("alert", "ABC0001"),
        ("cancel", "ABC0001"),
    ]


def _is_imported(database: Database) -> bool:
    with database.connection() as connection:
        rows = connection.execute("select active_version is not null from hotlists where hotlist_id = 'region'")
        return any(active for (active,) in rows.fetchall())
