"""When a plate's state is looked for, and with what."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from recognition.reading.fusion import FusedRead
from recognition.reading.text_lines import TextLine, TextLineReader
from recognition.reading.text_networks import CHARACTERS
from recognition.states.looks import ABROAD, CLASSES, StatePicture
from recognition.states.plate_states import PlateStates
from recognition.states.reader import StateRead, StateReader, plate_picture
from recognition.states.weighing import fitted_weights
from schemas.types import Box, Image

PICTURE = np.full((80, 200, 3), 90, np.uint8)
BOX = Box(40, 20, 140, 60)
LINES = [TextLine("NEVADA", 1.0, Box(0, 0, 40, 6))]
FOUND = StateRead("US-NV", 0.9)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the reader of states and that of lines are asked."""
    asked: list[tuple[Any, ...]] = []

    def read(self: object, picture: Image, box: Box, plate: str, lines: Sequence[TextLine] | None = None) -> StateRead:
        asked.append(("state", picture is PICTURE, box, plate, lines))
        return FOUND

    def lines(self: object, picture: Image) -> list[TextLine]:
        asked.append(("lines", picture.shape))
        return LINES

    monkeypatch.setattr(StateReader, "read", read)
    monkeypatch.setattr(TextLineReader, "read", lines)
    monkeypatch.setattr("recognition.states.plate_states.available", lambda: True)
    return asked


def test_what_passes_is_named_by_its_looks_and_its_serial_where_it_is_read_surely_enough(
    asked: list[tuple[Any, ...]],
) -> None:
    states = PlateStates(threads=1)
    assert states.by_looks(PICTURE, BOX, FusedRead("ABC123", 0.2, ())) == FOUND
    assert states.by_looks(PICTURE, BOX, FusedRead("ABC123", 0.19, ())) is None
    assert states.by_words(PICTURE, BOX, FusedRead("ABC123", 0.19, ())) is None
    assert asked == [("state", True, BOX, "ABC123", None)]


@pytest.mark.parametrize(("width", "has_lines"), [(49.9, False), (50.0, True)])
def test_words_are_read_where_they_can_be_and_the_networks_are_there(
    asked: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch, width: float, has_lines: bool
) -> None:
    box, read = Box(40, 20, 40 + width, 60), FusedRead("ABC123", 0.2, ())
    assert PlateStates(threads=1).by_words(PICTURE, box, read) == FOUND
    state = ("state", True, box, "ABC123", LINES if has_lines else None)
    assert asked == ([("lines", plate_picture(PICTURE, box).shape)] if has_lines else []) + [state]
    asked.clear()
    monkeypatch.setattr("recognition.states.plate_states.available", lambda: False)
    assert PlateStates(threads=1).by_words(PICTURE, box, read) == FOUND
    assert asked == [("state", True, box, "ABC123", None)]


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """How likely each state is by a plate's looks; of the others, nearly nothing."""
    shares: dict[str, float] = {}

    def scores(self: object, pictures: Sequence[Image]) -> np.ndarray:
        every = np.array([shares.get(name, 1e-9) for name in CLASSES])
        return np.log(every / every.sum())[None].astype(np.float32)

    monkeypatch.setattr(StatePicture, "scores", scores)
    return shares


def probability(one: float, other: float, power: float) -> float:
    return one**power / (one**power + other**power)


def test_a_state_is_named_from_its_probability_on_and_a_foreign_plate_never(looks: dict[str, float]) -> None:
    reader, chosen = StateReader(threads=1), fitted_weights(with_lines=False)
    power, least = chosen.picture, chosen.threshold
    odds = (least / (1 - least)) ** (1 / power)
    for factor, is_named in ((1.01, True), (0.99, False)):
        looks.update({"US-VA": odds * factor, "US-MD": 1.0})
        found = reader.read(PICTURE, BOX, "")
        assert (found is not None) is is_named
        if found is not None:
            assert found.jurisdiction == "US-VA"
            assert found.confidence == pytest.approx(probability(odds * factor, 1.0, power), rel=1e-4)
    looks.clear()
    looks[ABROAD] = 1.0
    assert reader.read(PICTURE, BOX, "") is None


def test_lines_count_only_where_they_are_wide_enough_to_read(looks: dict[str, float]) -> None:
    looks.update({"US-VA": 0.5, "US-NH": 0.5})
    steps = np.zeros((30, len(CHARACTERS)), np.float32)
    for place, letter in enumerate("LIVEFREEORDIE"):
        steps[2 * place, CHARACTERS.index(letter)] = 1.0
        steps[2 * place + 1, 0] = 1.0
    lines = [TextLine("LIVE FREE OR DIE", 1.0, Box(0, 0, 40, 6), steps)]
    reader = StateReader(threads=1)
    wide, narrow = Box(40, 20, 90, 60), Box(40, 20, 89.9, 60)
    found = reader.read(PICTURE, wide, "", lines)
    assert found is not None
    assert found.jurisdiction == "US-NH"
    assert math.isclose(found.confidence, 1.0, abs_tol=0.05)
    assert reader.read(PICTURE, narrow, "", lines) is None
