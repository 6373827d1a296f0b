"""The demo's clip as a live camera: a real RTSP server plays it in real time, and a run reads it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.common import errors
from cli.demo.input import DemoInput
from cli.demo.screen import DemoScreen
from schemas.errors import InvalidInput, TransientError
from schemas.events import Alert, AlertType
from schemas.plates import canonical_plate
from schemas.settings import KafkaSettings, RtspCamera, Settings
from schemas.types import PlateRead

if TYPE_CHECKING:
    from storage.database import Database

CAMERA = "high-street-live"
LEAST_VIEW = timedelta(seconds=1.5)
"""A vehicle that comes later before the end is not counted on to be read."""


@dataclass
class LiveShow:
    """What the live camera saw. `expected` are the plates that were read of the same time of the clip as a file."""

    seconds: float
    expected: frozenset[str]
    alerted: frozenset[str]
    reads: list[PlateRead] = field(default_factory=list)
    frames: int = 0
    dropped: int = 0
    hits: dict[str, int] = field(default_factory=dict)
    alerts: int = 0
    updates: int = 0

    @property
    def seen(self) -> int:
        """How many of the expected vehicles were read."""
        return len(self.expected & {canonical_plate(read.plate) for read in self.reads})

    def recorded(self, read: PlateRead, alerts: Sequence[Alert]) -> None:
        """Show a read as it is recorded (called by the recorder's thread)."""
        if not read.is_final:
            return
        self.reads.append(read)
        self.updates += sum(alert.type is AlertType.UPDATE for alert in alerts)
        what = "no new alert"
        if alerts:
            kind = "updates its alert" if alerts[0].type is AlertType.UPDATE else "new alert"
            what = f"{kind}, {alerts[0].hit.tier.value}"
        elif canonical_plate(read.plate) in self.alerted:
            what = "repeats its alert"
        moment = read.first_seen.astimezone().strftime("%H:%M:%S")
        errors.print(f"live      {moment}  {read.plate:<9}{read.confidence:.2f}  {what}", markup=False, highlight=False)

    def record(self) -> dict[str, Any]:
        """Return it for the summary."""
        return {
            "seconds": round(self.seconds, 1),
            "seen": self.seen,
            "expected": len(self.expected),
            "plates": [read.plate for read in self.reads],
            "frames": self.frames,
            "dropped": self.dropped,
            "hits": self.hits,
            "alerts": self.alerts,
            "updated_alerts": self.updates,
        }

    def check(self) -> None:
        """Make sure that the live camera was read at all; how much of it depends on the machine.

        Raises:
            TransientError: It was not.
        """
        if self.expected and not self.reads:
            raise TransientError(
                f"the live camera gave {self.frames} frames, {self.dropped} of them dropped, and no vehicle was read, "
                f"expected up to {len(self.expected)}; try again when this machine is less busy, or leave it out with "
                "--no-live"
            )


def check_live(played: DemoInput) -> None:
    """Make sure that an input can be played live.

    Raises:
        InvalidInput: It cannot.
    """
    if played.clip is None:
        raise InvalidInput(f"{played.name}: --live plays a video, and this is none; leave --live out")


def play_live(
    settings: Settings,
    database: Database,
    kafka: KafkaSettings | None,
    played: DemoInput,
    screen: DemoScreen,
    seconds: float | None,
    stop: threading.Event,
) -> LiveShow:
    """Play a clip live and read it.

    Args:
        settings: The demo's.
        database: The open database.
        kafka: Where to publish; None: nowhere.
        played: What was played as a file.
        screen: What was seen of that.
        seconds: How much of its beginning; None: all.
        stop: Set it to end early.
    """
    from pipeline.services.run import Service
    from services.rtsp.clip import Clip
    from services.rtsp.server import RtspServer

    clip = Clip.load(_as_sent(played, settings, seconds))
    show = LiveShow(clip.seconds, _expected(played, screen, clip.seconds), _alerted(screen))
    with RtspServer({"high-street": clip}, loop=False) as server:
        url = server.url("high-street")
        errors.print(
            f"the clip plays as a live camera at {url} for {clip.seconds:.0f} s", markup=False, highlight=False
        )
        camera = RtspCamera.model_validate({"id": CAMERA, "url": url, "view_minutes": 0, **_place(played)})
        live_settings = settings.model_copy(update={"cameras": (camera,)})
        service = Service(live_settings, database, None if kafka is None else lambda: kafka, show.recorded)
        began, ended = time.monotonic(), threading.Event()
        totals = service.run(ended, until_done=True, on_tick=lambda: ended.set() if stop.is_set() else None)
    show.seconds = min(time.monotonic() - began, clip.seconds)
    show.frames, show.dropped = service.live_frames(CAMERA)
    show.hits, show.alerts = dict(totals.hits), totals.alerts
    return show


def _as_sent(played: DemoInput, settings: Settings, seconds: float | None) -> Path:
    """Return the clip as a camera sends it; of the demo's own it is made once."""
    from services.rtsp.encode import as_camera_sends

    assert played.clip is not None  # noqa: S101 - `check_live`, and the demo's own clip is one
    is_own = played.clip.parent == settings.data_dir / "demo"
    name = "input" if not is_own else "all" if seconds is None else f"{seconds:.0f}s"
    target = settings.data_dir / "demo" / f"live-{name}.mp4"
    if not is_own or not target.exists():
        half = target.with_suffix(".part")
        as_camera_sends(played.clip, half, seconds=seconds)
        half.replace(target)
    return target


def _place(played: DemoInput) -> dict[str, float]:
    """Return where the clip's camera stands: what is seen twice at one place is one sighting."""
    (camera,) = played.cameras
    place = {name: getattr(camera, name) for name in ("latitude", "longitude", "heading")}
    return {name: value for name, value in place.items() if value is not None}


def _expected(played: DemoInput, screen: DemoScreen, seconds: float) -> frozenset[str]:
    assert played.began is not None  # noqa: S101 - a clip began
    until = played.began + timedelta(seconds=seconds) - LEAST_VIEW
    return frozenset(canonical_plate(read.plate) for read, _ in screen.reads if read.first_seen <= until)


def _alerted(screen: DemoScreen) -> frozenset[str]:
    return frozenset(canonical_plate(read.plate) for read, alerts in screen.reads if alerts)
