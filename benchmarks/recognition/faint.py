"""What reading below the detector's limit finds in still pictures, beside reading with the limit alone."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.common.shares import Share
from benchmarks.common.texts import norm
from benchmarks.recognition.crops import groups
from benchmarks.recognition.data import LabeledCrop, LabeledSource, thinned
from benchmarks.recognition.detection import plates_of
from benchmarks.recognition.empty import empty_frames
from benchmarks.recognition.pictures import compositions, places
from benchmarks.recognition.readers import Ours, Reading
from benchmarks.recognition.tables import Table
from ingest.pictures import read_picture
from recognition.detection.overlap import overlap
from schemas.settings import RecognitionSettings
from schemas.types import Box, Image

LEAST = 0.3
"""Reads below this confidence are not recorded by default."""

_ON_PLATE = 0.3
"""A read is of a plate when its box overlaps the plate's by this much (intersection over union)."""

_READABLE = 24.0
"""Narrower plates, in pixels, are not read."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture: its plates, and the text where it has one plate whose text is known."""

    group: str
    name: str
    image: Image
    plates: tuple[Box, ...]
    text: str | None = None


@dataclass(slots=True)
class Count:
    """What one way of reading made of one group of pictures."""

    plates: int = 0
    found: int = 0
    right: int = 0
    wrong: int = 0
    elsewhere: int = 0
    surely_elsewhere: int = 0
    milliseconds: list[float] = field(default_factory=list)

    def add(self, shown: Shown, reads: Sequence[tuple[Box, Reading]]) -> None:
        """Count one picture's reads."""
        kept = [(box, read) for box, read in reads if read.confidence >= LEAST]
        for plate in shown.plates:
            if plate.width < _READABLE:
                continue
            here = max(kept, key=lambda pair: overlap(pair[0], plate), default=None)
            is_found = here is not None and overlap(here[0], plate) >= _ON_PLATE
            self.plates += 1
            self.found += is_found
            if is_found and here is not None and shown.text is not None:
                is_right = norm(here[1].text) == norm(shown.text)
                self.right += is_right
                self.wrong += not is_right
        others = [read for box, read in kept if all(overlap(box, plate) < _ON_PLATE for plate in shown.plates)]
        self.elsewhere += len(others)
        self.surely_elsewhere += sum(read.confidence >= 0.8 for read in others)


def faint_table(
    settings: RecognitionSettings, sources: Sequence[LabeledSource], crops: Sequence[LabeledCrop], most: int | None
) -> Table:
    """Read pictures with and without what is below the detector's limit, in turns."""
    limit = settings.detector.confidence
    alone = settings.model_copy(update={"detector": settings.detector.model_copy(update={"faint_confidence": limit})})
    ways = {
        f"from {limit} (baseline)": Ours(alone),
        f"from {settings.detector.faint_confidence}, where the reading says so": Ours(settings),
    }
    counts: dict[tuple[str, str], Count] = {}
    for shown in _pictures(sources, crops, most):
        for name, reader in ways.items():
            count = counts.setdefault((shown.group, name), Count())
            started = time.perf_counter()
            reads = reader.read_picture(shown.image)
            count.milliseconds.append(1000 * (time.perf_counter() - started))
            count.add(shown, reads)
    table = Table(
        "Still pictures: reading below the detector's limit",
        ("pictures", "detections", "plates read", "right (norm)", "wrong", "reads elsewhere", "of these >= .8",
         "ms/picture"),
        f"Reads of confidence {LEAST} or more. Plates: labeled or reviewed ones at least {_READABLE:.0f} pixels wide; "
        "in street pictures the pasted one, whose text is known (elsewhere: the picture's other plates, too). Empty "
        "frames: those of the table of inventions. Median time, the ways in turns.",
    )  # fmt: skip
    for (group, name), count in counts.items():
        found = Share(count.found, count.plates) if count.plates else None
        right = Share(count.right, count.plates) if count.right + count.wrong else None
        wrong = count.wrong if right is not None else None
        table.add(
            group, name, found, right, wrong, count.elsewhere, count.surely_elsewhere,
            statistics.median(count.milliseconds),
        )  # fmt: skip
    return table


def _pictures(sources: Sequence[LabeledSource], crops: Sequence[LabeledCrop], most: int | None) -> Iterator[Shown]:
    for source in sources:
        for picture in thinned(source.pictures, most):
            image = read_picture(picture.path)
            plates = plates_of(picture, source, image.shape[1], image.shape[0])
            yield Shown(source.name, picture.path.name, image, tuple(plates))
    found = places(sources) if crops else []
    for group, members in groups(crops).items() if found else ():
        for crop, image, box in compositions(thinned(members, most), found):
            yield Shown(f"{group} crops in street pictures", crop.path.name, image, (box,), crop.text)
    for frame in empty_frames(sources, 1.0 if most is None else 0.2) if sources else ():
        yield Shown(f"empty: {frame.kind}", frame.name, frame.image, ())
