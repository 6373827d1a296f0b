"""A camera is added on a page, looked at before, taken over by the run, seen healthy, watched, and removed."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipeline.services.run import Service
from schemas.roles import Role
from schemas.settings import Settings
from services.data_directory import run_alone
from services.rtsp.clip import Clip
from services.rtsp.server import RtspServer
from storage.audit.reader import audit_entries
from storage.cameras.states import CameraHours
from storage.database import Database
from tests.browser.chromium import Watched, violations
from tests.integration.console.board.alerts import made, raise_alert
from tests.integration.console.cameras.tiles import tile_server
from tests.integration.console.conftest import PHONE
from tests.integration.console.site import ConsoleSite, running_console
from tests.unit.ingest.streams.cameras import until, write_clip

PASSWORD = "gate-Pa55 @word"
HOSTILE = '<img src=x onerror="window.hurt=1">\'"`{{7*7}}'
PATIENCE = 60_000


@contextlib.contextmanager
def running_service(settings: Settings, database: Database) -> Iterator[Service]:
    """The run of a data directory, in this process."""
    stop = threading.Event()
    with run_alone(settings.data_dir):
        service = Service(settings, database, None)
        thread = threading.Thread(target=service.run, args=(stop,), daemon=True)
        thread.start()
        try:
            yield service
        finally:
            stop.set()
            thread.join(60)


@pytest.fixture
def rtsp(tmp_path: Path) -> Iterator[RtspServer]:
    with RtspServer({"gate": Clip.load(write_clip(tmp_path / "a.mp4"))}, users={"alpr": PASSWORD}) as server:
        yield server


def fill(page: Page, url: str, camera_id: str = "gate") -> None:
    page.get_by_label("Id, in reads").fill(camera_id)
    page.get_by_label("Address, without").fill(url)
    page.get_by_label("User at the camera").fill("alpr")
    page.get_by_label("Its password").fill(PASSWORD)


def test_from_the_form_to_its_end(database: Database, tmp_path: Path, browser: Watched, rtsp: RtspServer) -> None:
    data = tmp_path / "data"
    with (
        tile_server(tmp_path) as (tiles, asked),
        running_console(
            database,
            data,
            camera_hosts=("127.0.0.1",),
            tiles_url=tiles,
            tiles_credit="The <b>county</b>",
            live_seconds=4,
        ) as site,
    ):
        site.sign_in(browser, "pat", Role.CAMERA_ADMINISTRATOR)
        page = browser.new_page()
        with running_service(site.settings, database) as service:
            add(page, site, browser, rtsp)
            # It is read within seconds: the run takes it over by itself.
            until(lambda: service.live_frames("gate")[0] > 0, 60)
            see_it_healthy(page, site)
            assert asked
            assert all(path.startswith("/plan/") for path in asked)
            watch(page, site, database)
            describe_and_remove(page, site)
            until(lambda: service.live_frames("gate") == (0, 0), 60)
        kept = "".join(str((row.action, row.details)) for row in audit_entries(database, limit=1000))
    assert "add_camera" in kept
    assert "remove_camera" in kept
    assert "Pa55" not in kept
    assert "Pa55" not in (data / "run-health.json").read_text()


def add(page: Page, site: ConsoleSite, browser: Watched, rtsp: RtspServer) -> None:
    page.goto(f"{site.url}/cameras")
    page.get_by_role("link", name="Add a camera").click()
    # Another camera of this address there is none of: it is said, and nothing typed is lost but the password.
    fill(page, rtsp.url("nowhere"))
    page.get_by_label("Name, as").fill(HOSTILE)
    page.get_by_label("Latitude").fill("36.8354")
    page.get_by_label("Longitude").fill("-76.2983")
    page.get_by_label("Looks to").fill("90")
    page.get_by_label("Mount").select_option("temporary")
    page.get_by_label("Permit number").fill("VDOT-7")
    page.get_by_label("Permit's last day").fill("2020-01-31")
    browser.expected_statuses.add(422)
    page.get_by_role("button", name="Check and add").click()
    expect(page.get_by_role("alert")).to_contain_text("404", timeout=PATIENCE)
    assert "Pa55" not in page.content()
    assert page.get_by_label("Its password").input_value() == ""
    assert page.get_by_label("Name, as").input_value() == HOSTILE
    fill(page, rtsp.url("gate"))
    page.get_by_role("button", name="Only check").click()
    expect(page.get_by_role("heading", name="Pictures come")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_label("What the check found")).to_contain_text("H.264 by tcp, 320x240")
    page.get_by_label("Its password").fill(PASSWORD)
    page.get_by_role("button", name="Check and add").click()
    expect(page.get_by_text("It is added.")).to_be_visible(timeout=PATIENCE)
    assert "Pa55" not in page.content()
    assert "alpr" not in page.content()


def see_it_healthy(page: Page, site: ConsoleSite) -> None:
    page.goto(f"{site.url}/cameras")
    row = page.get_by_role("row").filter(has_text="VDOT-7")

    def works() -> bool:
        page.reload()
        return "nothing comes" not in row.inner_text() and "works" in row.inner_text()

    until(works, 60)
    assert violations(page) == []
    assert "temporary" in row.inner_text()
    assert "over since 2020-01-31" in row.inner_text()
    expect(page.locator("#cameras-map img.leaflet-tile-loaded").first).to_be_visible(timeout=PATIENCE)
    assert page.locator("#cameras-map").inner_text().count("The <b>county</b>") == 1
    assert page.evaluate("window.hurt") is None
    page.locator("#cameras-map path.leaflet-interactive").last.hover()
    expect(page.locator(".leaflet-tooltip")).to_contain_text("<img src=x")
    page.get_by_role("link", name="<img src=x").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    assert violations(page) == []
    assert page.evaluate("window.hurt") is None

    def has_picture() -> bool:
        page.reload()
        return page.locator("img.last").count() > 0

    until(has_picture, 60)
    until(lambda: page.evaluate("document.querySelector('img.last').naturalWidth") == 240, 60)


def watch(page: Page, site: ConsoleSite, database: Database) -> None:
    before = len([row for row in audit_entries(database, limit=1000) if row.action == "watch_camera"])
    page.get_by_label("Why do you look?").fill("...")
    page.get_by_role("button", name="Show it now").click()
    expect(page.get_by_role("alert")).to_contain_text("reason", timeout=PATIENCE)
    page.get_by_label("Why do you look?").fill("the crossing is blocked, says dispatch")
    page.get_by_role("button", name="Show it now").click()
    # As the camera's own video where this browser plays it (test_live_video.py), else as pictures.
    wide = "(document.querySelector('#live-video')?.videoWidth || document.querySelector('#live-picture').naturalWidth)"
    until(lambda: page.evaluate(wide) == 320, 60)
    assert "live" not in page.url
    rows = [row for row in audit_entries(database, limit=1000) if row.action == "watch_camera"]
    assert len(rows) == before + 1
    assert rows[0].details["reason"] == "the crossing is blocked, says dispatch"
    expect(page.locator("#live-words")).to_contain_text("over", timeout=PATIENCE)


def describe_and_remove(page: Page, site: ConsoleSite) -> None:
    page.goto(f"{site.url}/cameras/gate")
    page.get_by_text("Change where and how").click()
    page.get_by_label("Mount").select_option("permanent")
    page.get_by_label("Name, as").fill("North gate")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("North gate", timeout=PATIENCE)
    page.get_by_text("Remove it", exact=True).click()
    page.get_by_label("Why it is removed").fill("the trial is over")
    page.get_by_role("button", name="Remove gate").click()
    expect(page.get_by_text("There is no camera.")).to_be_visible(timeout=PATIENCE)


@pytest.mark.parametrize("browser", [PHONE], indirect=True, ids=["phone"])
def test_every_page_fits_a_phone(console: ConsoleSite, browser: Watched) -> None:
    console.sign_in(browser, "sue", Role.SUPERVISOR)
    alert = made(read={"camera_id": "a-reader-" + "w" * 80})
    raise_alert(console.database, alert)
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    CameraHours(console.database).add({(alert.read.camera_id, hour): 1_234})
    page = browser.new_page()
    rooms = ("", "/alarms", "/quarantine", "/deliveries", "/held", "/rules")
    for path in ("/cameras", "/cameras/_new", "/figures?span=day", *(f"/operations{room}" for room in rooms)):
        page.goto(f"{console.url}{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=PATIENCE)
        wide, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide <= room, path
        browser.problems += [f"{path}: {one}" for one in violations(page)]
    page.goto(f"{console.url}/figures?span=day")
    assert page.locator("svg.chart rect").count() > 50
    expect(page.get_by_role("row").filter(has_text="1234").first).to_be_visible()
