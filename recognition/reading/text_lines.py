"""Every line of text in a picture of a plate: the state's name, slogan, stickers and the serial."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from recognition.reading.text_boxes import Slanted, cut_line, lines_in
from recognition.reading.text_networks import CHARACTERS, STRIDE, TextNetworks, decode_line, to_input
from schemas.errors import InvalidInput
from schemas.types import Box, Image

Floats = npt.NDArray[np.float32]

_WIDTH = 416
"""Pictures are scaled to this width in pixels for the text detector."""

_SMALL_WIDTH = 320
"""The same for small pictures, whose lines it finds less well when they are enlarged further."""

_SMALL = 240
"""Pictures narrower than this, in pixels, are small."""

_TINY = 140
"""In pictures narrower than this, in pixels, the text detector misses a plate's name and slogan: where it finds no line
there, the strips in which they stand are read without it."""

_STRIPS = ((0.0, 0.26), (0.78, 1.0))
"""Top and bottom of those strips, as shares of the picture's height."""

_MAX_HEIGHT = 480
"""Greatest height of the text detector's input in pixels."""

_LINE_HEIGHT = 48
"""Height of the recognizer's input in pixels."""
_MAX_LINES = 12
"""Plates hold fewer; the tallest lines are kept."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text as it stands in a picture.

    `text` is printable ASCII, `score` the mean probability of its characters (0-1), `box` the upright box around it in
    pixels of the picture; it may reach beyond the picture's edge. `steps` is what the network saw, float32 (steps,
    columns) of probabilities: column 0 is CTC's blank, column n is `CHARACTERS[n]`; the other scripts' columns are left
    out, so that a row's sum may be below 1.
    """

    text: str
    score: float
    box: Box
    steps: Floats = field(default_factory=lambda: np.zeros((0, len(CHARACTERS)), np.float32), compare=False, repr=False)


class TextLineReader:
    """Reads every line of text in a picture. Threads may share it; the networks are loaded at the first use.

    Args:
        threads: Threads within an operation; 0: one per core.

    Source: https://github.com/RapidAI/RapidOCR (Apache-2.0), weights of PP-OCRv6 small
    """

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        self._lock = threading.Lock()
        self._networks: TextNetworks | None = None

    def load(self) -> None:
        """Load the networks now, in a background thread for example.

        Raises:
            ConfigurationError: rapidocr is not installed, or its files are not the ones expected.
        """
        with self._lock:
            if self._networks is None:
                self._networks = TextNetworks(self._threads)

    def read(self, picture: Image) -> tuple[TextLine, ...]:
        """Read the lines of a picture, tallest first.

        Args:
            picture: A plate with some of what is around it, uint8 (H, W, 3), BGR.

        Returns:
            The lines that hold any text; empty where there is none.

        Raises:
            InvalidInput: The picture has no pixels or is not uint8 (H, W, 3).
            ConfigurationError: rapidocr is not installed, or its files are not the ones expected.
        """
        _check(picture)
        networks = self._networks
        if networks is None:
            self.load()
            networks = self._networks
            assert networks is not None  # noqa: S101
        shape = input_shape(picture.shape[0], picture.shape[1])
        lines = lines_in(networks.text_map(to_input(picture, shape)))[:_MAX_LINES]
        if picture.shape[1] < _TINY:
            lines += _missing_strips(lines, shape)
        source = _shrunk(picture)
        found = []
        for line in lines:
            steps = networks.steps(cut_line(source, _placed(line, shape, source), _LINE_HEIGHT))
            text, score = decode_line(steps)
            if text.strip():
                found.append(TextLine(text, score, _placed(line, shape, picture).around(), steps))
        return tuple(found)


def input_shape(height: int, width: int) -> tuple[int, int]:
    """Return the height and width at which the text detector sees a picture, both multiples of its stride."""
    wanted = _SMALL_WIDTH if width < _SMALL else _WIDTH
    scaled = min(wanted * height / width, _MAX_HEIGHT)
    return max(round(scaled / STRIDE), 1) * STRIDE, wanted


def _missing_strips(lines: Sequence[Slanted], shape: tuple[int, int]) -> list[Slanted]:
    """Return the strips of a map of (height, width) where no line was found, as lines."""
    height, width = shape
    strips = []
    for top, bottom in _STRIPS:
        strip = Slanted(width / 2, (top + bottom) / 2 * height, 0.96 * width, (bottom - top) * height, 0.0)
        if not any(_within(line, strip) for line in lines):
            strips.append(strip)
    return strips


def _within(line: Slanted, strip: Slanted) -> bool:
    box, place = line.around(), strip.around()
    shared = min(box.y2, place.y2) - max(box.y1, place.y1)
    return shared > 0.5 * box.height and box.width > 0.3 * place.width


def _placed(line: Slanted, shape: tuple[int, int], picture: Image) -> Slanted:
    """Return a line of the map of (height, width) in the pixels of a picture."""
    return line.scaled(picture.shape[1] / shape[1], picture.shape[0] / shape[0])


def _shrunk(picture: Image) -> Image:
    """Return a picture at twice the detector's width at most: lines cut straight out of a larger one would alias."""
    gain = 2 * _WIDTH / picture.shape[1]
    if gain >= 1.0:
        return picture
    size = 2 * _WIDTH, max(round(picture.shape[0] * gain), 1)
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _check(picture: Image) -> None:
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        raise InvalidInput(
            f"a picture of shape {picture.shape} and type {picture.dtype} cannot be read; "
            "expected uint8 (height, width, 3)"
        )
    if not picture.size:
        raise InvalidInput(f"a picture of shape {picture.shape} has no pixels; expected at least one")
