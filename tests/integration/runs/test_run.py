"""`platewatch run`: reads, hits and alerts from configured cameras, and what interruptions and bad input do to it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from rendering.scene.traffic import render_traffic
from schemas.settings import DatabaseSettings
from services.data_directory import run_alone
from services.postgres.server import EmbeddedPostgres
from tests.integration.runs.site import Site, folder_camera, video_camera, write_site

FRAMES = 260
"""The clip's first seventeen seconds: three vehicles, the first of which is gone long before the end."""
PLATES = {"LMT5306", "UKW4183"}
LIST = "plate,state,category,case_number\nUKW4183,VA,stolen_vehicle,26-001\nZZZ9999,VA,stolen_vehicle,26-002\n"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "traffic.mp4"
    render_traffic(path, frames=FRAMES)
    moment = time.time() - 60
    os.utime(path, (moment, moment))
    return path


def site_with_list(folder: Path, cameras: str, second_reader: str = "auto", **sections: str) -> Site:
    # However busy the machine is, an alert waits for its second reading: it is part of what is compared.
    waiting = "second_reader_timeout_seconds = 60\nsecond_reader_early_seconds = 60\n"
    site = write_site(folder, cameras, alerts=f'second_reader = "{second_reader}"\n{waiting}', **sections)
    (folder / "regional.csv").write_text(LIST)
    imported = site.run("hotlist", "import", "--source", "csv", str(folder / "regional.csv"))
    assert imported.returncode == 0, imported.stderr
    return site


@pytest.fixture(scope="module")
def reference(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """What an undisturbed run keeps."""
    site = site_with_list(tmp_path_factory.mktemp("reference"), video_camera(clip))
    totals = site.play()
    assert totals["frames"] == FRAMES
    return site


def same_as(site: Site, reference: Site) -> bool:
    columns = (("reads", "read_id"), ("reads", "plate"), ("hits", "hit_id"), ("alerts", "alert_id"))
    return site.all_kept(*columns) == reference.all_kept(*columns)


def test_reads_matches_and_raises_an_alert_that_waits_without_a_broker(reference: Site) -> None:
    assert set(reference.kept("reads", "plate")) >= PLATES
    shown = reference.run("alerts", "--json")
    (line,) = shown.stdout.splitlines()
    alert = json.loads(line)["alert"]
    assert alert["read"]["plate"] == alert["entry"]["plate"] == "UKW4183"
    assert alert["hit"]["tier"] == "exact"
    assert alert["hotlist"]["hotlist_id"] == "regional"
    assert alert["hotlist"]["age_seconds"] is not None
    assert alert["plate_picture"]
    # The plate that alerts was read again, and no other.
    assert alert["read"]["second_reading"]["agrees"] is alert["hit"]["second_reader_agrees"] is True
    assert "second reader agrees" in alert["hit"]["explanation"]
    assert reference.kept("reads where second_reading is not null", "plate") == ["UKW4183"]
    assert reference.kept("outbox", "sent_at is null") == ["true"]
    pictures = sorted(path.name for path in (reference.settings.data_dir / "images").rglob("*.jpg"))
    # The plate and the whole frame of every pass; of those that were reported early only where that raised an alert.
    assert len([name for name in pictures if "-early-" not in name]) == 2 * len(reference.kept("reads", "read_id"))
    assert len([name for name in pictures if "-early-" in name]) == 2
    found = reference.run("search", "UKW?1*", "--json", "--purpose", "stolen vehicle", "--case", "26-117")
    assert [json.loads(line)["plate"] for line in found.stdout.splitlines()] == ["UKW4183"]


def test_no_other_user_may_read_what_a_run_keeps(reference: Site) -> None:
    data_dir = reference.settings.data_dir
    kept = [path for path in data_dir.rglob("*") if not path.is_symlink()]
    assert {"images", "postgres"} <= {path.name for path in kept}
    assert [path for path in kept if path.stat().st_mode & 0o077] == []
    # Where the database runs as another user, that one may pass, and see no names.
    assert data_dir.stat().st_mode & 0o777 in ({0o700, 0o711} if os.getuid() == 0 else {0o700})


def test_a_second_run_on_a_data_directory_is_refused_in_one_line(reference: Site) -> None:
    with run_alone(reference.settings.data_dir):
        done = reference.run("run", "--until-done")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert f"another run (process {os.getpid()}) works on this data directory" in done.stderr


def test_a_second_run_doubles_nothing(reference: Site) -> None:
    before = reference.kept("reads", "read_id")
    totals = reference.play()
    assert totals["new_reads"] == totals["frames"] == 0
    assert reference.kept("reads", "read_id") == before


def test_a_run_that_is_told_to_end_loses_and_doubles_nothing(clip: Path, reference: Site, tmp_path: Path) -> None:
    # Those that are killed are in tests/acceptance/test_chaos.py.
    # Without a second reader the alert is out long before the vehicle is gone.
    site = site_with_list(tmp_path, video_camera(clip), "off")
    process = site.start("run")
    images = site.settings.data_dir / "images"
    # The listed vehicle is in view, and its alert is out: the rest of its pass is still to come.
    wait_until(lambda: any(images.rglob("*-early-*.jpg")) and site.kept("alerts", "status") == ["open"], process)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=90)
    assert process.returncode == 0, err
    assert "stopped:" in err
    finished, open_plates = site.all_kept(("finished_items", "name"), ("reads where not is_final", "plate"))
    assert finished == []
    # On a slow machine another vehicle is in view, too, when it is told to end.
    assert "UKW4183" in open_plates
    totals = site.play()
    assert totals["frames"] == FRAMES
    assert same_as(site, reference)
    open_plates, waiting = site.all_kept(("reads where not is_final", "plate"), ("outbox", "alert_id"))
    assert open_plates == []
    assert waiting == reference.kept("outbox", "alert_id")


def test_runs_on_until_it_is_stopped_and_takes_new_pictures(clip: Path, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    site = site_with_list(tmp_path, folder_camera(inbox))
    process = site.start("run")
    picture = frame_of(clip, 105)
    (inbox / "first.jpg").write_bytes(picture)
    images = site.settings.data_dir / "images"
    wait_until(lambda: any(images.rglob("*.jpg")), process)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=90)
    assert process.returncode == 0, err
    assert "UKW4183" in site.kept("reads", "plate")
    assert "UKW4183" not in err  # plates are personal data: none in the log


def test_unusable_pictures_are_kept_with_their_reason_and_stop_nothing(clip: Path, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "a-empty.jpg").write_bytes(b"")
    (inbox / "b-text.png").write_text("this is no picture")
    cv2.imwrite(str(inbox / "c-dot.png"), np.zeros((1, 1, 3), np.uint8))
    deep = (cv2.imdecode(np.frombuffer(frame_of(clip, 105), np.uint8), cv2.IMREAD_COLOR).astype(np.uint16)) * 257
    cv2.imwrite(str(inbox / "d-deep.png"), deep)
    site = site_with_list(tmp_path, folder_camera(inbox))
    totals = site.play()
    rejected = site.kept("source_rejects", "name || ': ' || reason")
    assert [row.split(":")[0] for row in rejected[:2]] == ["a-empty.jpg", "b-text.png"]
    assert totals["rejected_items"] == len(rejected)
    assert "UKW4183" in site.kept("reads", "plate")
    assert site.play()["frames"] == 0  # nothing is tried twice


def test_odd_files_and_a_store_that_refuses_stop_nothing(clip: Path, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    picture = frame_of(clip, 105)
    odd = inbox / os.fsdecode(b"a\xe9\x1b[31m.jpg")
    odd.write_bytes(picture)
    os.mkfifo(inbox / "b.jpg")
    os.mkfifo(inbox / "c.mp4")
    (inbox / "d.jpg").mkdir()
    for number, moment in enumerate((-(2**40), -1, 2**40)):
        path = inbox / f"e{number}.jpg"
        path.write_bytes(picture)
        os.utime(path, (moment, moment))
    (tmp_path / "images").write_text("no folder")
    site = site_with_list(tmp_path, folder_camera(inbox), images=f"url = {json.dumps(str(tmp_path / 'images'))}\n")
    process = site.start("run")
    log: list[str] = []
    assert process.stderr is not None
    reader = threading.Thread(target=lambda: log.extend(process.stderr or ()))
    reader.start()
    wait_until(lambda: any("everything there is was read" in line for line in log), process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=90) == 0, "".join(log)
    reader.join()
    assert process.stdout is not None
    process.stdout.close()
    process.stderr.close()
    assert len(site.kept("reads", "plate")) >= 4
    assert site.kept("source_rejects", "reason") == []
    for words in ("b.jpg: is left out: it is a named pipe", "c.mp4: is left out", "pictures are not kept"):
        assert sum(words in line for line in log) == 1, "".join(log)


def test_a_missing_camera_stops_no_other(clip: Path, tmp_path: Path) -> None:
    site = site_with_list(tmp_path, folder_camera(tmp_path / "none", "lost") + video_camera(clip))
    done = site.run("run", "--until-done", "--json")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"platewatch: {tmp_path / 'none'}: no such folder")
    assert "UKW4183" in site.kept("reads", "plate")


def test_a_truncated_video_keeps_what_could_be_read(clip: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole.avi"
    to_avi(clip, whole)
    cut = tmp_path / "cut.avi"
    cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * 0.9)])
    site = site_with_list(tmp_path, video_camera(cut))
    done = site.run("run", "--until-done", "--json")
    assert done.returncode == 0, done.stderr
    assert "UKW4183" in site.kept("reads", "plate")
    (reason,) = site.kept("source_rejects", "reason")
    assert re.search(r"after frame \d+|\d+ frames", reason)
    assert reason in done.stderr


def test_a_missing_video_ends_the_run_in_one_line(tmp_path: Path) -> None:
    site = write_site(tmp_path, video_camera(tmp_path / "none.mp4"))
    done = site.run("run")
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("platewatch: ")
    assert "none.mp4" in last
    assert "no such video file" in last
    assert "Traceback" not in done.stderr


def test_an_unknown_key_ends_the_run_in_one_line(tmp_path: Path) -> None:
    site = write_site(tmp_path, "", matching="probable_treshold = 3\n")
    done = site.run("run")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "unknown key 'matching.probable_treshold'" in done.stderr


def test_a_database_that_is_down_at_the_start_ends_the_run_in_one_line(clip: Path, tmp_path: Path) -> None:
    site = write_site(
        tmp_path,
        video_camera(clip),
        database='url = "postgresql://platewatch:hunter2@127.0.0.1:9/platewatch"\ntimeout_seconds = 0.5\n',
    )
    done = site.run("run")
    assert done.returncode == 75
    assert len(done.stderr.splitlines()) == 1
    assert "127.0.0.1" in done.stderr
    assert "hunter2" not in done.stderr


@pytest.fixture
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    folder = tmp_path_factory.mktemp("server")
    # As root the server runs as another user, who may not enter pytest's own folders.
    for parent in (folder, *folder.parents):
        if parent.stat().st_uid == os.getuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)
    server = EmbeddedPostgres(folder, DatabaseSettings(server_settings={"fsync": "off"}))
    yield server
    server.stop()


def test_a_database_that_goes_away_in_the_middle_is_waited_for(
    clip: Path, reference: Site, own_server: EmbeddedPostgres, tmp_path: Path
) -> None:
    own_server.start()
    url = own_server.owner_connection_string
    site = site_with_list(tmp_path, video_camera(clip), database=f"url = {json.dumps(url)}\ntimeout_seconds = 1\n")
    process = site.start("run", "--until-done", "--json")
    log: list[str] = []
    assert process.stderr is not None
    reader = threading.Thread(target=lambda: log.extend(process.stderr or ()))
    reader.start()
    wait_until(lambda: any("matching against" in line for line in log), process)
    own_server.stop()
    wait_until(lambda: any("has to wait" in line for line in log), process)
    own_server.start()
    assert process.wait(timeout=120) == 0, "".join(log)
    reader.join()
    assert any("works again" in line for line in log)
    assert process.stdout is not None
    process.stdout.close()
    process.stderr.close()
    assert same_as(site, reference)


def test_a_full_disk_costs_pictures_but_no_reads(clip: Path, reference: Site, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(small)], capture_output=True, check=False
    )
    try:
        # Without the right to mount, the kernel's own always-full device stands in for the full disk.
        target = small / "images" if mounted.returncode == 0 else Path("/dev/full")
        site = site_with_list(tmp_path / "site", video_camera(clip), images=f"url = {json.dumps(str(target))}\n")
        done = site.run("run", "--until-done", "--json")
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", str(small)], check=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("pictures are not kept") == 1
    # Those of every pass, and those of the early read that raised the alert.
    assert json.loads(done.stdout)["lost_pictures"] == len(reference.kept("reads", "read_id")) + 1
    assert same_as(site, reference)


def wait_until(condition: object, process: subprocess.Popen[str], seconds: float = 90.0) -> None:
    deadline = time.monotonic() + seconds
    assert callable(condition)
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def frame_of(clip: Path, number: int) -> bytes:
    """One frame as a JPEG file's bytes."""
    capture = cv2.VideoCapture(str(clip))
    capture.set(cv2.CAP_PROP_POS_FRAMES, number)
    ok, image = capture.read()
    capture.release()
    assert ok
    return bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 95])[1])


def to_avi(source: Path, target: Path) -> None:
    """Write a video again in a container that can be read up to where it was cut."""
    capture = cv2.VideoCapture(str(source))
    writer = cv2.VideoWriter(str(target), cv2.VideoWriter_fourcc(*"MJPG"), 15, (1280, 720))
    while True:
        ok, image = capture.read()
        if not ok:
            break
        writer.write(image)
    capture.release()
    writer.release()
