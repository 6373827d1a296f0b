"""What every vendor's adapter offers, and what it makes of a message."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal

from schemas.settings import IngestSource
from schemas.types import Box, Location, Movement, ReaderVersion, VehicleDescription


@dataclass(frozen=True, slots=True)
class VendorMessage:
    """A message as it came: its body, with what the transport said of it.

    `headers` are those that adapters may look at, with lower-case names; never the ones that carry secrets. `topic` is
    there where it came by MQTT, `path` is what followed the source's own URL. `received_at` is aware.
    """

    source_id: str
    content_type: str
    body: bytes
    received_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    topic: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class PictureUrl:
    """A picture that a message names by its URL."""

    kind: Literal["plate", "context"]
    url: str


@dataclass(frozen=True, slots=True)
class ReportedRead:
    """One vehicle pass as a vendor reports it, or one revision of it, in Platewatch's words.

    `plate` is as the vendor wrote it. `confidence` is a probability (0-1), or None where the vendor gives none or no
    number that can be one. `candidates` are other texts with theirs. `camera` is the vendor's name or id of the reader,
    empty where it has none. `captured_at` is aware, by the reader's clock; None where the message has no time.

    `pass_id` is what the vendor calls the pass: all messages with it are revisions of one read, ordered by `is_final`
    and `revision`. None: one result of many, frame by frame; those of one vehicle are put together by camera, time and
    text.

    `is_pass_id_unique` is False where `pass_id` is a counter that begins again, as after a restart of the camera: the
    same one some minutes later is another pass. `frame_ids` are what the vendor calls the pictures that the pass was
    seen in: results of single frames with one of them belong to it.

    `jurisdiction` is like `US-VA`, or None. `hit` is the vendor's own hit as JSON text. `character_confidences` are
    those of the plate's characters, one by one, where the vendor gives them.
    """

    plate: str
    camera: str
    captured_at: datetime | None
    confidence: float | None = None
    pass_id: str | None = None
    is_pass_id_unique: bool = True
    frame_ids: tuple[str, ...] = ()
    revision: int = 0
    is_final: bool = True
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    candidates: tuple[tuple[str, float | None], ...] = ()
    character_confidences: tuple[float, ...] = ()
    jurisdiction: str | None = None
    jurisdiction_confidence: float | None = None
    location: Location | None = None
    movement: Movement | None = None
    vehicle: VehicleDescription | None = None
    box: Box | None = None
    frame_count: int = 1
    plate_picture: bytes | None = None
    context_picture: bytes | None = None
    plate_box: Box | None = None
    picture_urls: tuple[PictureUrl, ...] = ()
    hit: str | None = None
    is_retransmission: bool = False
    reader: ReaderVersion | None = None


@dataclass(frozen=True, slots=True)
class ReaderSign:
    """A sign of life of one reader, or of a vendor's whole server where `camera` is empty.

    `problem` is what the vendor says is wrong, in one line; None: nothing.
    """

    camera: str
    at: datetime | None = None
    fps: float | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """All that a message says.

    `without_plate` counts vehicles and pictures without one, which are counted and not kept. `payload` is the message
    as text that may be kept beside its reads: without secrets (passwords in URLs, license keys) and without pictures,
    in whose place their sizes stand. `notes` say what of it was damaged or left out, each in one line without plates.
    """

    reads: tuple[ReportedRead, ...] = ()
    without_plate: int = 0
    signs: tuple[ReaderSign, ...] = ()
    payload: str = ""
    notes: tuple[str, ...] = ()


class Adapter(ABC):
    """Reads one vendor's messages. It holds no state and does no I/O."""

    name: ClassVar[str]
    """The vendor in settings and URLs, like `rekor`."""
    title: ClassVar[str]
    """The vendor and its product, for people."""

    @abstractmethod
    def validate(self, message: VendorMessage, source: IngestSource) -> None:
        """Make sure that a message has the shape of this vendor's.

        Raises:
            InvalidInput: It has not; says what was expected and what came.
        """

    @abstractmethod
    def parse(self, message: VendorMessage, source: IngestSource) -> Parsed:
        """Return what a message says.

        Args:
            message: The message; whether it is one of this vendor's is looked at here, too.
            source: How its times and states are to be understood.

        Raises:
            InvalidInput: It cannot be understood; says what is missing, and where.
        """
