"""What is seen of a plate: in one picture, and in the pass of a vehicle."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import numpy as np
import numpy.typing as npt

from schemas.types.media import Box, Location
from schemas.types.vehicles import VehicleDescription


@dataclass(frozen=True, slots=True)
class PlateDetection:
    """Where a plate is in a frame, and how sure the detector is (0-1)."""

    box: Box
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class OcrResult:
    """What the recognizer sees in one plate crop.

    `char_probs` is float32 (slots, alphabet): one distribution per character slot; `alphabet` names its columns and
    contains `pad_char`, which means that the slot holds no character. `text` is the most likely plate text without
    padding, `confidence` the probability of that text (0-1), the letter O and the digit 0 taken as one.
    """

    text: str
    confidence: float
    char_probs: npt.NDArray[np.float32]
    alphabet: str
    pad_char: str


@dataclass(frozen=True, slots=True)
class CharacterRead:
    """One character of a read: the most likely one, its probability, and the likeliest others.

    `alternatives` are (character, probability), best first, without `character` itself; an empty string means that
    there is no character in this place.
    """

    character: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class ReaderVersion:
    """Who made a read: `platewatch` with its model version, or a vendor's reader with its name and version."""

    name: str = "platewatch"
    version: str = ""


@dataclass(frozen=True, slots=True)
class SecondReading:
    """What a second, independent reader saw on the best frame's plate.

    `text` is its plate text (upper case, no separators), `score` its own confidence in that text (0-1, not
    calibrated). `agrees` says whether that is the read's text (O and 0 count as equal). `jurisdiction` is like
    `US-VA`, or None when unsure. `reader` names the program and its version.
    """

    text: str
    score: float
    agrees: bool
    jurisdiction: str | None = None
    jurisdiction_confidence: float | None = None
    reader: str = ""


class DatedBy(StrEnum):
    """Whose clock a read's times are by: its source's own, or this machine's when it arrived."""

    SOURCE = "source"
    ARRIVAL = "arrival"


@dataclass(frozen=True, slots=True)
class Movement:
    """How a vehicle moved, as far as its reader says.

    `lane` is the reader's name or number of it. `direction` is `approaching` or `leaving`, `left` or `right` across the
    picture, a compass word like `northeast`, or what the reader says where that is none of these. `speed` is in meters
    per second.
    """

    lane: str | None = None
    direction: str | None = None
    speed: float | None = None


@dataclass(frozen=True, slots=True)
class VendorReport:
    """What another vendor's reader said of a pass besides what every read has.

    `vendor` names the adapter, `pass_id` is the vendor's own id of the pass. `hit` is the vendor's own hit as JSON
    text: evidence, never our alert. `is_retransmission` says that the reader sent it late, from its memory. `payload`
    is the message as it came, without secrets and without the pictures, which are kept as pictures.
    """

    vendor: str
    pass_id: str | None = None
    hit: str | None = None
    is_retransmission: bool = False
    payload: str | None = None


@dataclass(frozen=True, slots=True)
class PlateRead:
    """One pass of one vehicle, fused from the frames that showed its plate.

    `plate` is the text as seen (upper case, no separators), `characters` its per-character evidence (empty when the
    source gives none), `confidence` the probability that the whole text is right (0-1). `captured_at` is the time of
    the best frame, between `first_seen` and `last_seen`. `jurisdiction` is like `US-VA`, or None when unsure. `box`
    is the plate in the best frame. Image keys name pictures in the image store, or are None when none was kept.
    `second_reading` is there where a second reader was asked, as it is before an alert, and saw a text. `claimed_at` is
    there where the source's time cannot be: what it said; the other times are then those of the arrival.

    Where `confidence_is_known` is False the source gave none, and `confidence` is what such readers are taken for.
    `dated_by` says whose clock the times are by; `source_time` is when the pass was captured by the source's own clock,
    where it has one, and `arrived_at` when it came by this machine's.

    A pass may be reported several times under one `read_id`, each time as a revision: a sure text while the vehicle is
    in view, then the finished pass; a vendor's new, update and lost. Of two, the one with the greater (`is_final`,
    `revision`) is newer; the newest counts, whatever order they come in. `revision` grows along the pass, in whatever
    unit its source counts.
    """

    read_id: UUID
    camera_id: str
    agency_id: str
    captured_at: datetime
    first_seen: datetime
    last_seen: datetime
    plate: str
    confidence: float
    characters: tuple[CharacterRead, ...] = ()
    jurisdiction: str | None = None
    jurisdiction_confidence: float | None = None
    location: Location | None = None
    frame_count: int = 1
    track_number: int = 0
    box: Box | None = None
    plate_image_key: str | None = None
    context_image_key: str | None = None
    vehicle: VehicleDescription | None = None
    reader: ReaderVersion = field(default_factory=ReaderVersion)
    second_reading: SecondReading | None = None
    claimed_at: datetime | None = None
    confidence_is_known: bool = True
    dated_by: DatedBy = DatedBy.SOURCE
    source_time: datetime | None = None
    arrived_at: datetime | None = None
    movement: Movement | None = None
    report: VendorReport | None = None
    revision: int = 0
    is_final: bool = True

    @property
    def stated_confidence(self) -> float:
        """How sure the reader itself says that it is (0-1); 0 where it says nothing: that is no reason to trust it."""
        return self.confidence if self.confidence_is_known else 0.0
