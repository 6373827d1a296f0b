"""A car as a real process: what an interrupted drive keeps is what an undisturbed one does."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from schemas.events import AlertType
from storage.car.alerts import CarAlerts
from tests.integration.car.drives import Drive, make_drive
from tests.integration.runs.logged import LoggedRun

FULL_AT_BYTES = 400_000


def test_a_drive_keeps_reads_with_their_places_and_raises_alerts(undisturbed: tuple[Drive, float]) -> None:
    drive, _ = undisturbed
    books, sent = drive.books(), drive.sent_home()
    plates = {one.read.plate for one in sent if one.read.is_final}
    assert {"LMT5306", "UKW4183"} <= plates
    assert {upload.message_id for upload in sent} == {one.message_id for one in sent}
    assert len(books.uploads) == len(sent) > len(books.reads)  # early reads go home, too
    for one in sent:
        place = one.read.location
        assert place is not None
        assert place.heading == pytest.approx(0.0, abs=1.0) or place.heading == pytest.approx(360.0, abs=1.0)
        assert place.speed == pytest.approx(10.0, abs=0.5)
        assert place.fix_age is not None
        assert 0.0 <= place.fix_age <= 1.0
    assert books.alerts
    assert {outcome for _, outcome, _ in books.hits} >= {"alerted"}
    assert drive.pictures_on_disk() == books.pictures
    assert books.pictures


def test_nobody_else_on_the_machine_may_read_what_the_car_keeps(undisturbed: tuple[Drive, float]) -> None:
    kept = list(undisturbed[0].settings.data_dir.rglob("*"))
    assert {"car.sqlite", "images"} <= {path.name for path in kept}
    assert [path for path in kept if path.stat().st_mode & 0o077] == []


def test_status_knows_that_a_car_needs_no_database(undisturbed: tuple[Drive, float]) -> None:
    drive, _ = undisturbed
    environment = {name: value for name, value in os.environ.items() if name != "PLATEWATCH_DATA_DIR"}
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "status", "--json", "--config", str(drive.config)],
        capture_output=True,
        text=True,
        timeout=240,
        env=environment,
        check=False,
    )
    told = json.loads(done.stdout)
    assert told["problems"] == ["no run is at work on this data directory"]
    assert told["database"] == {"reachable": None, "where": "none is needed", "problem": None}
    assert told["outgoing"]["waiting"] == len(drive.books().uploads)
    assert told["retention_swept_at"] is not None


def test_a_second_drive_past_the_same_doubles_nothing(undisturbed: tuple[Drive, float]) -> None:
    drive, _ = undisturbed
    before = drive.books()
    drive.finish()
    assert drive.books() == before


def test_an_early_alert_does_not_wait_and_the_second_reader_s_word_follows(clips: Path, tmp_path: Path) -> None:
    drive = make_drive(tmp_path, clips, "on", in_a_hurry=True)
    drive.finish()
    alerts = CarAlerts(drive.file)
    told = [one.alert for one in alerts.newest(0, 100)]
    alerts.close()
    first = {alert.alert_id: alert for alert in told if alert.type is AlertType.ALERT}
    early = [alert for alert in first.values() if not alert.read.is_final]
    assert early
    for alert in early:
        follows = [one for one in told if one.updates == alert.alert_id and one.read.second_reading is not None]
        # On a machine that has nothing else to do it may have answered at once.
        assert alert.read.second_reading is not None or follows


def test_a_full_disk_is_said_and_the_drive_goes_on_once_there_is_room(
    clips: Path, undisturbed: tuple[Drive, float], tmp_path: Path
) -> None:
    drive = make_drive(tmp_path, clips)
    process = drive.start()
    # No file may grow any more, as on a disk that is full; pictures are smaller than that.
    _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (FULL_AT_BYTES, hard))
    with LoggedRun(process) as run:
        run.wait_for("recording reads has to wait")
        before = drive.books()
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        run.wait_for("recording reads works again")
        assert process.wait(timeout=400) == 0, "".join(run.lines)
        assert run.count("its disk fails or is full") == 1, "it is said once"
    assert before.uploads < undisturbed[0].books().uploads
    assert drive.books() == undisturbed[0].books()


def test_sigterm_ends_a_drive_in_order_and_the_next_one_goes_on(
    clips: Path, undisturbed: tuple[Drive, float], tmp_path: Path
) -> None:
    drive = make_drive(tmp_path, clips)
    process = drive.start("on")
    while not drive.pictures_on_disk():
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 0, told
    assert "Traceback" not in told
    assert drive.books().uploads <= undisturbed[0].books().uploads
    drive.finish()
    assert drive.books() == undisturbed[0].books()
