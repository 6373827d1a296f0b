"""`platewatch run` and `platewatch alerts` with a vehicle that is seen again and again."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import cv2
import pytest

from rendering.scene.traffic import render_traffic
from tests.integration.runs.site import Site, folder_camera, write_site

FRAME = 105
PLATE = "UKW4183"
"""The listed one of the three plates in that frame of the demo's clip."""


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("clip") / "traffic.mp4"
    render_traffic(path, frames=FRAME + 1)
    capture = cv2.VideoCapture(str(path))
    capture.set(cv2.CAP_PROP_POS_FRAMES, FRAME)
    found, image = capture.read()
    capture.release()
    assert found
    return bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 95])[1])


def site_with_pictures(folder: Path, picture: bytes, minutes_ago: tuple[float, ...]) -> Site:
    inbox = folder / "inbox"
    inbox.mkdir(parents=True)
    now = time.time()
    for number, minutes in enumerate(minutes_ago):
        path = inbox / f"{number}.jpg"
        path.write_bytes(picture)
        os.utime(path, (now - minutes * 60, now - minutes * 60))
    site = write_site(folder, folder_camera(inbox), alerts='second_reader = "off"\n')
    (folder / "regional.csv").write_text(f"plate,state,category\n{PLATE},VA,stolen_vehicle\n")
    imported = site.run("hotlist", "import", "--source", "csv", str(folder / "regional.csv"))
    assert imported.returncode == 0, imported.stderr
    return site


def test_a_vehicle_in_five_pictures_is_one_line_and_a_later_visit_another(picture: bytes, tmp_path: Path) -> None:
    site = site_with_pictures(tmp_path, picture, (60, 59.5, 59, 58.5, 58, 5))
    totals = site.play()
    assert (sum(totals["hits"].values()), totals["alerts"]) == (6, 2)
    assert site.kept("hits", "outcome") == ["alerted"] * 2 + ["suppressed"] * 4
    shown = site.run("alerts", "--json").stdout.splitlines()
    assert [json.loads(line)["updated"] for line in shown] == [False, False]


def test_a_run_that_is_killed_between_repeats_ends_as_one_that_is_not(picture: bytes, tmp_path: Path) -> None:
    site = site_with_pictures(tmp_path, picture, tuple(60 - number / 4 for number in range(8)))
    process = site.start("run")
    deadline = time.monotonic() + 90
    while not any((site.settings.data_dir / "images").rglob("*.jpg")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=90)
    site.play()
    reads, outcomes, alerts = site.all_kept(("reads", "plate"), ("hits", "outcome"), ("alerts", "alert_type"))
    assert reads == [plate for plate in ("1X44927", "LMT5306", PLATE) for _ in range(8)]
    assert outcomes == ["alerted"] + ["suppressed"] * 7
    assert alerts == ["alert"]
