"""A detector that looks at a frame once for all ways that are compared, each of which is charged for it."""

from __future__ import annotations

import time

from recognition.recognizer import Recognizer
from schemas.settings import RecognitionSettings
from schemas.types import Box, Image, PlateDetection

_EVERY = 24
"""Of so many pixels one tells a picture from the others of its clip, for their noise."""


class ChargedRecognizer(Recognizer):
    """A recognizer that remembers what whole frames of one clip show, and what it took to find out.

    Args:
        settings: As for any.
    """

    def __init__(self, settings: RecognitionSettings) -> None:
        super().__init__(settings)
        self._known: dict[bytes, tuple[list[PlateDetection], float]] = {}
        self._saved = 0.0

    def forget(self) -> None:
        """Begin another clip."""
        self._known.clear()

    def processor_seconds(self) -> float:
        """Return the processor time used so far, with that of looks that were remembered."""
        return time.process_time() + self._saved

    def look(self, image: Image) -> list[PlateDetection]:
        """Find the plates in a whole frame, faint ones too."""
        return self._detect(image)

    def _detect(self, image: Image, region: Box | None = None) -> list[PlateDetection]:
        if region is not None:
            return super()._detect(image, region)
        key = image[::_EVERY, ::_EVERY].tobytes()
        if key in self._known:
            found, spent = self._known[key]
            self._saved += spent
            return found
        used = time.process_time()
        found = super()._detect(image)
        self._known[key] = found, time.process_time() - used
        return found
