"""What a department corrected: pictures of plates with the text that is really on them, checked row by row."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from recognition.training.examples.labeled_crops import folded
from schemas.errors import InvalidInput

REQUIRED = ("image", "text")
LONGEST, SHORTEST = 9, 2  # characters that the reader's slots hold, and that a plate has at least
_SEPARATORS = " -·.\t"
_SHOWN = 200  # a longer cell is cut in messages


@dataclass(frozen=True, slots=True)
class Correction:
    """A corrected read.

    Attributes:
        path: Picture of the plate, cut out tightly or with a little around it.
        text: Upper-case letters and digits, 2 to 9.
        jurisdiction: Such as ``US-VA``, or "".
        line: Where it stands in the file, from 1.
    """

    path: Path
    text: str
    jurisdiction: str
    line: int


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot be used: its line, from 1, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Corrections:
    """A file's usable rows and the others, both in order."""

    rows: tuple[Correction, ...]
    rejected: tuple[RejectedRow, ...]


def read_corrections(path: Path) -> Corrections:
    """Read corrections.

    Args:
        path: CSV (UTF-8, comma) with the columns image and text, perhaps jurisdiction; images relative to the file.

    Returns:
        Its rows. Spaces and dashes in texts and lower case are put right; every row that cannot be used is listed.

    Raises:
        InvalidInput: The file cannot be read, lacks a column or has no rows.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream)
            if missing := [name for name in REQUIRED if name not in (rows.fieldnames or ())]:
                raise InvalidInput(f"no column {', '.join(missing)}; expected image, text", source=str(path), line=1)
            kept, rejected = _sorted_out(path, rows)
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}; expected a CSV file of corrections") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"{path}: no CSV text in UTF-8 ({error})") from error
    if not kept and not rejected:
        raise InvalidInput(f"{path}: holds no rows; expected one per corrected plate")
    return Corrections(tuple(kept), tuple(rejected))


def _sorted_out(path: Path, rows: csv.DictReader[str]) -> tuple[list[Correction], list[RejectedRow]]:
    kept: list[Correction] = []
    rejected: list[RejectedRow] = []
    seen: dict[Path, int] = {}
    for row in rows:
        line = rows.line_num
        image, text = (row["image"] or "").strip(), _plain(row["text"] or "")
        place = path.parent / image
        reason = _text_problem(text) or _picture_problem(image, place)
        if reason is None and place in seen:
            reason = f"'{image[:_SHOWN]}' stands in line {seen[place]} already"
        if reason is not None:
            rejected.append(RejectedRow(line, reason))
            continue
        seen[place] = line
        kept.append(Correction(place, text, (row.get("jurisdiction") or "").strip().upper(), line))
    return kept, rejected


def _plain(text: str) -> str:
    return "".join(character for character in text.upper() if character not in _SEPARATORS)


def _text_problem(text: str) -> str | None:
    if not text:
        return "the text is empty; expected what is on the plate"
    if strange := sorted({character for character in text if not (character.isascii() and character.isalnum())}):
        return f"the text holds {' '.join(strange)[:20]!r}; expected letters A-Z and digits"
    if not SHORTEST <= len(text) <= LONGEST:
        return f"the text has {len(text)} characters; expected {SHORTEST} to {LONGEST}"
    return None


def _picture_problem(image: str, place: Path) -> str | None:
    if not image:
        return "the image is empty; expected the picture's path"
    if not place.is_file():
        return f"'{image[:_SHOWN]}' is not there; expected a picture, its path relative to the file"
    if cv2.imread(str(place), cv2.IMREAD_COLOR) is None:
        return f"'{image[:_SHOWN]}' cannot be read as a picture; expected JPEG or PNG"
    return None


def split_by_text(rows: Sequence[Correction], share: float, seed: int) -> tuple[list[Correction], list[Correction]]:
    """Hold out some texts to measure with, each with all of its pictures.

    The choice depends on the texts and the seed alone, so that rows added later do not move others across.

    Args:
        rows: The corrections.
        share: Share of the texts to hold out, above 0 and below 1; at least one text stays on each side.
        seed: Root of the choice.

    Returns:
        Rows to train with and rows to measure with.

    Raises:
        InvalidInput: All rows have one text.
    """
    texts = {folded(row.text) for row in rows}
    if len(texts) < 2:
        raise InvalidInput(f"{len(rows)} rows with {len(texts)} different texts; expected two texts or more")
    ranked = sorted(texts, key=lambda text: _chance(text, seed))
    count = sum(_chance(text, seed) < share for text in ranked)
    held = set(ranked[: min(max(count, 1), len(ranked) - 1)])
    return (
        [row for row in rows if folded(row.text) not in held],
        [row for row in rows if folded(row.text) in held],
    )


def _chance(text: str, seed: int) -> float:
    digest = hashlib.sha256(f"{seed}:{text}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def without_texts(rows: Sequence[Correction], texts: Iterator[str]) -> tuple[list[Correction], list[RejectedRow]]:
    """Part corrections from those whose text measures elsewhere, which must not be learned.

    Args:
        rows: The corrections.
        texts: Texts of the rows that measure.

    Returns:
        The rows that may be used and the others, with the reason.
    """
    measured = {folded(text) for text in texts}
    reason = "a val row of --crops has the same text; it may not be learned"
    kept = [row for row in rows if folded(row.text) not in measured]
    return kept, [RejectedRow(row.line, reason) for row in rows if folded(row.text) in measured]
