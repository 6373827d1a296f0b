"""Cameras are added beside the configuration: by the command, for whoever may, and with a login that nobody sees."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from operations.added.adding import NewCamera, add_camera, describe_camera
from operations.added.cameras import added_cameras, with_added
from operations.cameras.overview import last_picture, view_camera, view_cameras
from operations.cameras.watching import LiveViews, watchable
from operations.status.looking import look
from schemas.actor import Actor, SignIn
from schemas.audit import Action
from schemas.errors import ConfigurationError, InvalidInput, NotPermitted, TransientError
from schemas.roles import Role
from schemas.settings import ConsoleSettings, RtspCamera, Settings
from services.rtsp.clip import Clip
from services.rtsp.server import RtspServer
from storage.audit.reader import audit_entries
from storage.cameras.added import AddedCameras
from storage.cameras.pictures import save_picture
from storage.database import Database
from tests.integration.storage.samples import START
from tests.unit.ingest.streams.cameras import until, write_clip

MOST_ADDED = 200

PASSWORD = "hunter22 ü"
PAT = Actor("pat", SignIn.PASSWORD, "10.0.0.9", "local", roles=frozenset({Role.CAMERA_ADMINISTRATOR}))
LEE = Actor("lee", SignIn.PASSWORD, "10.0.0.9", "local", roles=frozenset({Role.OFFICER}))
GORDON = Actor("gordon", SignIn.PASSWORD, "10.0.0.9", "gotham-pd")
NEW = NewCamera("pole", "rtsp://10.0.0.5/101?token=hunter22", "alpr", PASSWORD, {"mount": "temporary"})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, cameras=(RtspCamera(id="gate", url="rtsp://10.0.0.4/101"),))


def run(*arguments: str, given: str = "") -> str:
    result = CliRunner().invoke(app, list(arguments), input=given)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_adds_lists_and_removes(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLATEWATCH_DATABASE__URL", database_url)
    place = (
        "--latitude",
        "36.8",
        "--longitude",
        "-76.3",
        "--permit",
        "VDOT-7",
        "--permit-until",
        "2027-12-31",
        "--udp",
    )
    login = ("--user", "alpr", "--password-file", "-")
    out = run("camera", "add", "pole", "rtsp://10.0.0.5/101?token=secret9", *login, *place, given=f"{PASSWORD}\nmore\n")
    assert "takes it over within seconds" in out
    (added,) = added_cameras(database)
    assert added.camera is not None
    assert added.camera.url.get_secret_value() == "rtsp://alpr:hunter22%20%C3%BC@10.0.0.5/101?token=secret9"
    assert (added.camera.id, added.camera.permit, str(added.camera.permit_until)) == ("pole", "VDOT-7", "2027-12-31")
    out = run("camera", "list", "--json")
    shown = json.loads(out.splitlines()[-1])
    assert (shown["camera"], shown["address"], shown["permit"]) == ("pole", "rtsp://10.0.0.5/101", "VDOT-7")
    everything = out + run("camera", "list") + str([(row.action, row.details) for row in audit_entries(database)])
    assert not any(secret in everything for secret in ("hunter22", "secret9"))
    with pytest.raises(InvalidInput, match="was added already"):
        run("camera", "add", "pole", "rtsp://10.0.0.6/101")
    with pytest.raises(InvalidInput, match="reason"):
        run("camera", "remove", "pole", "--reason", "...")
    run("camera", "remove", "pole", "--reason", "the trial is over")
    assert added_cameras(database) == []
    with pytest.raises(InvalidInput, match="no camera 'pole' was added"):
        run("camera", "remove", "pole", "--reason", "the trial is over")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        run("camera", "add", "pole", "rtsp://10.0.0.6/101", "--user", "a", "--password-file", "/nowhere/pw")


def test_everything_knows_a_camera_that_was_added(database: Database, settings: Settings) -> None:
    add_camera(PAT, database, settings, NEW)
    assert [camera.id for camera in with_added(settings, database).cameras] == ["gate", "pole"]
    assert [one.camera_id for one in view_cameras(PAT, database, settings)] == ["gate", "pole"]
    assert [one.camera_id for one in look(settings, contextlib.nullcontext(database)).cameras] == ["gate", "pole"]


def test_ids_are_had_by_one_alone(database: Database, settings: Settings) -> None:
    add_camera(PAT, database, settings, NEW)
    for camera_id, words in (("gate", "is in the configuration"), ("pole", "was added already")):
        with pytest.raises(InvalidInput, match=words):
            add_camera(PAT, database, settings, NewCamera(camera_id, "rtsp://10.0.0.7/101"))
    # Where the file names one later, the file's counts.
    later = settings.model_copy(update={"cameras": (RtspCamera(id="pole", url="rtsp://10.0.0.8/1"),)})
    (camera,) = with_added(later, database).cameras
    assert isinstance(camera, RtspCamera)
    assert camera.url.get_secret_value() == "rtsp://10.0.0.8/1"


def test_there_is_a_most(database: Database, settings: Settings) -> None:
    with database.connection() as connection:
        connection.execute(
            "insert into added_cameras (camera_id, settings, added_by) select 'c' || n, '{}', 'x' "
            "from generate_series(1, %s) as n",
            [MOST_ADDED],
        )
    with pytest.raises(InvalidInput, match="which is the most"):
        add_camera(PAT, database, settings, NEW)


def test_a_row_that_does_not_fit_is_said_and_stops_nothing(database: Database, settings: Settings) -> None:
    add_camera(PAT, database, settings, NEW)
    with database.connection() as connection:
        connection.execute(
            "insert into added_cameras (camera_id, settings, login_user, login_password, added_by) "
            "values ('old', '{\"url\": \"gopher://x\", \"gone\": 1}', 'alpr', 'hunter22', 'x')"
        )
    assert [camera.id for camera in with_added(settings, database).cameras] == ["gate", "pole"]
    old = view_camera(PAT, database, settings, "old")
    assert old.state == "fails"
    assert "does not fit this version" in str(old.problem)
    assert "hunter22" not in str(old.problem)


def test_what_is_said_of_it_changes_and_its_login_stays(database: Database, settings: Settings) -> None:
    add_camera(PAT, database, settings, NEW)
    describe_camera(PAT, database, "pole", {"name": "Pole 7", "latitude": 36.8, "longitude": -76.3, "live_view": False})
    (added,) = added_cameras(database)
    assert added.camera is not None
    assert (added.camera.name, added.camera.mount, added.camera.live_view) == ("Pole 7", None, False)
    assert "hunter22%20" in added.camera.url.get_secret_value()
    for details in ({"latitude": 200.0, "longitude": 0.0}, {"latitude": 1.0}, {"mount": "pole"}):
        with pytest.raises(InvalidInput):
            describe_camera(PAT, database, "pole", details)
    assert added_cameras(database) == [added]
    # Where it is cannot be said anew: its password would be sent there.
    describe_camera(PAT, database, "pole", {"url": "rtsp://evil/"})
    assert "10.0.0.5" in AddedCameras(database).all()[0].settings["url"]


def test_who_may_not_does_nothing(database: Database, settings: Settings) -> None:
    with pytest.raises(NotPermitted):
        add_camera(LEE, database, settings, NEW)
    with pytest.raises(NotPermitted):
        view_cameras(LEE, database, settings)
    with pytest.raises(NotPermitted):
        LiveViews(settings).ask(LEE, database, settings, "gate", "a blocked crossing")
    assert added_cameras(database) == []


def test_somebody_of_another_agency_sees_none(database: Database, settings: Settings) -> None:
    save_picture(database, "gate", START, b"\xff\xd8\xff")
    assert view_cameras(GORDON, database, settings) == []
    for ask in (view_camera, last_picture, watchable):
        with pytest.raises(InvalidInput, match="there is no"):
            ask(GORDON, database, settings, "gate")
    assert last_picture(PAT, database, settings, "gate") == b"\xff\xd8\xff"


def test_what_law_or_settings_hide_is_not_shown_live(database: Database, settings: Settings) -> None:
    hidden = settings.model_copy(
        update={"cameras": (RtspCamera(id="gate", url="rtsp://127.0.0.1:9/1", live_view=False),)}
    )
    with pytest.raises(InvalidInput, match="live_view = false"):
        LiveViews(hidden).ask(PAT, database, hidden, "gate", "a blocked crossing")
    assert Action.WATCH_CAMERA not in [row.action for row in audit_entries(database)]


def test_views_are_bounded_and_written_down_before_the_camera_is_asked(database: Database, settings: Settings) -> None:
    none = settings.model_copy(update={"console": ConsoleSettings(live_views=0)})
    with pytest.raises(TransientError, match="live_views is 0"):
        LiveViews(none).ask(PAT, database, none, "gate", "a blocked crossing")
    away = settings.model_copy(update={"cameras": (RtspCamera(id="gate", url="rtsp://127.0.0.1:9/1"),)})
    views = LiveViews(away)
    for _ in range(2 * away.console.live_views):
        # The place of one that fails is free again.
        with pytest.raises(TransientError, match="refuse"):
            views.ask(PAT, database, away, "gate", "a blocked crossing")
    rows = [row for row in audit_entries(database) if row.action == Action.WATCH_CAMERA]
    assert len(rows) == 2 * away.console.live_views
    assert rows[0].details["reason"] == "a blocked crossing"


def test_a_view_that_nobody_watches_ends_by_itself(database: Database, settings: Settings, tmp_path: Path) -> None:
    with RtspServer({"gate": Clip.load(write_clip(tmp_path / "a.mp4"))}) as server:
        camera = RtspCamera.model_validate({"id": "gate", "url": server.url("gate")})
        there = settings.model_copy(
            update={"cameras": (camera,), "console": ConsoleSettings(live_views=1, live_seconds=1)}
        )
        views = LiveViews(there)
        first = views.ask(PAT, database, there, "gate", "a blocked crossing")
        with pytest.raises(TransientError, match="which is the most"):
            views.ask(PAT, database, there, "gate", "a blocked crossing")
        # It is its person's alone, and for one browser.
        for actor, camera_id, ticket in ((LEE, "gate", first.ticket), (PAT, "pole", first.ticket), (PAT, "gate", "x")):
            with pytest.raises(InvalidInput, match="over"):
                views.claim(actor, camera_id, ticket)
        view = views.claim(PAT, "gate", first.ticket)
        picture = view.picture(10.0)
        assert picture is not None
        assert picture.startswith(b"\xff\xd8\xff")
        with pytest.raises(InvalidInput, match="over"):
            views.claim(PAT, "gate", first.ticket)
        until(lambda: view.is_over, 60)
        assert view.picture(0.1) is None
        # The browser went without a word: the place is free, and the camera is let go.
        second = views.ask(PAT, database, there, "gate", "a blocked crossing")
        until(lambda: first.has_ended, 60)
        # Nobody comes for it at all.
        views._end_in_time(second)
        assert second.has_ended
        views.close()
