"""A second, independent look at a plate that is about to become an alert: another program's text of the serial."""

from __future__ import annotations

import importlib.metadata
import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rapidfuzz.distance import Levenshtein

from recognition.pictures.jpeg import decode_jpeg
from recognition.reading.text_lines import TextLine, TextLineReader
from schemas.plates import MAX_PLATE_LENGTH, canonical_plate, normalize_plate
from schemas.types import Box, Image, PlateRead, SecondReading

LEAST_SCORE = 0.5
"""Lines that are less sure hold no text."""

LEAST_CHARACTERS = 2
"""A shorter text is an emblem or a sticker."""

NEAR_EDITS = 2
"""Of several ways to join the boxes, one within so many edits of the read is taken to be the serial."""

LEAST_HEIGHT = 0.28
"""A serial is at least this high, as a share of the plate's height; what is lower is a sticker or a name."""

_TALL = 0.85
"""Of the lines at least so high, as a share of the tallest, the widest is the serial."""

_ROW_SHIFT = 0.4
"""Middles of one row's boxes lie within this share of the serial's height."""

_LEAST_LARGE = 0.62
_LEAST_SMALL = 0.38
"""Least height of a row's boxes as a share of the serial's: of large characters, and of small or stacked prefixes."""

_LEAST_STACKED = 0.7
"""Least height of the other row of a plate with two rows, as a share of the taller one's."""


class NamedState(Protocol):
    """A state like US-VA and the probability that it is right (0-1); `recognition.states.reader.StateRead` is one."""

    @property
    def jurisdiction(self) -> str:
        """Like US-VA."""
        ...

    @property
    def confidence(self) -> float:
        """0-1."""
        ...


StateOf = Callable[[Image, Box, str, Sequence[TextLine]], NamedState | None]
"""Names the state of a plate: picture, the plate's box in it, its text and its lines; `StateReader.read` is one."""


@dataclass(frozen=True, slots=True)
class Serial:
    """One way to join lines into a plate's serial; `text` is normalized, `score` the least sure line's (0-1)."""

    text: str
    score: float


class SecondReader:
    """Reads a plate's picture with PP-OCR. Threads may share it; the networks are loaded by `load` or the first read.

    Args:
        lines: Reads the lines of a picture.
        state: Names the state from the same lines, or None.
    """

    def __init__(self, lines: TextLineReader | None = None, state: StateOf | None = None) -> None:
        self._lines = lines or TextLineReader()
        self._state = state
        self.name = reader_name()
        """The program and its version, for the record of who made a reading."""

    def load(self) -> None:
        """Load the networks.

        Raises:
            ConfigurationError: They are not installed or not the ones expected.
        """
        self._lines.load()

    def read(self, picture: bytes, box: Box | None, read: PlateRead) -> SecondReading | None:
        """Read a plate again.

        Args:
            picture: The plate in its best frame with some of what is around it, as JPEG.
            box: The plate, in pixels of the picture; None: all of it.
            read: What the first reader made of it.

        Returns:
            What was seen, or None where nothing was legible.

        Raises:
            InvalidInput: The picture is no JPEG.
            ConfigurationError: The networks are not installed or not the ones expected.
        """
        pixels = decode_jpeg(picture)
        return self.read_pixels(pixels, box or Box(0, 0, pixels.shape[1], pixels.shape[0]), read)

    def read_pixels(self, picture: Image, box: Box, read: PlateRead) -> SecondReading | None:
        """Read a plate again; see `read`.

        Args:
            picture: uint8 (H, W, 3), BGR.
            box: The plate, in pixels of the picture.
            read: What the first reader made of it.

        Raises:
            InvalidInput: The picture has no pixels or is not uint8 (H, W, 3).
            ConfigurationError: The networks are not installed or not the ones expected.
        """
        lines = self._lines.read(picture)
        serial = find_serial(lines, box, read.plate)
        if serial is None:
            return None
        named = self._state(picture, box, read.plate, lines) if self._state is not None else None
        return SecondReading(
            text=serial.text,
            score=serial.score,
            agrees=canonical_plate(serial.text) == canonical_plate(read.plate),
            jurisdiction=named.jurisdiction if named else None,
            jurisdiction_confidence=named.confidence if named else None,
            reader=self.name,
        )


def reader_name() -> str:
    """Return the second reader's name and version, without loading it."""
    try:
        return f"rapidocr {importlib.metadata.version('rapidocr')}"
    except importlib.metadata.PackageNotFoundError:
        return "rapidocr"


def find_serial(lines: Iterable[TextLine], box: Box, own: str) -> Serial | None:
    """Return the serial among a plate's lines, or None where there is none.

    Args:
        lines: What the text networks saw.
        box: The plate, in pixels of the same picture; lines whose middle is outside belong to something else.
        own: The first reader's text. Emblems and stickers make several ways to join the boxes; the one nearest to this
            is taken where it is near enough, else the way that needs the fewest assumptions.
    """
    ways = serial_candidates([line for line in lines if _middle_within(line.box, box)], LEAST_HEIGHT * box.height)
    if not ways:
        return None
    target = canonical_plate(own)
    nearest = min(ways, key=lambda way: Levenshtein.distance(canonical_plate(way.text), target))
    near = Levenshtein.distance(canonical_plate(nearest.text), target) <= NEAR_EDITS
    return nearest if near else ways[0]


def serial_candidates(lines: Sequence[TextLine], least_height: float = 0.0) -> list[Serial]:
    """Return the ways to join lines into a serial, the plainest first.

    The serial is written in the tallest characters. Its row may be cut into several boxes, by an emblem or a space; a
    prefix may be smaller, or stacked; a plate may have two rows.

    Args:
        lines: The plate's lines, in any order.
        least_height: A serial's least height in pixels.

    Returns:
        Each text once, 2 to 12 letters and digits; empty where there is none.
    """
    legible = [line for line in lines if line.score >= LEAST_SCORE and normalize_plate(_plain(line.text))]
    long = [line for line in legible if len(normalize_plate(_plain(line.text))) >= LEAST_CHARACTERS]
    tallest = max((line.box.height for line in long), default=0.0)
    if not long or tallest < least_height:
        return []
    # Boxes grow with their text's slant, so a short one may be a little taller than the serial.
    main = max((line for line in long if line.box.height >= _TALL * tallest), key=lambda line: line.box.width)
    row = [line for line in legible if line is main or _beside(line, main)]
    large = [line for line in row if line.box.height >= _LEAST_LARGE * main.box.height]
    ways: list[Sequence[TextLine]] = [_from_left(large), [main], _from_left(row)]
    other = _other_row(legible, main)
    if other:
        # Rows of equal height are one serial; a tall row alone with a lower one beneath is the plainer reading.
        ways += [_stacked(large, other)]
    texts = [_join(way) for way in ways]
    texts += [way for text in list(texts) for way in _without_edge_parts(text)]
    found: dict[str, Serial] = {}
    for text, score in texts:
        serial = normalize_plate(text)
        if LEAST_CHARACTERS <= len(serial) <= MAX_PLATE_LENGTH:
            found.setdefault(serial, Serial(serial, score))
    return list(found.values())


def _plain(text: str) -> str:
    # A question mark would stand for an unknown character.
    return text.replace("?", " ")


def _join(lines: Sequence[TextLine]) -> tuple[str, float]:
    return " ".join(_plain(line.text) for line in lines), min(line.score for line in lines)


def _without_edge_parts(joined: tuple[str, float]) -> list[tuple[str, float]]:
    """Return a text without its first or last part where that is one character: an emblem read as a letter."""
    text, score = joined
    parts = [part for part in re.split(r"[^0-9A-Za-z]+", text) if part]
    ways = []
    if len(parts) > 1 and len(parts[0]) == 1:
        ways.append((" ".join(parts[1:]), score))
    if len(parts) > 1 and len(parts[-1]) == 1:
        ways.append((" ".join(parts[:-1]), score))
    return ways


def _middle_within(line: Box, plate: Box) -> bool:
    x, y = (line.x1 + line.x2) / 2, (line.y1 + line.y2) / 2
    return plate.x1 <= x < plate.x2 and plate.y1 <= y < plate.y2


def _beside(line: TextLine, main: TextLine) -> bool:
    """Tell whether a line continues the serial's row to the left or right."""
    box, serial = line.box, main.box
    shift = abs((box.y1 + box.y2) - (serial.y1 + serial.y2)) / 2
    shared = min(box.x2, serial.x2) - max(box.x1, serial.x1)
    return (
        shift <= _ROW_SHIFT * serial.height
        and box.height >= _LEAST_SMALL * serial.height
        and shared <= 0.3 * min(box.width, serial.width)
    )


def _other_row(lines: Sequence[TextLine], main: TextLine) -> list[TextLine]:
    """Return the boxes of a second row of characters nearly as tall as the serial's."""
    tall = [
        line
        for line in lines
        if line is not main
        and line.box.height >= _LEAST_STACKED * main.box.height
        and abs((line.box.y1 + line.box.y2) - (main.box.y1 + main.box.y2)) / 2 >= 0.6 * main.box.height
    ]
    if not tall:
        return []
    first = max(tall, key=lambda line: line.box.height)
    return _from_left([line for line in tall if line is first or _beside(line, first)])


def _stacked(row: Sequence[TextLine], other: Sequence[TextLine]) -> list[TextLine]:
    upper_first = sorted((_from_left(row), list(other)), key=lambda lines: min(line.box.y1 for line in lines))
    return list(itertools.chain.from_iterable(upper_first))


def _from_left(lines: Sequence[TextLine]) -> list[TextLine]:
    return sorted(lines, key=lambda line: (line.box.x1, line.box.y1, line.text))
