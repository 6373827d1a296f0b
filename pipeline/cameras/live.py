"""A live camera's stage: the newest picture through recognition to the recorder's queue, for as long as it runs."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.streams.connection import Connect
from ingest.streams.frame import LiveFrame
from ingest.streams.reader import LiveReader
from ingest.streams.telling import ReaderState
from pipeline.cameras.bursts import Burst
from pipeline.cameras.showing import Showing
from pipeline.cameras.whereabouts import Place, Whereabouts
from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.health.view import ViewWatch
from pipeline.recording.queue import ArrivalTaker
from pipeline.stages.retry import Stopped
from recognition.pass_pictures import pass_pictures
from recognition.recognizer import RecognitionSession, Recognizer
from recognition.results import VehiclePass
from schemas.arrivals import Arrival
from schemas.clocks import SourceClock
from schemas.errors import InvalidInput, UnreadableMedia
from schemas.events import AlarmKind
from schemas.settings import PushCamera, Settings, StreamCamera
from schemas.types import DatedBy

log = logging.getLogger(__name__)

POLL_SECONDS = 0.2
NOTE_SECONDS = 2.0
JOIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class NothingToConfirm:
    """The receipt of a live camera's reads: what it sent cannot be asked for again, so nothing waits for an answer."""

    camera_id: str

    def acknowledge(self, rejection: str | None) -> None:
        """Do nothing; see `Receipt`."""


class LiveCameraStage:
    """Reads plates in what one live camera shows now.

    Args:
        camera: The camera's configuration.
        connect: Makes a connection to it.
        settings: The configuration: whose reads these are, and which pictures are kept.
        recognizer: Shared by all cameras.
        arrivals: To the recorder.
        counters: The run's counts.
        until_done: End with the camera's stream.
        board: Told how the camera is.
        place: Says where it is; None: where its settings say.
    """

    def __init__(
        self,
        camera: StreamCamera,
        connect: Connect,
        settings: Settings,
        recognizer: Recognizer,
        arrivals: ArrivalTaker,
        counters: Counters,
        *,
        until_done: bool = False,
        board: HealthBoard | None = None,
        place: Place | None = None,
    ) -> None:
        self.name = f"camera-{camera.id}"
        self.missing: UnreadableMedia | None = None
        """Why a run until all is done could read nothing at all of this camera."""
        self._camera = camera
        self._settings = settings
        self._recognizer = recognizer
        self._arrivals = arrivals
        self._counters = counters
        self._until_done = until_done
        self._board = board or HealthBoard("")
        self._reader = LiveReader(camera, connect, once=until_done)
        self._receipt = NothingToConfirm(camera.id)
        self._showing = Showing(camera, settings, self._board)
        self._view = ViewWatch(camera.id, camera.view_minutes, settings.data_dir, self._board)
        self._session: RecognitionSession | None = None
        self._sequence = ""
        self._newest: LiveFrame | None = None
        self._damaged = 0
        self._converted = 0
        self._noted_at = 0.0
        self._started_at = time.monotonic()
        self._seen_at: float | None = None
        self._place = place or Whereabouts(None).of(camera)
        self._burst = Burst(recognizer, settings.agency_id) if isinstance(camera, PushCamera) else None

    def run(self, stop: threading.Event) -> None:
        """Read until stopped, or with `until_done` until the stream has ended. What is in view then is handed on."""
        self._started_at = time.monotonic()
        self._reader.start()
        try:
            while not stop.is_set():
                frame = self._reader.frames.take(POLL_SECONDS)
                if frame is not None:
                    self._take(frame)
                elif self._reader.is_over:
                    break
                self._look_after()
            self._see_how_it_ended(stop)
        finally:
            self._reader.stop()
            # With the queue full and the recorder gone there is nobody to hand to.
            with contextlib.suppress(Stopped):
                self._finish()
            self._note()
            self._view.save()
            self._reader.join(JOIN_SECONDS)

    def _take(self, frame: LiveFrame) -> None:
        """Look at a picture."""
        self._counters.add("frames")
        self._seen_at = time.monotonic()
        if self._session is None or frame.source_item != self._sequence:
            # Another connection, another size: nothing is followed from one to the other.
            self._finish()
            self._sequence = frame.source_item
            self._session = self._recognizer.session(
                camera_id=self._camera.id,
                agency_id=self._settings.agency_id,
                source_item=frame.source_item,
                reports_early=self._settings.recognition.tracking.early_reads,
                moves=self._camera.mount == "vehicle",
            )
        self._newest = frame
        self._view.see(frame)
        self._showing.see(frame)
        try:
            passes = self._session.process(frame)
        except InvalidInput as error:
            self._damaged += 1
            log.debug("camera %s: a picture could not be used: %s", self._camera.id, error)
            return
        self._converted += frame.is_converted
        if self._burst is not None:
            self._burst.add(frame, has_passes=bool(passes))
        self._hand_on(passes)

    def _finish(self) -> None:
        """Hand on what was in view when the pictures ended."""
        if self._session is not None:
            session, self._session = self._session, None
            passes = session.finish()
            self._hand_on(passes if self._burst is None else self._burst.end(passes))

    def _hand_on(self, passes: Iterable[VehiclePass]) -> None:
        for vehicle_pass in passes:
            times = self._times(vehicle_pass.read.captured_at)
            # By this machine's clock, which dates what a receiver says.
            read = dataclasses.replace(vehicle_pass.read, **times, location=self._place(times["arrived_at"]))
            pictures = pass_pictures(vehicle_pass, self._settings.images)
            arrival = Arrival(read, pictures, self._receipt, self._clock(), better_pictures_follow=not read.is_final)
            self._arrivals.put(arrival)

    def _times(self, captured_at: datetime) -> dict[str, Any]:
        """Return a read's two times: by the camera's clock and by this machine's, however far they are apart now."""
        state = self._reader.state
        offset = None if state.clock_offset is None else timedelta(seconds=state.clock_offset)
        if state.is_by_camera and offset is not None:
            return {
                "dated_by": DatedBy.SOURCE,
                "source_time": captured_at,
                "arrived_at": captured_at - offset,
            }
        return {
            "dated_by": DatedBy.ARRIVAL,
            "source_time": None if offset is None else captured_at + offset,
            "arrived_at": captured_at,
        }

    def _clock(self) -> SourceClock:
        ahead, behind = self._camera.clock_ahead_minutes, self._camera.clock_behind_days
        return SourceClock(
            ahead=None if ahead is None else timedelta(minutes=ahead),
            behind=None if behind is None else timedelta(days=behind),
            off=timedelta(seconds=self._camera.clock_off_seconds),
        )

    def _look_after(self) -> None:
        """Say how the camera is; end what is in view once nothing comes any more."""
        state = self._reader.state
        since = time.monotonic() - (self._started_at if self._seen_at is None else self._seen_at)
        if state.problem is not None or (self._burst is not None and since >= self._burst.patience):
            self._finish()
        if state.problem is not None and (self._seen_at is None or since >= self._camera.stall_seconds):
            message = f"{state.problem}; it is tried again and again"
            if self._board.raised(AlarmKind.CAMERA_FAILED, self._camera.id, message):
                log.warning("camera %s: %s", self._camera.id, message)
        elif (
            state.problem is None
            and self._seen_at is not None
            and self._board.cleared(AlarmKind.CAMERA_FAILED, self._camera.id)
        ):
            log.info("camera %s: pictures come again", self._camera.id)
        if time.monotonic() - self._noted_at >= NOTE_SECONDS:
            self._noted_at = time.monotonic()
            self._note(state)

    def _note(self, state: ReaderState | None = None) -> None:
        state = state or self._reader.state
        self._board.camera(
            self._camera.id,
            looked_at=datetime.now(UTC),
            last_picture_at=state.last_at,
            last_frame_at=state.last_at,
            fps=state.fps,
            frames=state.frames,
            converted_frames=self._converted,
            dropped_frames=state.replaced,
            damaged_frames=state.damaged + self._damaged,
            reconnects=max(state.connections - 1, 0),
            clock_offset_seconds=state.clock_offset,
            decode_share=state.busy,
            problem=state.problem,
        )

    def _see_how_it_ended(self, stop: threading.Event) -> None:
        state = self._reader.state
        if not stop.is_set() and not state.frames:
            self.missing = UnreadableMedia(f"camera '{self._camera.id}': {state.problem}")
        log.info(
            "camera %s: %d frames, %d of them replaced by newer ones, %d damaged, %d connections",
            self._camera.id,
            state.frames,
            state.replaced,
            state.damaged + self._damaged,
            state.connections,
        )
