"""In-process types that cross stages. Frozen; times are aware and in UTC; boxes are pixels of the full frame."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
"""A picture: uint8 (H, W, 3), BGR."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the full frame; `x1, y1` inclusive, `x2, y2` exclusive."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def width(self) -> float:
        """Width in pixels."""
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        """Height in pixels."""
        return self.y2 - self.y1

    @property
    def area(self) -> float:
        """Area in square pixels; 0 for an empty box."""
        return max(self.width, 0.0) * max(self.height, 0.0)


@dataclass(frozen=True, slots=True)
class Location:
    """Where a camera stood. Degrees; heading clockwise from true north, or None when unknown."""

    latitude: float
    longitude: float
    heading: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture from one camera.

    `frame_number` counts from 0 within `source_item` (a file's name, or the stream's). `image` is uint8 (H, W, 3) BGR.
    """

    camera_id: str
    source_item: str
    frame_number: int
    captured_at: datetime
    image: Image


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


class VehicleDescription(NamedTuple):
    """A vehicle as a list or a reader describes it. `make` and `color` are as given, not translated.

    A named tuple, as is `HotlistEntry`, and for the same reason.
    """

    year: int | None = None
    make: str | None = None
    model: str | None = None
    style: str | None = None
    color: str | None = None

    def summary(self) -> str:
        """Return `2009 YAMA MC2 CY BLK`-like text with what is known; empty when nothing is."""
        parts = (str(self.year) if self.year else None, self.color, self.make, self.model, self.style)
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class ReadSource:
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


@dataclass(frozen=True, slots=True)
class PlateRead:
    """One pass of one vehicle, fused from the frames that showed its plate.

    `plate` is the text as seen (upper case, no separators), `characters` its per-character evidence (empty when the
    source gives none), `confidence` the probability that the whole text is right (0-1). `captured_at` is the time of
    the best frame, between `first_seen` and `last_seen`. `jurisdiction` is like `US-VA`, or None when unsure. `box`
    is the plate in the best frame. Image keys name pictures in the image store, or are None when none was kept.
    `second_reading` is there where a second reader was asked, as it is before an alert, and saw a text.
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
    source: ReadSource = field(default_factory=ReadSource)
    second_reading: SecondReading | None = None


class Category(StrEnum):
    """Platewatch's own hotlist categories. Every source's codes are mapped to these, per source."""

    STOLEN_VEHICLE = "stolen_vehicle"
    STOLEN_PLATE = "stolen_plate"
    FELONY_VEHICLE = "felony_vehicle"
    MISDEMEANOR_VEHICLE = "misdemeanor_vehicle"
    WANTED_PERSON = "wanted_person"
    MISSING_PERSON = "missing_person"
    CHILD_ABDUCTION = "child_abduction"
    ENDANGERED_PERSON = "endangered_person"
    CHILD_SAFETY_CHECK = "child_safety_check"
    """A child or family sought in an investigation of abuse or neglect; not a report of a missing person."""
    HUMAN_TRAFFICKING = "human_trafficking"
    PROTECTION_ORDER = "protection_order"
    OFFICER_SAFETY = "officer_safety"
    VIOLENT_PERSON = "violent_person"
    GANG_OR_TERRORIST = "gang_or_terrorist"
    SEX_OFFENDER = "sex_offender"
    SUPERVISED_RELEASE = "supervised_release"
    IMMIGRATION = "immigration"
    PROTECTIVE_INTEREST = "protective_interest"
    SUSPENDED_REGISTRATION = "suspended_registration"
    EXPIRED_REGISTRATION = "expired_registration"
    SUSPENDED_LICENSE = "suspended_license"
    UNINSURED = "uninsured"
    LOST_PLATE = "lost_plate"
    STOLEN_BOAT = "stolen_boat"
    CANADIAN = "canadian"
    WATCH = "watch"
    CALIBRATION = "calibration"
    """A test record, put on a list to see whether a reader raises a hit."""
    UNMAPPED = "unmapped"


class HotlistEntry(NamedTuple):
    """One wanted plate on one list. A named tuple, since a national list has millions: a fifth of the time to make.

    `plate` is as given by the source, and may hold `?` for unknown characters. `source_entry_id` is the source's own
    id (NCIC: NIC), `originating_agency` its ORI. `extra` keeps the source's other columns as (name, value) pairs,
    `source_line` the line in the file (from 1) and `raw` that line's text. `valid_until` is exclusive.
    """

    entry_id: UUID
    hotlist_id: str
    plate: str
    category: Category
    jurisdiction: str | None = None
    source_entry_id: str | None = None
    source_code: str | None = None
    vehicle: VehicleDescription | None = None
    originating_agency: str | None = None
    case_number: str | None = None
    priority: str | None = None
    instructions: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    extra: tuple[tuple[str, str], ...] = ()
    source_line: int | None = None
    raw: str | None = None


class Tier(StrEnum):
    """How a read agrees with an entry.

    exact: the text is equal (O and 0 count as equal) and the state is equal or unknown on one side.
    probable: the text or the state differs, in ways that this reader's errors explain.
    partial: the entry has unknown characters and the read fits it.
    """

    EXACT = "exact"
    PROBABLE = "probable"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class CharacterEvidence:
    """One position of a read against an entry.

    `read` and `listed` are single characters, or empty where one side has none. `probability` is how likely the read's
    evidence makes the listed character (0-1). `relation` is equal, look-alike, different, missing, extra or unknown.
    """

    read: str
    listed: str
    probability: float
    relation: str


@dataclass(frozen=True, slots=True)
class VehicleEvidence:
    """One feature of a vehicle (make, color or year) that reader and list both give.

    `read` and `listed` are as given, `agrees` says whether they fit each other, `score` what that adds in nats.
    """

    feature: str
    read: str
    listed: str
    agrees: bool
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A read that agrees with an entry.

    `score` is a log-likelihood ratio in nats: how much likelier this read is if the vehicle carries the listed plate
    than if it is any other vehicle. `explanation` is one plain sentence for an officer; `characters` is the same as
    data. `list_as_of` is the date of the list's content, `list_age_seconds` its age when the read was captured.
    `second_reader_agrees` says whether a second reader saw the listed plate; None where none was asked or saw a text.
    `vehicle` compares what is known of the vehicle. `alerts` is False where the agreement is too weak to alert an
    officer by itself; such a hit is stored only.
    """

    hit_id: UUID
    read_id: UUID
    entry_id: UUID
    hotlist_id: str
    tier: Tier
    score: float
    explanation: str
    characters: tuple[CharacterEvidence, ...] = ()
    jurisdiction_agrees: bool | None = None
    edit_distance: int = 0
    list_as_of: datetime | None = None
    list_age_seconds: float | None = None
    second_reader_agrees: bool | None = None
    vehicle: tuple[VehicleEvidence, ...] = ()
    alerts: bool = True


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that an import or a stream could not use: where it stands, why, and its text."""

    line: int
    reason: str
    column: str | None = None
    raw: str = ""


@dataclass(frozen=True, slots=True)
class SourceItem:
    """One file of a camera: a video, or one picture of a folder.

    `name` is unique within the camera, `fingerprint` changes when the content does (size and modification time), so
    that a finished item is never processed twice and a replaced one is. `captured_at` is the time of its first frame.
    `is_still` says that the item is a single picture, not a sequence.
    """

    camera_id: str
    name: str
    fingerprint: str
    captured_at: datetime
    is_still: bool
