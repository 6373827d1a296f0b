"""Feeds from their folder or server to the active list, whatever comes in between."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import operations.hotlists.importing
from hotlists.importing.importer import ImportOptions, import_file
from operations.currency import ListCurrency
from operations.feeds.outcome import FeedOutcome
from pipeline.feeds.stages import FeedStage, ListAgesStage
from pipeline.stages.runner import Runner
from schemas.events import AlarmKind
from schemas.settings import HttpsFeed, SftpFeed
from storage.alerts.alarms import Alarms
from storage.database import Database
from storage.hotlists.lists import HotlistStore
from storage.hotlists.versions import HotlistVersions
from tests.integration.hotlists.feed_samples import START, Now, feed_of, folder_feed, put, rows, site
from tests.integration.runs.site import folder_camera, write_site
from tests.unit.hotlists.feeds.servers import https_server, sftp_server

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "drop"
    folder.mkdir()
    return folder


def active(database: Database) -> int:
    """Entries of the one active list; 0 without one."""
    return sum(summary.entries for summary in HotlistStore(database).lists())


def versions(database: Database) -> int:
    with database.connection() as connection:
        row = connection.execute("select count(*) from hotlist_versions").fetchone()
    assert row is not None
    return int(row[0])


def standing(database: Database) -> dict[str, str]:
    alarms = Alarms(database, "portsmouth-pd", "t").standing()
    return {alarm.kind.value: alarm.message for alarm in alarms}


def files(folder: Path) -> list[str]:
    found = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
    return sorted(path.relative_to(folder).parts[0] + "/" + path.name for path in found)


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def test_a_file_in_the_folder_becomes_the_active_version_once(
    database: Database, tmp_path: Path, drop: Path, now: Now
) -> None:
    feed = feed_of(database, tmp_path, folder_feed(drop), now)
    assert feed.run().outcome == FeedOutcome.NOTHING
    put(drop / "list.csv", rows(30))
    result = feed.run()
    assert (result.outcome, active(database)) == (FeedOutcome.IMPORTED, 30)
    assert "list.csv: 30 entries, 30 added" in result.message
    assert files(drop) == ["imported/list.csv"]
    put(drop / "again.csv", rows(30), START + timedelta(hours=1))
    result = feed.run()
    assert (result.outcome, versions(database)) == (FeedOutcome.UNCHANGED, 1)
    assert files(drop) == ["imported/again.csv"]
    assert standing(database) == {}


def test_the_same_list_sent_again_is_current_though_it_is_not_imported_again(
    database: Database, tmp_path: Path, drop: Path, now: Now
) -> None:
    feed = feed_of(database, tmp_path, folder_feed(drop), now)
    currency = ListCurrency(site(tmp_path, [folder_feed(drop)]), database, now)
    put(drop / "list.csv", rows(30))
    feed.run()
    now.pass_hours(23)
    put(drop / "list.csv", rows(30), now.moment)
    feed.run()
    now.pass_hours(2)
    (age,) = currency.check()
    assert (age.is_late, age.content_date) == (False, now() - timedelta(hours=2))
    assert standing(database) == {}


def test_a_file_that_cannot_be_used_is_kept_with_the_reason_and_alarms_until_a_good_one_comes(
    database: Database, tmp_path: Path, drop: Path, now: Now
) -> None:
    feed = feed_of(database, tmp_path, folder_feed(drop), now)
    put(drop / "list.csv", rows(30))
    feed.run()
    put(drop / "list.csv", "\x89PNG\r\n\x1a\n\0\0\0")
    result = feed.run()
    assert (result.outcome, result.is_good) == (FeedOutcome.REJECTED, False)
    assert active(database) == 30
    (reason,) = (drop / "rejected").rglob("*.reason.txt")
    assert reason.read_text().strip() in result.message
    assert "list.csv" in result.message
    assert standing(database) == {"feed_failed": result.message}
    assert feed.run().outcome == FeedOutcome.NOTHING
    assert standing(database) == {"feed_failed": result.message}
    put(drop / "list.csv", rows(31), START + timedelta(hours=1))
    assert feed.run().outcome == FeedOutcome.IMPORTED
    assert standing(database) == {}
    assert len(files(drop / "rejected")) == 2


def test_a_suspicious_version_waits_for_a_person(database: Database, tmp_path: Path, drop: Path, now: Now) -> None:
    feed = feed_of(database, tmp_path, folder_feed(drop), now)
    currency = ListCurrency(site(tmp_path, [folder_feed(drop)]), database, now)
    put(drop / "list.csv", rows(100))
    feed.run()
    put(drop / "list.csv", rows(10), START + timedelta(hours=1))
    result = feed.run()
    assert (result.outcome, result.is_good, active(database)) == (FeedOutcome.HELD, True, 100)
    currency.check()
    assert "shrinks from 100 to 10 entries" in standing(database)["held_list"]
    (held,) = (drop / "held").rglob("list.csv")
    import_file(database, held, "csv", ImportOptions(hotlist_id="region", force="the county closed a case"))
    currency.check()
    assert (standing(database), active(database)) == ({}, 10)


def test_an_outage_is_an_alarm_after_three_tries_and_ends_by_itself(
    database: Database, tmp_path: Path, drop: Path, now: Now
) -> None:
    feed = feed_of(database, tmp_path, folder_feed(drop), now)
    drop.rmdir()
    for _ in range(2):
        result = feed.run()
        assert (result.outcome, result.transient) == (FeedOutcome.FAILED, True)
    assert standing(database) == {}
    feed.run()
    assert "is not there; make it or mount it" in standing(database)["feed_failed"]
    drop.mkdir()
    feed.run()
    assert standing(database) == {}


def test_a_late_list_raises_one_alarm_and_clears_it(database: Database, tmp_path: Path, drop: Path, now: Now) -> None:
    feed = feed_of(database, tmp_path, folder_feed(drop, max_age_hours=6), now)
    currency = ListCurrency(site(tmp_path, []), database, now)
    put(drop / "list.csv", rows(30))
    feed.run()
    now.pass_hours(5.9)
    assert [age.is_late for age in currency.check()] == [False]
    now.pass_hours(1)
    for _ in range(3):
        assert [age.is_late for age in currency.check()] == [True]
        now.pass_hours(0.1)
    message = standing(database)["late_list"]
    assert "content is of 2026-11-20 06:00 UTC and may be 6 h old; late since 2026-11-20 12:00 UTC" in message
    put(drop / "list.csv", rows(31), now.moment)
    feed.run()
    currency.check()
    (alarm,) = Alarms(database, "portsmouth-pd", "t").history()
    assert (alarm.kind, alarm.subject, alarm.cleared_at) == (AlarmKind.LATE_LIST, "region", now.moment)


def test_a_list_that_nobody_feeds_and_one_that_never_came_are_late_too(
    database: Database, tmp_path: Path, drop: Path, now: Now
) -> None:
    import_file(database, put(tmp_path / "own.csv", rows(3)), "csv", ImportOptions(hotlist_id="own"))
    feed_of(database, tmp_path, folder_feed(drop, name="never"), now).run()
    currency = ListCurrency(site(tmp_path, []), database, now)
    now.pass_hours(23)
    currency.check()
    assert standing(database) == {}
    now.pass_hours(2)
    late = {age.hotlist_id: age.late_since for age in currency.check()}
    assert late == {"own": START + timedelta(hours=24), "never": START + timedelta(hours=24)}
    # A feed that nobody has configured any more does not count for ever.
    now.pass_hours(48)
    assert [age.hotlist_id for age in currency.check()] == ["own"]
    assert [alarm.subject for alarm in Alarms(database, "a", "t").standing()] == ["own"]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_run_killed_around_the_import_goes_on_at_the_next_start(
    moment: str, database: Database, database_url: str, drop: Path, now: Now
) -> None:
    put(drop / "list.csv", rows(30))
    child = subprocess.run(
        [sys.executable, "-m", "tests.integration.hotlists.killed_feed", database_url, str(drop), moment],
        cwd=REPOSITORY,
        timeout=60,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL
    assert files(drop) == ["working/list.csv"]
    result = feed_of(database, drop, folder_feed(drop), now).run()
    assert result.outcome == (FeedOutcome.IMPORTED if moment == "before" else FeedOutcome.UNCHANGED)
    assert (active(database), versions(database)) == (30, 1)
    assert files(drop) == ["imported/list.csv"]


def test_a_file_that_always_ends_the_process_is_set_aside(
    database: Database, database_url: str, drop: Path, now: Now
) -> None:
    put(drop / "list.csv", rows(30))
    for _ in range(3):
        subprocess.run(
            [sys.executable, "-m", "tests.integration.hotlists.killed_feed", database_url, str(drop), "before"],
            cwd=REPOSITORY,
            timeout=60,
            check=False,
        )
    result = feed_of(database, drop, folder_feed(drop), now).run()
    assert result.outcome == FeedOutcome.REJECTED
    assert "ended the process 3 times" in standing(database)["feed_failed"]


def test_a_file_that_is_written_to_while_it_is_read_is_read_again(
    database: Database, tmp_path: Path, drop: Path, now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interfere(database: Database, path: Path, *arguments: Any, **options: Any) -> Any:
        monkeypatch.undo()
        whole = path.read_text() + "ZZZ9999,VA,stolen_vehicle,26-x\n"
        return import_file(
            database, path, *arguments, **options | {"on_progress": lambda done, total: path.write_text(whole)}
        )

    monkeypatch.setattr(operations.hotlists.importing, "import_file", interfere)
    feed = feed_of(database, tmp_path, folder_feed(drop), now)
    put(drop / "list.csv", rows(9000))
    result = feed.run()
    assert (result.outcome, result.transient) == (FeedOutcome.FAILED, True)
    assert "written to while it was read" in result.message
    assert active(database) == 0
    assert feed.run().outcome == FeedOutcome.IMPORTED
    assert active(database) == 9001


def test_what_people_rolled_back_is_not_brought_back_by_the_same_file(
    database: Database, tmp_path: Path, drop: Path, now: Now
) -> None:
    feed = feed_of(database, tmp_path, folder_feed(drop), now)
    put(drop / "list.csv", rows(30))
    feed.run()
    put(drop / "list.csv", rows(31), START + timedelta(hours=1))
    feed.run()
    HotlistVersions(database).rollback("region", made_by="chief", reason="wrong list")
    assert active(database) == 30
    put(drop / "list.csv", rows(31), START + timedelta(hours=2))
    result = feed.run()
    assert (result.outcome, active(database)) == (FeedOutcome.UNCHANGED, 30)
    assert "people have changed the list since" in result.message


def test_a_list_comes_over_https_and_a_second_run_asks_only(database: Database, tmp_path: Path, now: Now) -> None:
    with https_server(tmp_path) as server:
        server.body, server.modified = rows(30).encode(), START.timestamp()
        values = {"name": "region", "source": "csv", "kind": "https", "url": server.url, "ca_file": server.ca_file}
        settings = HttpsFeed.model_validate(values)
        feed = feed_of(database, tmp_path, settings, now)
        assert feed.run().outcome == FeedOutcome.IMPORTED
        (summary,) = HotlistStore(database).lists()
        assert (summary.as_of, summary.entries) == (START, 30)
        restarted = feed_of(database, tmp_path, settings, now)
        assert restarted.run().outcome == FeedOutcome.UNCHANGED
        assert [request for request in server.requests if request[0] == "GET"] == [("GET", 200), ("GET", 304)]
        HotlistVersions(database).remove("region")
        assert restarted.run().outcome == FeedOutcome.IMPORTED
        server.status, server.etag = 404, None
        result = restarted.run()
        assert not result.is_good
        assert standing(database) == {"feed_failed": result.message}
        server.status, server.etag, server.body = 200, '"2"', rows(31).encode()
        server.modified += 3600
        assert restarted.run().outcome == FeedOutcome.IMPORTED
        assert (standing(database), active(database)) == ({}, 31)
    assert files(tmp_path / "hotlists" / "incoming") == ["imported/VEHEXTRT.txt"]


def test_a_held_list_of_a_server_is_not_fetched_again_and_again(database: Database, tmp_path: Path, now: Now) -> None:
    with https_server(tmp_path) as server:
        server.body, server.modified = rows(100).encode(), START.timestamp()
        values = {"name": "region", "source": "csv", "kind": "https", "url": server.url, "ca_file": server.ca_file}
        feed = feed_of(database, tmp_path, HttpsFeed.model_validate(values), now)
        feed.run()
        server.body, server.etag = rows(10).encode(), '"2"'
        assert feed.run().outcome == FeedOutcome.HELD
        assert feed.run().outcome == FeedOutcome.HELD
        assert server.requests[-1] == ("GET", 304)
        (held,) = (tmp_path / "hotlists/incoming/held").rglob("VEHEXTRT.txt")
        import_file(database, held, "csv", ImportOptions(hotlist_id="region", force="checked"))
        assert feed.run().outcome == FeedOutcome.UNCHANGED


def test_a_list_comes_over_sftp(database: Database, tmp_path: Path, now: Now) -> None:
    with sftp_server(tmp_path) as server:
        put(server.root / "list-1.csv", rows(30))
        settings = SftpFeed.model_validate(
            {
                "name": "region",
                "source": "csv",
                "kind": "sftp",
                "url": server.url("/"),
                "pattern": "*.csv",
                "known_hosts": server.known_hosts,
                "private_key_file": server.client_key,
            }
        )
        feed = feed_of(database, tmp_path, settings, now)
        assert feed.run().outcome == FeedOutcome.IMPORTED
        assert feed.run().outcome == FeedOutcome.UNCHANGED
        put(server.root / "list-2.csv", rows(31), START + timedelta(hours=1))
        assert feed.run().outcome == FeedOutcome.IMPORTED
    (summary,) = HotlistStore(database).lists()
    assert (summary.as_of, summary.entries) == (START + timedelta(hours=1), 31)


def test_a_run_keeps_its_lists_current(tmp_path: Path, drop: Path) -> None:
    cameras = folder_camera(tmp_path / "inbox")
    (tmp_path / "inbox").mkdir()
    feed = f'[[hotlists.feeds]]\nname = "region"\nsource = "csv"\nkind = "folder"\npath = "{drop}"\n'
    running = write_site(tmp_path, f"{cameras}{feed}settle_seconds = 0.1\npoll_seconds = 0.1\n")
    put(drop / "list.csv", rows(30))
    process = running.start("run")
    try:
        wait_until(lambda: (drop / "imported/region/list.csv").exists())
        wait_until(lambda: running.kept("alarms", "kind || ' ' || subject") == ["late_list region"])
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=90)
    finally:
        process.kill()
    assert process.returncode == 0, err
    assert "hotlist feed region: imported: list.csv: 30 entries" in err


def test_the_service_imports_what_is_dropped_and_outlives_every_error(
    database: Database, tmp_path: Path, drop: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, logger="pipeline.feeds.stages")
    broken = threading.Event()
    broken.set()

    def sometimes(*arguments: Any, **options: Any) -> Any:
        if broken.is_set():
            raise ZeroDivisionError
        return import_file(*arguments, **options)

    monkeypatch.setattr(operations.hotlists.importing, "import_file", sometimes)
    monkeypatch.setattr("pipeline.feeds.stages.FIRST_RETRY_SECONDS", 0.05)
    monkeypatch.setattr("pipeline.feeds.stages.CHECK_SECONDS", 0.05)
    gone = HttpsFeed.model_validate(
        {"name": "gone", "source": "csv", "kind": "https", "url": "https://127.0.0.1:1/x", "every_minutes": 0.001}
    )
    settings = site(tmp_path, [folder_feed(drop, settle_seconds=0.1), gone])
    stop = threading.Event()
    runner = Runner(stop)
    feeds = [FeedStage(feed, settings, database) for feed in settings.hotlists.feeds]
    threads = runner.start([ListAgesStage(settings, database), *feeds])
    try:
        put(drop / "list.csv", rows(30))
        wait_until(lambda: len(Alarms(database, "a", "t").standing()) >= 2)
        messages = {alarm.subject: alarm.message for alarm in Alarms(database, "a", "t").standing()}
        assert "unexpected error (ZeroDivisionError)" in messages["region"]
        assert "https://127.0.0.1:1/x" in messages["gone"]
        broken.clear()
        wait_until(lambda: active(database) == 30)
    finally:
        started = time.monotonic()
        stop.set()
        runner.join(threads)
    runner.check()
    assert time.monotonic() - started < 60
