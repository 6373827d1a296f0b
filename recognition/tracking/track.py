"""What is kept of one plate while it is in view: its best observations, in bounded memory."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import datetime

from rapidfuzz.distance import Levenshtein

from recognition.apart import LookClosely
from recognition.reading.calibration import ReaderCalibration
from recognition.reading.faint import is_promising, stands
from recognition.reading.fusion import FusedRead, WeightedReading, believed, fuse
from recognition.reading.ocr import PlateOcr
from recognition.tracking.apart import told_apart
from recognition.tracking.observation import Observation, observe
from schemas.types import Frame, OcrResult, PlateDetection

MAX_OBSERVATIONS = 12
"""Best observations of a track that are kept and read."""

_SURE_READINGS = 3
"""Readings that have to agree before more of them are of no use."""

_SETTLED_OBSERVATIONS = 8
"""Observations after which a plate that cannot be read surely is looked at less often all the same."""

# While a plate is in view, an observation is read when its quality is so many times the best that was read: the first
# ones nearly always, more while the text is unsure, and even then, for a plate that comes nearer may turn out to be
# another.
_FIRST_QUALITY = 0.5
_UNSURE_QUALITY = 1.2
_SURE_QUALITY = 1.6

_DISPUTES = 0.5
"""A reading that says something else counts when it is so many times as good as the least of those that agree: a plate
that is far away is misread by chance, one that is read otherwise when it is nearer is another."""

# A reading tells another plate when it is so sure, has so many characters (half a plate reads as a shorter one), and is
# so many slips from each that was as sure.
_TELLS = 0.5
_LEAST_TOLD = 6
_OTHER = 3

_READ_AT_ONCE = 4
"""Observations that are read together when a pass is over."""


Identity = tuple[int, datetime]
"""What a pass has its id of: the number of its first track within the source item, and when that began."""


class Track:
    """One plate, from its first observation to its last.

    Args:
        number: Its number within the source item.
        frame: The frame of its first observation.
        detection: Where it is there.
        sure_confidence: Confidence at which readings that agree are enough (0-1).
        calibration: How far the reader's readings can be believed.
    """

    def __init__(
        self,
        number: int,
        frame: Frame,
        detection: PlateDetection,
        sure_confidence: float = 1.0,
        calibration: ReaderCalibration | None = None,
    ) -> None:
        self.number = number
        self._calibration = calibration or ReaderCalibration()
        self._sure_confidence = sure_confidence
        self.first_seen = self.last_seen = frame.captured_at
        self.first_box = self.last_box = detection.box
        self.frame_count = 0
        self.observations: list[Observation] = []
        self.context_picture = frame.image
        self.reported = False
        """Its read was handed on while it was still in view."""
        self.rivals: Counter[Track] = Counter()
        """Tracks that were seen in the same place at the same time, and how often."""
        self.identity: Identity | None = None
        """Under which number and start it was reported early; the finished pass keeps it."""
        self.id_is_taken = False
        """A later piece that looked like its own pass was reported early under its number and start."""
        self.orphans: list[Identity] = []
        """Under which others it was, before it turned out to be one vehicle: each is finished, too."""
        self.behind = False
        """A plate that is mounted over it was handed on."""
        self._fused: FusedRead | None = None
        self._most_confidence = 1.0  # less where it may show characters of another plate
        self.add(frame, detection)

    @property
    def best(self) -> Observation:
        """The observation of the best quality; `context_picture` is its frame."""
        return self.observations[0]

    def add(self, frame: Frame, detection: PlateDetection) -> None:
        """Take a further observation in; of too many, the worst is dropped."""
        observation = observe(frame, detection)
        self.frame_count += 1
        self.last_seen = max(self.last_seen, frame.captured_at)
        self.last_box = detection.box
        if self.observations and observation.quality > self.best.quality:
            self.context_picture = frame.image
        self._keep([*self.observations, observation])

    def stay(self, frame: Frame, detection: PlateDetection | None = None) -> None:
        """Note that the plate is still in view, without keeping more of it.

        Args:
            frame: The frame.
            detection: Where it is there; None: where it was.
        """
        self.last_seen = max(self.last_seen, frame.captured_at)
        if detection is not None:
            self.last_box = detection.box

    @property
    def sure(self) -> bool:
        """Enough readings agree surely: more of the same would change nothing."""
        readings = [observation.reading for observation in self.observations if observation.reading is not None]
        if len(readings) < _SURE_READINGS:
            return False
        fused = self._fuse()
        agreeing = sum(reading.text == fused.plate for reading in readings)
        return agreeing >= _SURE_READINGS and fused.confidence >= self._sure_confidence

    @property
    def undisputed(self) -> bool:
        """Enough readings agree, and none that is nearly as good as they are says anything else."""
        plate = self._fuse().plate
        read = [
            (observation.quality, observation.reading.text) for observation in self.observations if observation.reading
        ]
        agreeing = sorted((quality for quality, text in read if text == plate), reverse=True)
        if len(agreeing) < _SURE_READINGS:
            return False
        least = _DISPUTES * agreeing[_SURE_READINGS - 1]
        return all(text == plate or quality < least for quality, text in read)

    @property
    def settled(self) -> bool:
        """Looks at it now and then are enough."""
        return self.reported or self.sure or self.frame_count >= _SETTLED_OBSERVATIONS

    def absorb(self, other: Track) -> None:
        """Take over what another track saw of the same vehicle."""
        if _rank(other.best) < _rank(self.best):
            self.context_picture = other.context_picture
        if other.first_seen < self.first_seen:
            self.first_seen, self.first_box = other.first_seen, other.first_box
        if other.last_seen > self.last_seen:
            self.last_seen, self.last_box = other.last_seen, other.last_box
        self._join_identity(other)
        self.number = min(self.number, other.number)
        self.frame_count += other.frame_count
        self.reported |= other.reported
        self.behind |= other.behind
        self.id_is_taken |= other.id_is_taken
        for rival, times in other.rivals.items():
            del rival.rivals[other]
            if rival is not self:
                self.meet(rival, times)
        self._keep([*self.observations, *other.observations])

    def _join_identity(self, other: Track) -> None:
        """Keep the identity that was handed on, or else reported early, or else that of the earlier track."""
        first, second = sorted((self, other), key=lambda track: track.number)
        is_second = not first.reported and (second.reported or first.identity is None)
        kept, dropped = (second, first) if is_second else (first, second)
        orphans = [*self.orphans, *other.orphans]
        if dropped.identity is not None and not dropped.reported:
            orphans.append(dropped.identity)
        self.identity, self.orphans = kept.identity, orphans

    @property
    def own_identity(self) -> Identity:
        """What its read has its id of: no two passes share one, also where an early report was wrong about them."""
        return self.identity or (-self.number if self.id_is_taken else self.number, self.first_seen)

    def meet(self, other: Track, times: int = 1) -> None:
        """Note that another track was seen in the same place at the same time."""
        self.rivals[other] += times
        other.rivals[self] += times

    @property
    def over_or_under(self) -> list[Track]:
        """The tracks that were in the same place nearly whenever both were in view."""
        return [other for other, times in self.rivals.items() if 2 * times >= min(self.frame_count, other.frame_count)]

    def part(self) -> None:
        """Leave the other tracks of the same place; where this one was handed on, they are behind it."""
        front = self.over_or_under if self.reported else []
        for other in list(self.rivals):
            other.behind |= other in front
            del other.rivals[self]
        self.rivals.clear()

    def to_read(self) -> Observation | None:
        """Return an observation that is worth reading while the plate is in view, if there is one."""
        best = next((observation for observation in self.observations if observation.reading is None), None)
        # What was seen once may be noise, and need not be read before it is seen again.
        if best is None or self.frame_count < 2:
            return None
        read = [observation.quality for observation in self.observations if observation.reading is not None]
        enough = _SURE_QUALITY if self.sure else _UNSURE_QUALITY if len(read) >= _SURE_READINGS else _FIRST_QUALITY
        return best if best.quality >= enough * max(read, default=0.0) else None

    def take_reading(self, observation: Observation, reading: OcrResult) -> None:
        """Keep what stands on an observation that `to_read` returned."""
        observation.reading = reading
        self._fused = None

    def read(self, ocr: PlateOcr) -> FusedRead:
        """Return what the kept observations say together; each is read once, the best first, until the text is sure."""
        while not self.sure:
            unread = [observation for observation in self.observations if observation.reading is None][:_READ_AT_ONCE]
            if not unread:
                break
            results = ocr.read_plates([(observation.picture, observation.inner) for observation in unread])
            for observation, result in zip(unread, results, strict=True):
                self.take_reading(observation, result)
        return self._fuse()

    def read_faint(self, ocr: PlateOcr) -> FusedRead | None:
        """Return what is known of a plate that was only faintly detected; None where it does not read as a plate.

        The best observation is read first: of what is no plate, one reading is enough.
        """
        if all(observation.reading is None for observation in self.observations):
            best = self.best
            self.take_reading(best, ocr.read_plates([(best.picture, best.inner)])[0])
        if not is_promising(self.believed()):
            return None
        fused = self.read_last(ocr)
        return fused if stands(fused) else None

    def read_last(self, ocr: PlateOcr, look_closely: LookClosely | None = None) -> FusedRead:
        """Return what is known of the plate when its pass is over.

        A text that is unsure gets a second look at its best observation, and the confidence takes in the chance that
        what was detected is no plate.

        Args:
            ocr: Reads plates.
            look_closely: Tells one plate from two in one box, where the text is unsure all the same.
        """
        self.read(ocr)
        if not self.sure:
            best = self.best
            self.take_reading(best, ocr.read_plates([(best.picture, best.inner)], second_look=True)[0])
            if look_closely is not None and self.believed().confidence < ocr.sure_enough:
                apart, most = told_apart(self.observations, self.believed(), ocr, look_closely)
                if apart:
                    self._most_confidence = min(self._most_confidence, most)
                    self._keep(apart)
        return self.believed()

    def believed(self) -> FusedRead:
        """Return what was read so far, its confidence lowered by the chance that what was detected is no plate."""
        read = believed(self._fuse(), self._calibration.presence, self.detected)
        return dataclasses.replace(read, confidence=min(read.confidence, self._most_confidence))

    def contradicts(self, reading: OcrResult) -> bool:
        """Say whether a further reading is of another plate than the kept ones, as far as each is sure of itself.

        Args:
            reading: It is not taken in.
        """
        known = [one.reading.text for one in self.observations if one.reading and one.reading.confidence >= _TELLS]
        if not known or reading.confidence < _TELLS or len(reading.text) < _LEAST_TOLD:
            return False
        return all(Levenshtein.distance(text, reading.text) >= _OTHER for text in known)

    @property
    def detected(self) -> float:
        """How sure the detector was of it (0-1), the mean of what is kept."""
        return sum(observation.confidence for observation in self.observations) / len(self.observations)

    def so_far(self) -> FusedRead | None:
        """Return what the readings of now say together; None where there is none. It reads nothing."""
        return self._fuse() if any(observation.reading is not None for observation in self.observations) else None

    @property
    def is_read(self) -> bool:
        """Whether `read` would read nothing more."""
        return self.sure or all(observation.reading is not None for observation in self.observations)

    def _fuse(self) -> FusedRead:
        if self._fused is None:
            readings = [WeightedReading(s.reading, s.quality) for s in self.observations if s.reading is not None]
            self._fused = fuse(readings, self._calibration.track)
        return self._fused

    def _keep(self, observations: list[Observation]) -> None:
        self.observations = sorted(observations, key=_rank)[:MAX_OBSERVATIONS]
        self._fused = None


def _rank(observation: Observation) -> tuple[float, int]:
    return -observation.quality, observation.frame_number
