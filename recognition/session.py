"""One sequence of frames from one camera: plates detected, followed, and read as they pass."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from recognition.apart import LookClosely
from recognition.detection.overlap import one_place
from recognition.passes import Passes
from recognition.pictures.crops import as_color
from recognition.reading.calibration import ReaderCalibration
from recognition.reading.faint import may_count
from recognition.reading.ocr import PlateOcr
from recognition.reads import Origin
from recognition.results import RecognitionStats, VehiclePass
from recognition.states.plate_states import NameState
from recognition.tracking.attention import Attention, Followed, Look
from recognition.tracking.faint import FaintTracks
from recognition.tracking.moving import LOST_AFTER, MovingAttention, is_cut
from recognition.tracking.observation import observe
from recognition.tracking.pace import Pace
from recognition.tracking.track import Track
from recognition.tracking.tracker import PlateTracker
from schemas.settings import TrackingSettings
from schemas.types import Box, Frame, Image, PlateDetection

_HARDLY_SEEN = 3
"""Sightings that a plate has to have before a driving car's looks may be further apart."""

Detect = Callable[[Image, Box | None], list[PlateDetection]]
"""Finds the plates in a frame, or in the part of it that a box names; boxes in pixels of the frame."""


class RecognitionSession:
    """Follows the plates of one sequence. One thread at a time.

    A pass is handed on when its plate was out of view long enough that it cannot be the same vehicle again:
    `max_gap_seconds` and then `MERGE_WINDOW`, longer where frames are far apart.

    Args:
        settings: Limits.
        detect: Finds the plates in a frame.
        ocr: Reads plates.
        origin: What every read of the sequence shares.
        name_state: Names the state of a pass; None: it is not asked for.
        calibration: How far the reader's readings can be believed.
        sure_above: Detections of at most this confidence are plates only where their readings say so.
        reports_early: Hand on what is read surely while it is in view, too: a revision of its pass that is not final.
        look_closely: Tells one plate from two in one box; None: it is not asked.
        moves: The camera is on a vehicle, so that everything moves in its picture.
    """

    def __init__(
        self,
        settings: TrackingSettings,
        detect: Detect,
        ocr: PlateOcr,
        origin: Origin,
        *,
        name_state: NameState | None = None,
        calibration: ReaderCalibration | None = None,
        sure_above: float = 0.0,
        reports_early: bool = False,
        look_closely: LookClosely | None = None,
        moves: bool = False,
    ) -> None:
        self._settings = settings
        self._detect = detect
        self._ocr = ocr
        self._calibration = calibration or ReaderCalibration()
        self._sure_above = sure_above
        self._faint = FaintTracks(ocr, self._calibration, settings.sure_confidence)
        self._tracker = PlateTracker()
        self._max_gap = timedelta(seconds=settings.max_gap_seconds)
        looks = settings.relaxed_look_seconds, settings.forced_look_seconds
        self._moving = MovingAttention(*looks) if moves and settings.motion_gate else None
        self._attention = self._moving or (Attention(*looks) if settings.motion_gate else None)
        self._active: dict[int, Track] = {}
        self._in_view: set[int] = set()
        self._counts: Counter[str] = Counter()
        self._pace = Pace(settings)
        self._moves = moves
        self._looked_at: datetime | None = None
        self._passes = Passes(
            *(settings, ocr, origin, self._pace, self._counts, self._active, self._faint),
            name_state=name_state,
            look_closely=look_closely,
            reports_early=reports_early,
            moves=moves,
        )

    @property
    def stats(self) -> RecognitionStats:
        """What became of the frames so far."""
        return RecognitionStats(**self._counts)

    def process(self, frame: Frame) -> list[VehiclePass]:
        """Take the next frame in.

        Args:
            frame: In order of time. Its picture may be gray or have transparency, and change its size.

        Returns:
            The passes that are complete now, and those that are reported early.

        Raises:
            InvalidInput: The frame is no picture; see `as_color`.
        """
        now = frame.captured_at
        self._pace.frame(now, frame.frame_number)
        if self._pace.is_time_lapse:
            # What stands where a plate was so long ago is told to be the same by its text alone.
            self._end_unseen(now)
        if self._is_due:
            frame = _in_color(frame)
            look = self._worth_a_look(frame)
            if look is not None:
                self._look(frame, look)
            self._stay(frame)
        self._counts["frames"] += 1
        self._end_unseen(now)
        return self._passes.due(now)

    def finish(self) -> list[VehiclePass]:
        """Hand on what is left when the sequence is over."""
        for number in list(self._active):
            self._end(number)
        self._faint.finish(self._pace.least_sightings)
        return self._passes.rest()

    def _end_unseen(self, now: datetime) -> None:
        gap = self._max_gap
        if self._moving is not None and self._moving.drives and not self._pace.is_slow:
            gap = min(gap, LOST_AFTER)
        for number in [number for number, track in self._active.items() if now - track.last_seen > gap]:
            self._end(number)
        self._faint.end_unseen(now, self._max_gap, self._pace.least_sightings)

    @property
    def _is_due(self) -> bool:
        """Whether this frame may be looked at; of a camera on a vehicle every one is followed to the next."""
        is_turn = self._counts["frames"] % self._settings.detect_every == 0
        return is_turn or self._pace.is_slow or self._moving is not None

    def _worth_a_look(self, frame: Frame) -> Look | None:
        if self._attention is None:
            return Look()
        followed = [
            Followed(track.last_box, track.settled, number, track.frame_count < _HARDLY_SEEN)
            for number, track in self._active.items()
        ]
        return self._attention.consider(frame, followed, is_rare=self._pace.is_rare)

    def _look(self, frame: Frame, look: Look) -> None:
        """Detect, follow, and read what is worth it."""
        found = self._detect(frame.image, look.region)
        detections = [detection for detection in found if detection.confidence > self._sure_above]
        wide = [detection for detection in detections if detection.box.width >= self._settings.min_plate_width]
        self._counts["looks"] += 1
        self._counts["detections"] += len(detections)
        self._counts["too_narrow"] += len(detections) - len(wide)
        numbers = self._tracker.update(wide, frame.captured_at, self._carried())
        if self._moves:
            wide, numbers = self._without_cut(frame, look, wide, numbers)
            numbers = [self._told_by_text(frame, *one) for one in zip(wide, numbers, strict=True)]
            self._looked_at = frame.captured_at
        for detection, number in zip(wide, numbers, strict=True):
            track = self._active.get(number)
            if track is None:
                self._active[number] = Track(
                    number, frame, detection, self._settings.sure_confidence, self._calibration
                )
            elif not track.reported:
                track.add(frame, detection)
            else:
                track.stay(frame, detection)
        for one, other in itertools.combinations(range(len(wide)), 2):
            if one_place(wide[one].box, wide[other].box):
                self._active[numbers[one]].meet(self._active[numbers[other]])
        elsewhere = {n for n in self._in_view & self._active.keys() if not look.covers(self._active[n].last_box)}
        self._in_view = elsewhere | set(numbers)
        if self._attention is not None:
            self._attention.looked(frame, [detection.box for detection in detections])
            self._read_along(numbers)
        faint = [
            d for d in found if d.confidence <= self._sure_above and not (self._moves and is_cut(d.box, frame.size))
        ]
        self._follow_faint(frame, faint, wide, numbers)

    def _without_cut(
        self, frame: Frame, look: Look, found: list[PlateDetection], numbers: list[int]
    ) -> tuple[list[PlateDetection], list[int]]:
        """Leave out what the picture's edge cuts off, and end the plates that have left the picture there.

        What comes to their place, as the next car of a row does, is another one.
        """
        whole = []
        for detection, number in zip(found, numbers, strict=True):
            if not is_cut(detection.box, frame.size):
                whole.append((detection, number))
            elif number in self._active:
                self._active[number].stay(frame, detection)
            else:
                self._tracker.end(number)
        gone = [n for n, track in self._active.items() if n not in numbers and is_cut(track.last_box, frame.size)]
        for number in gone:
            if look.covers(self._active[number].last_box):
                self._end(number)
        return [detection for detection, _ in whole], [number for _, number in whole]

    def _told_by_text(self, frame: Frame, detection: PlateDetection, number: int) -> int:
        """Return a detection's number: a new one where a plate was missed and what is there now reads as another."""
        track = self._active.get(number)
        if track is None or self._looked_at is None or track.last_seen >= self._looked_at:
            return number
        seen = observe(frame, detection)
        if not track.contradicts(self._ocr.read_plates([(seen.picture, seen.inner)])[0]):
            return number
        self._end(number)
        return self._tracker.begin(detection.box, frame.captured_at)

    def _carried(self) -> dict[int, tuple[float, float]] | None:
        """Return where the followed plates went since the last look; None where the camera stands by itself."""
        if self._moving is not None:
            return self._moving.carried()
        return {} if self._moves else None

    def _follow_faint(
        self, frame: Frame, faint: list[PlateDetection], sure: list[PlateDetection], numbers: list[int]
    ) -> None:
        """Follow what is only faintly detected: no look is taken for it, and nothing is read before it is over."""
        if not may_count(self._calibration.presence):
            return
        wide = [detection for detection in faint if detection.box.width >= self._settings.min_plate_width]
        least = self._pace.least_sightings
        weak = {track.number for track in [*self._active.values(), *self._passes.ended] if track.frame_count < least}
        plates = [track.last_box for track in self._active.values()]
        self._faint.look(frame, wide, list(zip(numbers, sure, strict=True)), plates, weak)

    def _read_along(self, numbers: list[int]) -> None:
        """Read what is in view while that still helps: a track that is sure needs fewer looks."""
        tracks = [self._active[number] for number in numbers]
        wanted = [(track, observation) for track in tracks if (observation := track.to_read()) is not None]
        results = self._ocr.read_plates([(observation.picture, observation.inner) for _, observation in wanted])
        for (track, observation), result in zip(wanted, results, strict=True):
            track.take_reading(observation, result)

    def _stay(self, frame: Frame) -> None:
        """Keep plates in view that were there when their place was last looked at, where nothing has changed since."""
        if self._attention is None:
            return
        for number in self._in_view & self._active.keys():
            track = self._active[number]
            if self._attention.unchanged(track.last_box, frame):
                track.stay(frame)

    def _end(self, number: int) -> None:
        """Move a track out of view."""
        self._tracker.end(number)
        self._passes.end(self._active.pop(number))


def _in_color(frame: Frame) -> Frame:
    if frame.makes_its_image:
        return frame  # most are never looked at
    image = as_color(frame.image)
    return frame if image is frame.image else dataclasses.replace(frame, image=image)
