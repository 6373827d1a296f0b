"""One sequence of frames from one camera: detections followed, read, fused, and handed on once per vehicle."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from recognition.apart import LookClosely
from recognition.detection.overlap import one_place
from recognition.pictures.crops import as_color
from recognition.reading.calibration import ReaderCalibration
from recognition.reading.faint import may_count
from recognition.reading.fusion import MIN_CHARACTERS, FusedRead
from recognition.reading.ocr import PlateOcr
from recognition.reads import Origin, Seen, plate_read
from recognition.results import RecognitionStats, VehiclePass
from recognition.states.plate_states import NameState
from recognition.tracking.again import HandedOn
from recognition.tracking.attention import Attention, Followed, Look
from recognition.tracking.early import EARLY_REVISION, claim_early, is_sure_early
from recognition.tracking.faint import FaintTracks
from recognition.tracking.moving import CLEAR, LOST_AFTER, MovingAttention, is_cut, may_be_part
from recognition.tracking.observation import observe
from recognition.tracking.pace import Pace
from recognition.tracking.same_vehicle import AGAIN_WINDOW, REPORT_AFTER, same_vehicle
from recognition.tracking.track import Track
from recognition.tracking.tracker import PlateTracker
from schemas.settings import TrackingSettings
from schemas.types import Box, Frame, Image, PlateDetection, PlateRead

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
        self._origin = origin
        self._name_state = name_state
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
        self._ended: list[Track] = []
        self._counts: Counter[str] = Counter()
        self._pace = Pace(settings)
        self._reports_early = reports_early
        self._look_closely = look_closely
        self._moves = moves
        self._handed_on = HandedOn() if moves else None
        self._looked_at: datetime | None = None

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
        return [*self._report_long(now), *self._report_ended(now), *self._report_early()]

    def finish(self) -> list[VehiclePass]:
        """Hand on what is left when the sequence is over."""
        for number in list(self._active):
            self._end(number)
        self._faint.finish(self._pace.least_sightings)
        return self._report_ended(None)

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
        weak = {track.number for track in [*self._active.values(), *self._ended] if track.frame_count < least}
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
        """Move a track out of view, into the earlier piece of the same pass if there is one."""
        track = self._active.pop(number)
        self._tracker.end(number)
        for earlier in self._ended:
            if self._same(earlier, track):
                earlier.absorb(track)
                self._counts["merged"] += 1
                return
        self._ended.append(track)

    def _report_early(self) -> Iterable[VehiclePass]:
        """Hand on what is in view and read surely, once; the finished pass comes under the same id."""
        if not self._reports_early or self._pace.is_time_lapse:
            return
        for track in self._active.values():
            others = [other for other in self._active.values() if other is not track]
            if track.frame_count < self._pace.least_sightings or not is_sure_early(track, self._settings):
                continue
            if self._was_handed_on(track, track.believed()):
                track.reported = True
                self._counts["merged"] += 1
            elif not (self._moves and may_be_part(track.believed())) and claim_early(
                track, self._ended, others, self._pace.merge_window, moves=self._moves
            ):
                self._counts["early"] += 1
                vehicle = self._pass(track, track.believed())
                read = dataclasses.replace(vehicle.read, revision=EARLY_REVISION, is_final=False)
                yield dataclasses.replace(vehicle, read=read)

    def _report_long(self, now: datetime) -> Iterable[VehiclePass]:
        # Between frames that are far apart no track stays active.
        for track in [*self._active.values(), *(self._ended if self._pace.is_time_lapse else ())]:
            if not track.reported and now - track.first_seen > REPORT_AFTER:
                yield from self._report(track)
                track.reported = True

    def _report_ended(self, now: datetime | None) -> list[VehiclePass]:
        """Hand on the passes that nothing can be added to; all of them when there is no `now`."""
        wait = self._max_gap + self._pace.merge_window
        due = [track for track in self._ended if now is None or now - track.last_seen > wait]
        passes: list[VehiclePass] = []
        for track in due:
            self._ended.remove(track)
            later = next((active for active in self._active.values() if self._same(track, active)), None)
            if later is not None:
                # It is in view again: the rest of the pass is still to come.
                later.absorb(track)
                self._counts["merged"] += 1
            else:
                passes.extend(self._report(track) if not track.reported else ())
                passes.extend(self._finish_orphans(track))
            track.part()
            if track.reported and self._handed_on is not None:
                self._handed_on.note(track, track.believed().plate)
            if track.reported:
                self._faint.forget(track, self._pace.merge_window)
        passes.extend(self._report_faint(now, wait))
        return sorted(passes, key=lambda vehicle: (vehicle.read.first_seen, vehicle.read.track_number))

    def _same(self, earlier: Track, later: Track) -> bool:
        # Reading takes a hundred times as long as comparing times.
        window = self._pace.merge_window
        if later.first_seen - earlier.last_seen > (max(window, AGAIN_WINDOW) if self._moves else window):
            return False
        texts = earlier.read(self._ocr), later.read(self._ocr)
        return same_vehicle(earlier, texts[0], later, texts[1], window, moves=self._moves)

    def _report_faint(self, now: datetime | None, wait: timedelta) -> Iterable[VehiclePass]:
        """Hand on the passes of plates that were only faintly detected and read as plates."""
        least = self._pace.least_sightings
        known = [track for track in [*self._active.values(), *self._ended] if track.frame_count >= least]
        for track, fused in self._faint.passes(now, wait, self._pace.merge_window, known):
            if fused.confidence < self._settings.min_confidence or (self._moves and may_be_part(fused)):
                continue
            if not self._was_handed_on(track, fused):
                self._counts["reads"] += 1
                yield self._pass(track, fused)

    def _report(self, track: Track) -> list[VehiclePass]:
        if track.identity is not None:
            # What was reported early is finished, whatever it is now.
            return [self._reported(track, self._read_last(track))]
        least = self._pace.least_sightings
        first = self._faint.beside(track.number)
        if track.frame_count < least:
            if first is None or track.frame_count + first.frame_count < least:
                self._counts["too_few_frames"] += 1
                return []
            track.absorb(first)
            if track.read_faint(self._ocr) is None:
                self._counts["too_few_frames"] += 1
                return []
        fused = self._read_last(track)
        if len(fused.plate) < MIN_CHARACTERS:
            self._counts["not_a_plate"] += 1
            return []
        is_half_seen = self._moves and may_be_part(fused) and track.detected < CLEAR
        if fused.confidence < self._settings.min_confidence or is_half_seen:
            self._counts["too_unsure"] += 1
            return []
        if self._is_behind(track, fused):
            self._counts["behind_others"] += 1
            return []
        if self._was_handed_on(track, fused):
            track.reported = True
            self._counts["merged"] += 1
            return []
        return [self._reported(track, fused)]

    def _was_handed_on(self, track: Track, fused: FusedRead) -> bool:
        """Tell whether a track goes on with a pass that was handed on before, from a camera that moves."""
        return self._handed_on is not None and self._handed_on.holds(track, fused.plate)

    def _reported(self, track: Track, fused: FusedRead) -> VehiclePass:
        self._counts["reads"] += 1
        track.reported = True
        return self._pass(track, fused)

    def _finish_orphans(self, track: Track) -> list[VehiclePass]:
        """Finish what was reported early and has turned out to be a part of this pass: nothing stays unfinished."""
        orphans, own = track.orphans, track.identity
        passes = []
        for track.identity in orphans:
            passes.append(self._pass(track, self._read_last(track)))
        track.identity, track.orphans = own, []
        return passes

    def _is_behind(self, track: Track, fused: FusedRead) -> bool:
        """Tell whether a plate is mounted over this one: that one is whole, so it reads more surely."""
        rivals = [other for other in track.over_or_under if other.frame_count >= self._pace.least_sightings]
        return track.behind or any(
            other.reported or self._read_last(other).confidence > fused.confidence for other in rivals
        )

    def _read_last(self, track: Track) -> FusedRead:
        return track.read_last(self._ocr, self._look_closely)

    def _pass(self, track: Track, fused: FusedRead) -> VehiclePass:
        best = track.best
        return VehiclePass(self._plate_read(track, fused), best.picture, track.context_picture, best.confidence)

    def _plate_read(self, track: Track, fused: FusedRead) -> PlateRead:
        best = track.best
        seen = Seen(
            number=track.number,
            first_seen=track.first_seen,
            last_seen=track.last_seen,
            captured_at=best.captured_at,
            box=best.box,
            detection_confidence=best.confidence,
            frame_count=track.frame_count,
            identity=track.own_identity,
        )
        state = self._name_state(best.picture, best.inner, fused) if self._name_state else None
        return plate_read(self._origin, seen, fused, state)


def _in_color(frame: Frame) -> Frame:
    if frame.makes_its_image:
        return frame  # most are never looked at
    image = as_color(frame.image)
    return frame if image is frame.image else dataclasses.replace(frame, image=image)
