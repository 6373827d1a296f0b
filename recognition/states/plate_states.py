"""The state of a plate as the recognizer asks for it: quickly for what passes by, thoroughly for a still picture."""

from __future__ import annotations

from collections.abc import Callable

from recognition.reading.fusion import FusedRead
from recognition.reading.text_lines import TextLineReader
from recognition.reading.text_networks import available
from recognition.states.reader import LEAST_WORDS_WIDTH, StateRead, StateReader, plate_picture
from schemas.types import Box, Image

LEAST_CONFIDENCE = 0.2
"""Texts that are less sure than this are most often no plate, and no state is looked for."""


NameState = Callable[[Image, Box, FusedRead], StateRead | None]
"""Names the state of a read: a picture, the plate's box in it, what stands on it."""


class PlateStates:
    """Names the states of plates. Threads may share it.

    Args:
        threads: Threads within an operation; 0: one per core.

    Raises:
        ConfigurationError: The state network that ships with Platewatch is missing or damaged.
    """

    def __init__(self, threads: int = 0) -> None:
        self._reader = StateReader(threads=threads)
        self._lines = TextLineReader(threads) if available() else None

    def by_looks(self, picture: Image, box: Box, read: FusedRead) -> StateRead | None:
        """Name the state within milliseconds, as for every vehicle that passes: by the plate's looks and its serial.

        Args:
            picture: uint8 (H, W, 3), BGR.
            box: The plate in it, in pixels.
            read: What stands on it.

        Returns:
            The state, or None when unsure.
        """
        return self._reader.read(picture, box, read.plate) if read.confidence >= LEAST_CONFIDENCE else None

    def by_words(self, picture: Image, box: Box, read: FusedRead) -> StateRead | None:
        """Name the state by the plate's words too, where the text networks are installed: a tenth of a second.

        Args:
            picture: uint8 (H, W, 3), BGR.
            box: The plate in it, in pixels.
            read: What stands on it.

        Returns:
            The state, or None when unsure.
        """
        if read.confidence < LEAST_CONFIDENCE:
            return None
        lines = None
        if self._lines is not None and box.width >= LEAST_WORDS_WIDTH:
            lines = self._lines.read(plate_picture(picture, box))
        return self._reader.read(picture, box, read.plate, lines)
