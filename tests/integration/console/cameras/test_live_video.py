"""What a camera sees now, as its own video: in a browser, as bytes, and as pictures where the browser plays none."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from playwright.sync_api import Page, expect

from schemas.audit import Action
from schemas.roles import Role
from schemas.settings import RtspCamera
from services.rtsp.clip import Clip
from services.rtsp.server import RtspServer
from storage.audit.reader import AuditFilter, audit_entries
from storage.database import Database
from tests.browser.chromium import Watched, violations
from tests.integration.console.site import ConsoleSite, running_console
from tests.unit.ingest.streams.cameras import until, write_clip

WHY = "the crossing is blocked, says dispatch"


@contextlib.contextmanager
def console_at(database: Database, folder: Path, codec: str = "libx264", seconds: float = 60) -> Iterator[ConsoleSite]:
    """A console whose one camera sends a clip again and again."""
    with RtspServer({"gate": Clip.load(write_clip(folder / "a.mp4", codec))}) as server:
        cameras = {"cameras": (RtspCamera(id="gate", url=server.url("gate"), name="North gate"),)}
        with running_console(database, folder / "data", beside=cameras, live_seconds=seconds) as site:
            yield site


def views(site: ConsoleSite) -> int:
    return len(audit_entries(site.database, AuditFilter(action=Action.WATCH_CAMERA), limit=50))


def look(page: Page, site: ConsoleSite) -> None:
    page.goto(f"{site.url}/cameras/gate")
    page.get_by_label("Why do you look?").fill(WHY)
    page.get_by_role("button", name="Show it now").click()
    expect(page.locator("#live-words")).to_contain_text("stands in the audit")


def shown(page: Page) -> str:
    """Return what the page shows: video where this Chromium plays H.264, as Debian's does; else pictures."""
    is_played: bool = page.evaluate("MediaSource.isTypeSupported('video/mp4; codecs=\"avc1.640028\"')")
    return "video" if is_played else "pictures"


def test_a_browser_plays_the_cameras_own_video(database: Database, tmp_path: Path, browser: Watched) -> None:
    with console_at(database, tmp_path) as site:
        site.sign_in(browser, "pat", Role.CAMERA_ADMINISTRATOR)
        page = browser.new_page()
        look(page, site)
        if shown(page) == "video":
            video = "document.querySelector('#live-video')"
            until(lambda: page.evaluate(f"{video}.videoWidth") == 320)
            begun = page.evaluate(f"{video}.currentTime")
            until(lambda: page.evaluate(f"{video}.currentTime") > begun + 1)
            assert page.locator("#live-picture").is_hidden()
            # Nothing waits: what is shown is at most two seconds behind what came.
            end = f"{video}.buffered.end({video}.buffered.length - 1)"
            until(lambda: page.evaluate(f"{end} - {video}.currentTime") < 2)
        else:
            until(lambda: page.evaluate("document.querySelector('#live-picture').naturalWidth") == 320)
        assert violations(page) == []
        assert "live" not in page.url
        assert views(site) == 1
        page.close()
        # The place is free again: the browser has gone.
        until(lambda: not site.server._site.views._views)


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_pictures_are_shown_where_the_video_cannot_be_played(
    database: Database, tmp_path: Path, browser: Watched, codec: str
) -> None:
    with console_at(database, tmp_path, codec) as site:
        site.sign_in(browser, "pat", Role.CAMERA_ADMINISTRATOR)
        page = browser.new_page()
        if codec == "libx264":
            page.add_init_script("delete window.MediaSource")
        look(page, site)
        until(lambda: page.evaluate("document.querySelector('#live-picture').naturalWidth") == 320)
        assert page.locator("#live-video").count() == 0
        assert violations(page) == []
        page.close()


def begun(client: object, site: ConsoleSite) -> str:
    answer = client.post("/cameras/gate/watch", data={"reason": WHY})  # type: ignore[attr-defined]
    found = re.fullmatch(r"/cameras/gate\?live=([\w-]+)", answer.headers["location"])
    assert found is not None
    return found[1]


def test_the_bytes_are_a_video_until_its_time_is_over(database: Database, tmp_path: Path) -> None:
    with (
        console_at(database, tmp_path, seconds=3) as site,
        site.client(site.signed_in("pat", Role.CAMERA_ADMINISTRATOR)) as client,
        site.client(site.signed_in("kim", Role.CAMERA_ADMINISTRATOR)) as other,
    ):
        place = f"/cameras/gate/live/{begun(client, site)}"
        assert 'data-src="' + place in client.get(f"/cameras/gate?live={place.rpartition('/')[2]}").text
        assert other.get(f"{place}/video.mp4").status_code == 404  # another person's
        answer = client.get(f"{place}/video.mp4")
        kind = re.fullmatch(r'video/mp4; codecs="avc1\.[0-9a-f]{6}"', answer.headers["content-type"])
        assert kind is not None
        assert "no-store" in answer.headers["cache-control"]
        with av.open(io.BytesIO(answer.content)) as container:
            frames = list(container.decode(video=0))
        assert {(frame.width, frame.height) for frame in frames} == {(320, 240)}
        assert 1 <= len(frames) <= 100  # three seconds of twenty a second, and no more
        assert client.get(f"{place}/video.mp4").status_code == 404  # once
        assert client.get(place).status_code == 404
        assert views(site) == 1


def test_a_view_ends_with_the_session(database: Database, tmp_path: Path) -> None:
    with (
        console_at(database, tmp_path) as site,
        site.client(site.signed_in("pat", Role.CAMERA_ADMINISTRATOR)) as client,
    ):
        place = f"/cameras/gate/live/{begun(client, site)}/video.mp4"
        with client.stream("GET", place) as stream:
            parts = stream.iter_bytes()
            next(parts)
            assert client.post("/sign-out").status_code == 303
            for _ in parts:
                pass  # it ends by itself, long before its minute is over
        assert not site.server._site.views._views
