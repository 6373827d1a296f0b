"""One camera's stage: its source's items, frame by frame, through recognition to the recorder's queue."""

from __future__ import annotations

import dataclasses
import logging
import threading
from datetime import UTC, datetime, timedelta

from ingest.files import text_of
from ingest.receipts import ItemReceipt
from ingest.source import FrameSource, open_source
from pipeline.cameras.tidying import Tidying
from pipeline.cameras.whereabouts import Place, Whereabouts
from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.recording.queue import ArrivalQueue
from pipeline.stages.retry import Stopped, until_available
from recognition.pass_pictures import pass_pictures
from recognition.recognizer import RecognitionSession, Recognizer
from recognition.results import VehiclePass
from schemas.arrivals import Arrival, HandedOver
from schemas.clocks import SourceClock
from schemas.errors import InvalidInput, TransientError, UnreadableMedia
from schemas.events import AlarmKind
from schemas.items import ItemBook
from schemas.settings import FileCamera, Settings
from schemas.types import SourceItem

log = logging.getLogger(__name__)


class CameraStage:
    """Reads one camera's files in order and hands every vehicle pass over.

    Args:
        camera: The camera's configuration.
        settings: The configuration: whose reads these are, and which pictures are kept.
        recognizer: Shared by all cameras.
        ledger: Where finished items are remembered.
        arrivals: To the recorder.
        counters: The run's counts.
        until_done: End once everything that is there was read.
        board: Told how the camera is.
        place: Says where it is; None: where its settings say.
    """

    def __init__(
        self,
        camera: FileCamera,
        settings: Settings,
        recognizer: Recognizer,
        ledger: ItemBook,
        arrivals: ArrivalQueue,
        counters: Counters,
        *,
        until_done: bool,
        board: HealthBoard | None = None,
        place: Place | None = None,
    ) -> None:
        self.name = f"camera-{camera.id}"
        self._camera = camera
        self._settings = settings
        self._recognizer = recognizer
        self._ledger = ledger
        self._arrivals = arrivals
        self._counters = counters
        self._until_done = until_done
        self._board = board or HealthBoard("")
        self._tidying = Tidying(camera, self._ledger, self._board)
        self._done: set[tuple[str, str]] = set()
        self._known_done = 0
        self._started = False
        self.missing: UnreadableMedia | None = None
        """Why a run until all is done could read nothing at all of this camera."""
        self._place = place or Whereabouts(None).of(camera)

    def run(self, stop: threading.Event) -> None:
        """Process items until stopped, or once through them with `until_done`.

        Raises:
            UnreadableMedia: The only source is a file, which does not exist when the run starts.
            Stopped: The run was stopped in the middle of an item, which the next run starts again.
        """
        source = open_source(self._camera)
        self._tidying.begin()
        idle = False
        while not stop.is_set():
            worked = self._look(source, stop)
            if self._until_done:
                return
            if worked is False and not idle:
                log.info("camera %s: everything there is was read; watching for more", self._camera.id)
            idle = not worked
            if not source.should_look_again():
                source.wait(stop)

    def _look(self, source: FrameSource, stop: threading.Event) -> bool | None:
        """Process what is there now; say whether there was anything, None where it cannot be told."""
        worked: bool | None = None
        self._note(looking_since=datetime.now(UTC))
        try:
            worked = self._pass_over(source, stop)
            problem = source.problem
        except UnreadableMedia as error:
            problem = self._missing(error)
        except OSError as error:
            problem = self._missing(
                UnreadableMedia(f"cannot be read ({error.strerror})", source=text_of(self._camera.path))
            )
        self._started = True
        self._note(looking_since=None, problem=problem)
        if problem is None:
            if self._board.cleared(AlarmKind.CAMERA_FAILED, self._camera.id):
                log.info("camera %s: can be read again", self._camera.id)
        elif self._board.raised(AlarmKind.CAMERA_FAILED, self._camera.id, problem):
            log.warning("camera %s: %s; watching for it to come back", self._camera.id, problem)
        return worked

    def _missing(self, error: UnreadableMedia) -> str:
        """Return in words that the source cannot be read, or raise it where there is nothing to wait for."""
        if not self._started and self._until_done:
            self.missing = UnreadableMedia(f"{error.message} of camera '{self._camera.id}'", source=error.source)
        elif not self._started and len(self._settings.cameras) == 1 and self._camera.type == "video_file":
            # A wrong path in the configuration; a folder may be a share that is mounted later.
            raise error
        return str(error)

    def _pass_over(self, source: FrameSource, stop: threading.Event) -> bool:
        """Process what the source has now and was not processed before; say whether there was anything."""
        done = processed = gone = 0
        was_listed = False
        for item in source.items():
            was_listed = was_listed or self._listed(source)
            if stop.is_set():
                break
            if self._is_done(item, stop):
                done += 1
                gone += self._tidying.offer(source, item, stop)
                continue
            self._process(source, item, stop)
            processed += 1
            self._waits(source.listed - self._known_done - processed)
            if source.should_look_again():
                self._known_done += processed - gone
                break
        else:
            was_listed = was_listed or self._listed(source)
            self._known_done = done + processed - gone
            self._waits(0)
        return processed > 0

    def _listed(self, source: FrameSource) -> bool:
        """Note that the source was listed; how many items wait is known once all were asked for."""
        self._note(looking_since=None, looked_at=datetime.now(UTC))
        self._waits(source.listed - self._known_done)
        if source.newest_at is not None:
            self._note(last_picture_at=source.newest_at)
        return True

    def _waits(self, count: int) -> None:
        self._note(waiting=max(count, 0))

    def _note(self, **changes: object) -> None:
        self._board.camera(self._camera.id, **changes)

    def _is_done(self, item: SourceItem, stop: threading.Event) -> bool:
        # The ledger learns of an item only when the recorder gets to it, and a folder's finished pictures stay there:
        # neither is asked about again.
        key = (item.name, item.fingerprint)
        if key not in self._done and until_available(
            lambda: self._ledger.is_finished(item), stop, doing=f"camera {self._camera.id}: asking what is done"
        ):
            self._done.add(key)
        return key in self._done

    def _process(self, source: FrameSource, item: SourceItem, stop: threading.Event) -> None:
        rejected: str | None = None
        try:
            if item.is_still:
                self._read_still(source, item, stop)
            else:
                self._read_sequence(source, item, stop)
        except InvalidInput as error:
            if not source.is_as_listed(item):
                # Its share went away, or somebody wrote to it: nothing is wrong with what it was or will be.
                log.info(
                    "camera %s: a file went away or changed while it was read; it is read when it is back",
                    self._camera.id,
                )
                return
            rejected = str(error)
            log.warning("camera %s: %s", self._camera.id, error)
        except (Stopped, TransientError):
            raise
        except Exception as error:
            # Not the item's fault as far as anybody knows: it is not acknowledged, and so comes again.
            self._done.add((item.name, item.fingerprint))
            log.error(
                "camera %s: %s: could not be read for an unexpected reason (%s: %s); the others go on, and it is tried "
                "again at the next start; please report this",
                self._camera.id,
                item.name,
                type(error).__name__,
                error,
            )
            log.debug("camera %s: reading an item failed", self._camera.id, exc_info=True)
            return
        self._done.add((item.name, item.fingerprint))
        self._arrivals.put(HandedOver(ItemReceipt(item, self._ledger), rejected))

    def _read_still(self, source: FrameSource, item: SourceItem, stop: threading.Event) -> None:
        def between() -> None:
            # Nothing of it was handed over yet, and the next run reads the picture.
            if stop.is_set():
                raise Stopped(f"camera {self._camera.id}")

        for frame in source.frames(item):
            self._counters.add("frames")
            for vehicle_pass in self._recognizer.read_still(frame, agency_id=self._settings.agency_id, between=between):
                self._hand_over(item, vehicle_pass)

    def _read_sequence(self, source: FrameSource, item: SourceItem, stop: threading.Event) -> None:
        session = self._recognizer.session(
            camera_id=self._camera.id,
            agency_id=self._settings.agency_id,
            source_item=item.name,
            reports_early=self._settings.recognition.tracking.early_reads,
            moves=self._camera.mount == "vehicle",
        )
        try:
            for frame in source.frames(item):
                # A stopped run drops the open tracks: the next run reads the file again from its start and makes the
                # same reads with the same ids, complete.
                if stop.is_set():
                    raise Stopped(f"camera {self._camera.id}")
                self._counters.add("frames")
                for vehicle_pass in session.process(frame):
                    self._hand_over(item, vehicle_pass)
        except UnreadableMedia:
            self._finish(session, item)
            raise
        self._finish(session, item)

    def _hand_over(self, item: SourceItem, vehicle_pass: VehiclePass) -> None:
        read, pictures = vehicle_pass.read, pass_pictures(vehicle_pass, self._settings.images)
        read = dataclasses.replace(read, location=self._place(read.captured_at))
        receipt, clock = ItemReceipt(item, self._ledger), self._clock(item)
        self._arrivals.put(Arrival(read, pictures, receipt, clock, better_pictures_follow=not read.is_final))

    def _clock(self, item: SourceItem) -> SourceClock:
        ahead, behind = self._camera.clock_ahead_minutes, self._camera.clock_behind_days
        return SourceClock(
            ahead=None if ahead is None else timedelta(minutes=ahead),
            behind=None if behind is None else timedelta(days=behind),
            is_told=self._camera.type == "video_file" and self._camera.started_at is not None,
            item_began=None if item.is_still else item.captured_at,
        )

    def _finish(self, session: RecognitionSession, item: SourceItem) -> None:
        for vehicle_pass in session.finish():
            self._hand_over(item, vehicle_pass)
        stats = session.stats
        log.info(
            "camera %s: %s: %d frames, %d detections, %d reads; dropped: %d too narrow, %d in too few frames, "
            "%d no plates, %d too unsure, %d behind others",
            self._camera.id,
            item.name,
            stats.frames,
            stats.detections,
            stats.reads,
            stats.too_narrow,
            stats.too_few_frames,
            stats.not_a_plate,
            stats.too_unsure,
            stats.behind_others,
        )
