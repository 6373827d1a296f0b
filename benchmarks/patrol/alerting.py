"""From a camera's picture to the alert on the officer's page: a whole car that reads a live RTSP camera."""

from __future__ import annotations

import contextlib
import multiprocessing
import re
import socket
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import httpx

from benchmarks.ingest.streams import serve_clip
from console.car.stage import DisplayStage
from console.car.visitors import COOKIE
from operations.patrol.desk import open_desk
from operations.patrol.shift import SignedOn
from pipeline.patrol.around import around
from pipeline.patrol.car import open_car
from pipeline.services.patrol import PatrolService
from recognition.results import VehiclePass
from recognition.session import RecognitionSession
from rendering.street.filming import film_to
from rendering.street.scenes import street_scene
from schemas.events import Alert, AlertType
from schemas.settings import AlertSettings, PatrolSettings, RepeatSettings, RtspCamera, Settings
from schemas.types import Frame, PlateRead
from services.rtsp.encode import as_camera_sends
from services.service_manager import ServiceManager
from tests.integration.car.plain_lists import PlainLists, entry

SCENE_SECONDS = 16.0
_CARD = re.compile(r'class="vehicle" data-id="([0-9a-f-]{36})"')


class _Watch:
    """Notes when pictures arrived, when alerts about them were committed, and when a screen had them."""

    def __init__(self) -> None:
        self._frames: dict[datetime, float] = {}
        self._caught: dict[str, tuple[float, bool]] = {}
        self.committed: list[float] = []
        self.shown: dict[bool, list[float]] = {True: [], False: []}
        self._at_screen: dict[str, float] = {}

    def recorded(self, read: PlateRead, alerts: Sequence[Alert]) -> None:
        """Take a read and its alerts, after their commit."""
        now = time.time()
        for alert in alerts:
            frame = self._frames.get(read.last_seen)
            if alert.type is AlertType.ALERT and frame is not None:
                self._caught[str(alert.alert_id)] = (frame, not read.is_final)
                if not read.is_final:
                    self.committed.append(now - frame)

    def on_screen(self, alert_id: str) -> None:
        """Note that a card came."""
        self._at_screen.setdefault(alert_id, time.time())

    def settle(self) -> None:
        """Put pictures and cards together."""
        for alert_id, (frame, is_early) in self._caught.items():
            if alert_id in self._at_screen:
                self.shown[is_early].append(self._at_screen[alert_id] - frame)

    @contextlib.contextmanager
    def noting(self) -> Iterator[None]:
        """Note of every picture when it arrived."""
        process = RecognitionSession.process

        def noted(session: RecognitionSession, frame: Frame) -> list[VehiclePass]:
            self._frames[frame.captured_at] = frame.captured_at.timestamp()
            return process(session, frame)

        RecognitionSession.process = noted  # type: ignore[method-assign]
        try:
            yield
        finally:
            RecognitionSession.process = process  # type: ignore[method-assign]


def alerting(folder: Path, seconds: float) -> list[str]:
    """Drive past a row of listed cars again and again; return lines for people.

    The baseline is the same car without early reads: its alerts come with the finished pass.

    Args:
        folder: For the clip and the car.
        seconds: How long each way is watched.
    """
    scene, clip = folder / "scene.mp4", folder / "clip.mp4"
    street = street_scene("curb", 3, seconds=SCENE_SECONDS)
    film_to(scene, street)
    as_camera_sends(scene, clip, rate=street.fps)
    plates = sorted({one.look.serial for one in street.vehicles})
    context = multiprocessing.get_context("spawn")
    ready: Any = context.Queue()
    server = context.Process(target=serve_clip, args=(str(clip), ready), daemon=True)
    server.start()
    lines = []
    try:
        url = ready.get(timeout=60)
        ways: tuple[tuple[str, Literal["auto", "off"], bool], ...] = (
            ("early, with the second reader", "auto", True),
            ("early, without it", "off", True),
            ("finished passes alone", "off", False),
        )
        for name, reader, is_early in ways:
            watch = _Watch()
            _drive(folder / name.replace(" ", "-"), url, plates, watch, reader, is_early, seconds)
            watch.settle()
            lines.append(f"{name}: {_row('to the page', watch.shown[is_early])}; {_row('to commit', watch.committed)}")
    finally:
        server.terminate()
        server.join()
    return lines


def _row(name: str, seconds: Sequence[float]) -> str:
    if not seconds:
        return f"{name} none"
    ordered = sorted(seconds)
    p95 = ordered[min(int(0.95 * len(ordered)), len(ordered) - 1)]
    middle = statistics.median(ordered)
    return f"{name} {len(ordered)} alerts, p50 {middle:.2f} s, p95 {p95:.2f} s, most {ordered[-1]:.2f} s"


def _drive(
    folder: Path,
    url: str,
    plates: Sequence[str],
    watch: _Watch,
    reader: Literal["auto", "off"],
    is_early: bool,
    seconds: float,
) -> None:
    folder.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        display = f"127.0.0.1:{probe.getsockname()[1]}"
    settings = Settings(
        data_dir=folder,
        agency_id="bench",
        alerts=AlertSettings(second_reader=reader),
        # Each time that the clip is played its vehicles are others.
        repeats=RepeatSettings(window_minutes=0),
        patrol=PatrolSettings(car="unit-12", display=display),
        cameras=(RtspCamera.model_validate({"id": "front", "url": url, "clock": "arrival", "mount": "vehicle"}),),
    )
    tracking = settings.recognition.tracking.model_copy(update={"early_reads": is_early})
    recognition = settings.recognition.model_copy(update={"tracking": tracking})
    settings = settings.model_copy(update={"recognition": recognition})
    stop = threading.Event()
    with open_car(settings, PlainLists([entry(plate) for plate in plates])) as car, watch.noting():
        desk = open_desk(settings, car.alerts, car.uploads, around(car), lambda _: None)
        now = datetime.now(UTC)
        officer = SignedOn(uuid4(), "kim", "7", now, now + timedelta(hours=12), "kept")
        cookie = desk.shift.begin(officer)
        stage = DisplayStage(settings, desk)
        screen = threading.Thread(target=_follow, args=(stage, display, cookie, watch, stop), daemon=True)
        screen.start()
        timer = threading.Timer(seconds, stop.set)
        timer.start()
        PatrolService(car, ServiceManager(None), serving=[stage], observer=watch.recorded).run(stop)
        timer.cancel()
        screen.join(30)


def _follow(stage: DisplayStage, display: str, cookie: str, watch: _Watch, stop: threading.Event) -> None:
    """Be an officer's browser that follows the page's events."""
    stage.is_up.wait(60)
    while not stop.is_set():
        with (
            contextlib.suppress(httpx.HTTPError),
            httpx.Client(
                base_url=f"http://{display}", cookies={COOKIE: cookie}, timeout=30.0, trust_env=False
            ) as browser,
            browser.stream("GET", "/events") as answer,
        ):
            for line in answer.iter_lines():
                for alert_id in _CARD.findall(line):
                    watch.on_screen(alert_id)
        stop.wait(0.2)
