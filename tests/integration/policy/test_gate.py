"""A run under a law: a category that may not notify is read, matched and stored, and raises no alert."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from rendering.scene.traffic import render_traffic
from tests.integration.runs.site import Site, folder_camera, write_site

FRAME = 105
PLATE = "UKW4183"
"""The plate in that frame of the demo's clip."""


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


def site_that_lists(folder: Path, picture: bytes, category: str, **sections: str) -> Site:
    inbox = folder / "inbox"
    inbox.mkdir(parents=True)
    (inbox / "one.jpg").write_bytes(picture)
    site = write_site(folder, folder_camera(inbox), alerts='second_reader = "off"\n', **sections)
    (folder / "regional.csv").write_text(f"plate,state,category\n{PLATE},VA,{category}\n")
    imported = site.run("hotlist", "import", "--source", "csv", str(folder / "regional.csv"))
    assert imported.returncode == 0, imported.stderr
    return site


def test_virginia_stores_a_hit_that_it_may_not_notify_until_a_person_opens_the_gate(
    picture: bytes, tmp_path: Path
) -> None:
    site = site_that_lists(tmp_path, picture, "sex_offender")
    totals = site.play()
    assert (sum(totals["hits"].values()), totals["alerts"], totals["silent_hits"]) == (1, 0, 1)
    assert len(site.kept("hits", "hit_id")) == 1
    assert site.kept("alerts", "alert_id") == site.kept("outbox", "alert_id") == []
    # The same vehicle in another picture, with the gate open: the reason is in the log.
    text = site.config.read_text()
    gate = '[policy]\nalso_notify = ["sex_offender"]\nalso_notify_reason = "counsel, 2026-11-02"\n'
    site.config.write_text(text.replace("[alerts]", f"{gate}[alerts]"))
    (tmp_path / "inbox/two.jpg").write_bytes(picture)
    done = site.run("run", "--until-done", "--json")
    assert done.returncode == 0, done.stderr
    assert "policy.also_notify opens sex_offender: counsel, 2026-11-02" in done.stderr
    assert PLATE not in done.stderr
    assert len(site.kept("alerts", "alert_id")) == 1


def test_a_retention_beyond_the_law_ends_the_run_in_one_line(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    site = write_site(tmp_path, folder_camera(inbox), retention="reads_days = 22\n")
    done = site.run("run")
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("platewatch: 'retention.reads_days': 22 days are longer than the 21 days of Code of ")
    assert "Traceback" not in done.stderr
