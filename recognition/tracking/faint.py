"""Vehicles whose plate the detector sees only faintly, followed beside the others, which they change nothing of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from recognition.reading.calibration import ReaderCalibration
from recognition.reading.fusion import FusedRead
from recognition.reading.ocr import PlateOcr
from recognition.tracking.same_vehicle import REPORT_AFTER, same_vehicle
from recognition.tracking.track import Track
from recognition.tracking.tracker import PlateTracker
from schemas.types import Box, Frame, PlateDetection

FIRST_NUMBER = 1_000_001
"""Tracks of faint plates are numbered from here, so that all others keep the numbers, and the ids, that they have
without them."""

_MOST = 8
"""Faint tracks that are followed at a time; what is more is noise."""

# What belongs to a plate's vehicle, in widths of the plate from its middle: lettering on it is no further plate.
_ASIDE = 3.0
_ABOVE = 5.0
_BELOW = 2.0


class FaintTracks:
    """Follows faint detections of one sequence, where no surely detected plate's vehicle is. One thread at a time.

    Args:
        ocr: Reads plates.
        calibration: How far the reader's readings can be believed.
        sure_confidence: See `Track`.
    """

    def __init__(self, ocr: PlateOcr, calibration: ReaderCalibration, sure_confidence: float) -> None:
        self._ocr = ocr
        self._calibration = calibration
        self._sure_confidence = sure_confidence
        self._tracker = PlateTracker()
        self._seen_at: dict[int, datetime] = {}
        self._owners: dict[int, int] = {}
        self._active: dict[int, Track] = {}
        self._beside: dict[int, Track] = {}
        self._ended: list[Track] = []
        self._count = 0

    def look(
        self,
        frame: Frame,
        faint: Sequence[PlateDetection],
        sure: Sequence[tuple[int, PlateDetection]],
        plates: Collection[Box],
        weak: Collection[int],
    ) -> None:
        """Take a look's detections in.

        Args:
            frame: The frame.
            faint: What was detected below the limit.
            sure: What was detected above it, each with its track's number.
            plates: Where the tracks of surely detected plates were last seen, those of this look included.
            weak: Numbers of those that were not seen often enough yet.
        """
        if not (faint or self._active or weak):
            return
        now = frame.captured_at
        numbers = self._tracker.update([*(detection for _, detection in sure), *faint], now)
        self._seen_at.update(dict.fromkeys(numbers, now))
        for (plate, detection), number in zip(sure, numbers, strict=False):
            self._owners[number] = plate
            taken = [n for n, t in self._active.items() if n == number or _on_vehicle(t.last_box, detection.box)]
            for other in taken:
                self._hand_over(plate, self._active.pop(other))
        for detection, number in zip(faint, numbers[len(sure) :], strict=True):
            owner = self._owners.get(number)
            if owner is None:
                self._follow(frame, detection, number, plates)
            elif owner in weak:
                self._hand_over(owner, self._track(frame, detection))
        self._beside = {owner: track for owner, track in self._beside.items() if owner in weak}

    def _follow(self, frame: Frame, detection: PlateDetection, number: int, plates: Collection[Box]) -> None:
        """Take a detection into its track, or begin one where no plate's vehicle is."""
        track = self._active.get(number)
        if track is not None:
            track.add(frame, detection)
        elif len(self._active) < _MOST and not any(_on_vehicle(detection.box, plate) for plate in plates):
            self._active[number] = self._track(frame, detection)

    def _track(self, frame: Frame, detection: PlateDetection) -> Track:
        track = Track(FIRST_NUMBER + self._count, frame, detection, self._sure_confidence, self._calibration)
        self._count += 1
        return track

    def _hand_over(self, owner: int, track: Track) -> None:
        """Keep what was faintly seen of a plate that is surely seen now, in case that happens too few times."""
        if owner in self._beside:
            self._beside[owner].absorb(track)
        else:
            self._beside[owner] = track

    def beside(self, owner: int) -> Track | None:
        """Give up what was faintly seen of a surely detected plate's track."""
        return self._beside.pop(owner, None)

    def end_unseen(self, now: datetime, gap: timedelta, least: int) -> None:
        """End what was out of view for long.

        Args:
            now: The time.
            gap: How long.
            least: Tracks with fewer sightings are noise.
        """
        for number in [number for number, moment in self._seen_at.items() if now - moment > gap]:
            self._end(number, least)

    def finish(self, least: int) -> None:
        """End everything; see `end_unseen`."""
        for number in list(self._seen_at):
            self._end(number, least)

    def _end(self, number: int, least: int) -> None:
        self._tracker.end(number)
        self._seen_at.pop(number)
        self._owners.pop(number, None)
        track = self._active.pop(number, None)
        if track is not None and track.frame_count >= least:
            self._ended.append(track)

    def forget(self, known: Track, window: timedelta) -> None:
        """Forget what shows the vehicle of a track that is handed on.

        Args:
            known: The track.
            window: How long after a sighting a plate's text is taken for the same pass.
        """
        for number in [n for n, track in self._active.items() if self._same(known, track, window)]:
            self._active.pop(number)
            # What is still seen of it is no new vehicle.
            self._owners[number] = known.number
        self._ended = [track for track in self._ended if not self._same(known, track, window)]

    def passes(
        self, now: datetime | None, wait: timedelta, window: timedelta, known: Iterable[Track]
    ) -> list[tuple[Track, FusedRead]]:
        """Return the tracks that are to be handed on, with what they read: those that nothing can be added to, if what
        is read says that they are plates.

        Args:
            now: The time; None: the sequence is over.
            wait: How long after its last sighting a track is complete.
            window: How long after a sighting a plate's text is taken for the same pass.
            known: The tracks of surely detected plates, whose vehicles are left out.
        """
        found = []
        for track in [one for one in self._ended if now is None or now - one.last_seen > wait]:
            self._ended.remove(track)
            later = next((one for one in self._tracks() if self._same(track, one, window)), None)
            if later is not None:
                later.absorb(track)
            elif not track.reported:
                found += self._judged(track, window, known)
        for track in self._tracks():
            if now is not None and not track.reported and now - track.first_seen > REPORT_AFTER:
                found += self._judged(track, window, known)
                track.reported = True
        return found

    def _judged(self, track: Track, window: timedelta, known: Iterable[Track]) -> list[tuple[Track, FusedRead]]:
        fused = track.read_faint(self._ocr)
        if fused is None or any(self._same(other, track, window) for other in known):
            return []
        return [(track, fused)]

    def _tracks(self) -> list[Track]:
        return [*self._ended, *self._active.values()]

    def _same(self, one: Track, other: Track, window: timedelta) -> bool:
        """Tell whether a track and another, faint one show one vehicle; reads no more of them than that takes."""
        first, second = (one, other) if one.first_seen <= other.first_seen else (other, one)
        if second.first_seen - first.last_seen > window:
            return False
        fused = other.read_faint(self._ocr)
        return fused is not None and same_vehicle(one, one.read(self._ocr), other, fused, window)


def _on_vehicle(box: Box, plate: Box) -> bool:
    """Tell whether the middle of a box lies where the vehicle of a plate is."""
    x = (box.x1 + box.x2 - plate.x1 - plate.x2) / 2
    y = (box.y1 + box.y2 - plate.y1 - plate.y2) / 2
    width = max(plate.width, 1.0)
    return abs(x) <= _ASIDE * width and -_ABOVE * width <= y <= _BELOW * width
