"""Labeled crops as both readers see them, and what is counted of them."""

from __future__ import annotations

import csv
import math
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2

from benchmarks.recognition.scores import Share, norm
from matcher.characters.confusion import look_alike
from recognition.fusion import WeightedReading, fuse
from recognition.ocr import PlateOcr
from recognition.second_reader import SecondReader
from recognition.track import PICTURE_MARGIN
from schemas.ids import read_id
from schemas.plates import canonical_plate
from schemas.settings import OcrSettings
from schemas.types import Box, Image, PlateRead

WIDTHS = (0, 70, 50)
"""Widths in pixels at which the crops are read; 0: as they are."""

LEAST_SURE = 0.3
"""Reads below this confidence are not matched, so no alert comes of them."""

LEAST_SEEN = 5
"""A character has to occur so often before the second reader is said not to tell it from another."""


@dataclass(frozen=True, slots=True)
class TwiceRead:
    """One crop at one width: canonical texts, what the first reader is sure of, and the second reader's time in ms."""

    country: str
    width: int
    truth: str
    read: str
    confidence: float
    second: str | None
    milliseconds: float

    @property
    def right(self) -> bool:
        """Whether the read is the label, as far as labels tell characters apart (see `norm`)."""
        return norm(self.read) == norm(self.truth)

    @property
    def mended(self) -> bool:
        """Whether the read is wrong and the second reader's text is not."""
        return not self.right and norm(self.second or "") == norm(self.truth)


def cases(labels: Path, split: str) -> Iterable[TwiceRead]:
    """Read every crop of a split at every width that it is larger than."""
    ocr, second = PlateOcr(OcrSettings(), 1), SecondReader()
    second.load()
    with labels.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == split]
    for row in rows:
        whole = cv2.imread(str(labels.parent / row["image"]))
        if whole is None:
            raise SystemExit(f"{row['image']}: cannot be read")
        for width in WIDTHS:
            if width and whole.shape[1] <= width:
                continue
            yield _case(ocr, second, row, whole, width)


def _case(ocr: PlateOcr, second: SecondReader, row: dict[str, str], whole: cv2.typing.MatLike, width: int) -> TwiceRead:
    picture, box = _plate(whole, width)
    fused = fuse([WeightedReading(ocr.read_plates([(picture, box)], second_look=True)[0], 1.0)])
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    number = read_id("benchmark", row["image"], moment, width)
    read = PlateRead(number, "benchmark", "benchmark", moment, moment, moment, fused.plate, fused.confidence)
    started = time.perf_counter()
    reading = second.read(picture, box, read)
    return TwiceRead(
        "BR" if row["jurisdiction"] == "BR" else row["jurisdiction"].partition("-")[0],
        width,
        canonical_plate(row["text"]),
        canonical_plate(fused.plate),
        fused.confidence,
        None if reading is None else canonical_plate(reading.text),
        (time.perf_counter() - started) * 1000,
    )


def _plate(whole: cv2.typing.MatLike, width: int) -> tuple[Image, Box]:
    """Return a crop at a width with the margin that a pass's picture has, and the plate's box in it."""
    picture = whole
    if width:
        height = max(round(whole.shape[0] * width / whole.shape[1]), 1)
        picture = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
    margin = math.ceil(PICTURE_MARGIN * picture.shape[0])
    larger = cv2.copyMakeBorder(picture, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    return larger.astype("uint8"), Box(margin, margin, margin + picture.shape[1], margin + picture.shape[0])


def show(name: str, found: Sequence[TwiceRead]) -> None:
    """Print one row of the table."""
    right, wrong = [c for c in found if c.right], [c for c in found if not c.right]
    agree = [case for case in found if case.second == case.read]
    differ = [case for case in found if case.second != case.read]
    figures = (
        Share(sum(case.right for case in agree), len(agree)),
        Share(sum(case.right for case in differ), len(differ)),
        Share(sum(case.second != case.read for case in wrong), len(wrong)),
        Share(sum(case.second != case.read for case in right), len(right)),
        Share(sum(case.mended for case in wrong), len(wrong)),
    )
    print(f"| {name} | {len(found)} | " + " | ".join(str(figure) for figure in figures) + " |")


def near(one: str, other: str) -> bool:
    """Tell whether two texts differ in one pair of look-alikes, or by one character more or less."""
    if len(one) == len(other):
        pairs = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
        return len(pairs) == 1 and look_alike(*pairs[0])
    longer, shorter = sorted((one, other), key=len, reverse=True)
    return any(longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer)))


def cannot_tell(found: Iterable[TwiceRead]) -> list[str]:
    """Return the pairs (true character, shown instead) that the second reader takes for one most of the time."""
    seen: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for case in found:
        if case.second is not None and len(case.second) == len(case.truth):
            seen.update(case.truth)
            taken.update(t + s for t, s in zip(case.truth, case.second, strict=True) if t != s)
    return sorted(pair for pair, count in taken.items() if seen[pair[0]] >= LEAST_SEEN and count > seen[pair[0]] / 2)


def write_counts(path: Path, found: Iterable[TwiceRead], made_by: str) -> None:
    """Write the matcher's data."""
    matched = [case for case in found if case.confidence >= LEAST_SURE]
    pairs = cannot_tell(matched)
    alike = str.maketrans({pair[0]: pair[1] for pair in pairs})
    right = [_folded(case, alike) for case in matched if case.right]
    wrong = [_folded(case, alike) for case in matched if not case.right]
    listed = ", ".join('"' + pair + '"' for pair in pairs)
    lines = [
        "# How the second reader behaves beside the shipped plate reader, over reads that are sure enough to be",
        f"# matched, of crops as they are and scaled to {WIDTHS[1]} and {WIDTHS[2]} pixels. Counted by:",
        f"# {made_by}",
        "",
        "# True character and the one that is seen instead most of the time: such a difference says nothing.",
        f"cannot_tell = [{listed}]",
        "",
        "# Reads whose text is right; looked_alike: one look-alike, or one character more or less than the read.",
        "[right]",
        f"reads = {len(right)}",
        f"repeated = {sum(second == read for read, second in right)}",
        f"differed = {sum(bool(second) and second != read for read, second in right)}",
        f"looked_alike = {sum(bool(second) and near(read, second) for read, second in right)}",
        "",
        "# Reads whose text is wrong; mended: the second reader saw the true text.",
        "[wrong]",
        f"reads = {len(wrong)}",
        f"repeated = {sum(second == read for read, second in wrong)}",
        f"differed = {sum(bool(second) and second != read for read, second in wrong)}",
        f"mended = {sum(case.mended for case in matched)}",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _folded(case: TwiceRead, alike: dict[int, str]) -> tuple[str, str]:
    """Return the read's and the second text (empty: none) without differences that the second reader cannot tell."""
    return case.read.translate(alike), (case.second or "").translate(alike)
