"""Who sees what a camera sees now: few at a time, each once, for a short while, and written down before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from operations.cameras import watching
from operations.cameras.figures import Figures, _begins, _label, _offset
from operations.cameras.watching import LiveViews, forbidden_places, why_hidden
from schemas.actor import Actor, SignIn
from schemas.errors import InvalidInput, TransientError
from schemas.settings import ConsoleSettings, MjpegCamera, PolicySettings, RtspCamera, Settings, VideoFileCamera

LEE, KIM = (Actor(name, SignIn.PASSWORD, "desk", "local") for name in ("lee", "kim"))
NORTH = RtspCamera(id="north", url=SecretStr("rtsp://192.0.2.7/a"))
SETTINGS = Settings(console=ConsoleSettings(live_views=2, live_seconds=30))
WHY = "a blocked crossing"


class View:
    """A view without a camera behind it."""

    fails: Exception | None = None

    def __init__(self, camera: Any, actor: Actor, seconds: float) -> None:
        self.camera_id, self.name, self.ticket = camera.id, actor.name, f"ticket {actor.name} {len(DONE)}"
        self.seconds, self.is_over, self.has_begun, self.is_video = seconds, False, False, True
        DONE.append(("made", actor.name, seconds))

    def open(self) -> None:
        DONE.append(("opened", self.name))
        if View.fails is not None:
            raise View.fails

    def begin(self) -> None:
        self.has_begun = True

    def close(self) -> None:
        self.is_over = True
        DONE.append(("closed", self.name))


DONE: list[tuple[Any, ...]] = []


@pytest.fixture(autouse=True)
def _views(monkeypatch: pytest.MonkeyPatch) -> None:
    DONE.clear()
    monkeypatch.setattr(View, "fails", None)
    monkeypatch.setattr(watching, "LiveView", View)
    monkeypatch.setattr(watching, "watchable", lambda *_: NORTH)
    monkeypatch.setattr(watching, "check_reason", lambda _, record, reason: DONE.append(("why", reason)))
    monkeypatch.setattr(watching, "write_audit", lambda _, record: DONE.append(("noted", dict(record.details))))
    monkeypatch.setattr(LiveViews, "_look_again", lambda _, view, seconds: DONE.append(("again", seconds)))


def asked(views: LiveViews, actor: Actor = LEE) -> Any:
    return views.ask(actor, None, SETTINGS, "north", WHY)  # type: ignore[arg-type]


def test_it_is_written_down_before_a_picture_is_asked_for() -> None:
    view = asked(LiveViews(SETTINGS))
    assert DONE == [
        ("why", WHY),
        ("made", "lee", 30),
        ("again", watching.CONNECT_SECONDS + watching.CLAIM_SECONDS),
        ("noted", {"camera": "north", "reason": WHY, "seconds": 30}),
        ("opened", "lee"),
    ]
    assert not view.is_over


def test_only_so_many_look_at_a_time_and_those_that_are_over_make_room() -> None:
    views = LiveViews(SETTINGS)
    first, second = asked(views), asked(views, KIM)
    with pytest.raises(TransientError, match=r"2 people see what cameras see .* try again in 30 seconds"):
        asked(views)
    first.is_over = True
    third = asked(views)
    assert ("closed", "lee") in DONE
    views.end(second)
    asked(views)
    views.close()
    assert third.is_over
    none = LiveViews(Settings(console=ConsoleSettings(live_views=0)))
    with pytest.raises(TransientError, match=r"nobody may see here what cameras see now"):
        asked(none)


def test_a_camera_that_gives_no_picture_takes_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    views = LiveViews(SETTINGS)
    monkeypatch.setattr(View, "fails", InvalidInput("no picture came"))
    for _ in range(3):
        with pytest.raises(InvalidInput, match="no picture came"):
            asked(views)
    monkeypatch.setattr(View, "fails", None)
    assert asked(views)
    assert DONE.count(("closed", "lee")) == 3


def test_a_view_is_its_persons_and_begins_once() -> None:
    views = LiveViews(SETTINGS)
    view = asked(views)
    for actor, camera, ticket in ((KIM, "north", view.ticket), (LEE, "south", view.ticket), (LEE, "north", "x")):
        with pytest.raises(InvalidInput, match="this view is over; ask for another one"):
            views.claim(actor, camera, ticket)
        assert not views.shows_video(actor, camera, ticket)
    assert views.shows_video(LEE, "north", view.ticket)
    assert views.claim(LEE, "north", view.ticket) is view
    with pytest.raises(InvalidInput, match="this view is over"):
        views.claim(LEE, "north", view.ticket)
    over = asked(views)
    over.is_over = True
    with pytest.raises(InvalidInput, match="this view is over"):
        views.claim(LEE, "north", over.ticket)
    view.is_video = False
    assert not views.shows_video(LEE, "north", view.ticket)


def test_a_view_that_nobody_came_for_or_left_is_ended() -> None:
    views = LiveViews(SETTINGS)
    view = asked(views)
    view.has_begun = True
    DONE.clear()
    views._end_in_time(view)
    assert DONE == [("again", 30)]
    view.is_over = True
    views._end_in_time(view)
    unclaimed = asked(views)
    views._end_in_time(unclaimed)
    assert (view.is_over, unclaimed.is_over, views._views) == (True, True, {})


def law(name: str) -> Settings:
    return Settings(policy=PolicySettings(profile=name))


@pytest.mark.parametrize(
    ("camera", "why"),
    [
        (NORTH, None),
        (MjpegCamera(id="a", url=SecretStr("http://192.0.2.7/a")), None),
        (NORTH.model_copy(update={"live_view": False}), "its settings forbid it (live_view = false)"),
        (VideoFileCamera(id="a", path="a.mp4"), "only cameras that are connected to by RTSP or HTTP can be"),  # type: ignore[arg-type]
    ],
)
def test_which_cameras_are_shown(camera: Any, why: str | None) -> None:
    found = why_hidden(law("virginia"), camera)
    assert found is None if why is None else str(found).startswith(why)
    assert forbidden_places(law("virginia")) == ()


def test_hours_and_days_are_those_of_the_agencys_clock() -> None:
    zone = ZoneInfo("America/New_York")
    here = datetime(2026, 11, 2, 1, tzinfo=UTC).astimezone(zone)
    hours = _begins(
        datetime(2026, 11, 1, 4, tzinfo=UTC), datetime(2026, 11, 1, 8, tzinfo=UTC), zone_of=here, step="hour"
    )
    # 01:00 comes twice on this night, and once here.
    assert hours == [datetime(2026, 11, 1, hour) for hour in (0, 1, 2, 3)]
    days = _begins(
        datetime(2026, 10, 31, 4, tzinfo=UTC), datetime(2026, 11, 2, 4, tzinfo=UTC), zone_of=here, step="day"
    )
    assert days == [datetime(2026, 10, 31), datetime(2026, 11, 1)]
    assert (_label(hours[1], "hour"), _label(hours[1], "day")) == ("Sun 01:00", "Sun Nov 01")


@pytest.mark.parametrize(
    ("hours", "text"), [(0.0, "-00:00"), (5.75, "-05:45"), (-5.0, "+05:00"), (-3.5, "+03:30"), (13.0, "-13:00")]
)
def test_the_machines_zone_is_told_as_the_database_reads_it(hours: float, text: str) -> None:
    assert _offset(datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=hours)))) == f"<agency>{text}"


@pytest.mark.parametrize(("reads", "rate"), [(99, None), (100, 0.0), (20_000, 0.0)])
def test_of_few_reads_no_rate_is_said(reads: int, rate: float | None) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    figures = Figures(now, now, "day", (), (), (), {"north": reads, "south": 7})
    assert (figures.false_rate("north"), figures.read_count, figures.alert_count) == (rate, reads + 7, 0)
