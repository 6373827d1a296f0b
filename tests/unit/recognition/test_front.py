"""Of plates that lie over one another in a picture, one is kept."""

from __future__ import annotations

from recognition.front import front_ones, is_free
from recognition.results import PictureRead
from schemas.types import Box


def read(text: str, box: Box, confidence: float = 0.9) -> PictureRead:
    return PictureRead(box, 0.8, text, confidence, ())


FRONT = read("ABC1234", Box(100, 100, 200, 150))
BEHIND = read("KLM98", Box(100, 130, 200, 180), 0.4)
FRAME = read("SMITHFORD", Box(80, 80, 220, 175), 0.3)
BESIDE = read("XYZ9876", Box(400, 100, 500, 150), 0.5)


def test_the_surest_of_one_place_is_kept_and_other_places_stay() -> None:
    assert front_ones([FRONT, BESIDE, BEHIND, FRAME]) == [FRONT, BESIDE]
    assert front_ones([FRAME, FRONT]) == [FRONT]
    assert front_ones([]) == []


def test_what_is_dropped_frees_its_place() -> None:
    # The plate behind touches the frame's lettering below it, the front one does not.
    below = read("DEALER5", Box(100, 165, 200, 195), 0.3)
    assert front_ones([FRONT, BEHIND, below]) == [FRONT, below]
    assert is_free(below.box, [FRONT])
    assert not is_free(below.box, [BEHIND])
