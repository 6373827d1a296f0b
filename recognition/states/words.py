"""What the words on a plate say of its state: how well each known name or slogan fits what the text network saw.

A name too blurred to be spelled may still fit one state far better than any other, so phrases are not looked for in the
decoded text but scored against the network's probabilities: a phrase's fit is the log-probability of its best path
through any part of a line, beside that of the best path of all.

Source: Graves et al., "Connectionist temporal classification", ICML 2006, section 4.1 (paths of a labeling).
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from recognition.reading.text_lines import TextLine
from recognition.reading.text_networks import CHARACTERS
from recognition.states.looks import ABROAD, CLASSES

Floats = npt.NDArray[np.float32]

LETTER: Final = 2.4
"""What every letter of a phrase that fits perfectly counts for, in nats: chance rarely gives long ones."""

THRESHOLD: Final = 6.5
"""What chance reaches: of each line only what a phrase counts above this is evidence."""

_MISSING: Final = 4.0  # nats that a letter of the phrase costs where the line has none for it
_FLOOR: Final = 0.003  # least probability of a character in a step
_LONGEST: Final = 14  # letters of a phrase that count
_SAME_ROW: Final = 0.5  # of the lower line's height that two lines of one row overlap
_SERIAL: Final = 70.0  # percent that a row agrees with the serial from which on it is the serial
_NEVER: Final = np.float32(-1e9)
_SYMBOLS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ23456789"


@dataclass(frozen=True, slots=True, eq=False)
class _Phrases:
    """Phrases of like length: symbols (n, longest) from 1, padded with 0; lengths (n,); classes bool (n, CLASSES)."""

    symbols: npt.NDArray[np.intp]
    lengths: npt.NDArray[np.intp]
    classes: npt.NDArray[np.bool_]


def text_scores(lines: Sequence[TextLine], plate: str) -> Floats:
    """Return what the words on a plate say of every class.

    Args:
        lines: The plate's lines.
        plate: The serial as the plate reader has it; its own row is left out.

    Returns:
        float32 (CLASSES,): nats, 0 where nothing speaks for a class.
    """
    scores = np.zeros(len(CLASSES), np.float32)
    for row in rows_of(lines):
        text = "".join(line.text for line in row).upper().replace(" ", "")
        if plate and fuzz.ratio(text, plate) >= _SERIAL:
            continue
        scores += row_scores(np.concatenate([line.steps for line in row]))
    return scores


def rows_of(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    """Group lines that stand beside one another, as NEW and YORK do around an emblem; each row from left to right."""
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda line: line.box.x1):
        for row in rows:
            last = row[-1].box
            shared = min(last.y2, line.box.y2) - max(last.y1, line.box.y1)
            if shared > _SAME_ROW * max(last.height, line.box.height):
                row.append(line)
                break
        else:
            rows.append([line])
    return rows


def row_scores(steps: Floats) -> Floats:
    """Return what one row says of every class.

    Args:
        steps: float32 (steps, columns) of probabilities, as in `TextLine`.

    Returns:
        float32 (CLASSES,): nats by which the best phrase of the class is above chance, at least 0.
    """
    scores = np.zeros(len(CLASSES), np.float32)
    if not len(steps):
        return scores
    losses = _losses(steps)
    for phrases in _phrases():
        gains = np.minimum(phrases.lengths, _LONGEST) * np.float32(LETTER) + _fits(losses, phrases)
        best = np.where(phrases.classes, gains[:, None], _NEVER).max(axis=0)
        scores = np.maximum(scores, best - np.float32(THRESHOLD))
    return scores


def _losses(steps: Floats) -> Floats:
    """Return how much less likely than the likeliest each symbol is in each step: (steps, 1 + symbols), 0 or less.

    Case, O and 0, and I and 1 are one; blanks, spaces and signs are column 0.
    """
    merged = steps @ _merging() + np.float32(_FLOOR)
    logs = np.log(merged)
    losses: Floats = logs - logs.max(axis=1, keepdims=True)
    return losses


def _fits(losses: Floats, phrases: _Phrases) -> Floats:
    """Return the log-probability (n,) of each phrase's best path through any part of a row, 0 for a perfect one."""
    count, longest = phrases.symbols.shape
    # What skipping the phrase's first letters costs: frames and stickers cover the ends of names.
    entering = -np.float32(_MISSING) * np.arange(longest, dtype=np.float32)
    leaving = -np.float32(_MISSING) * (phrases.lengths[:, None] - 1 - np.arange(longest)).astype(np.float32)
    leaving[phrases.symbols == 0] = _NEVER
    repeated = np.zeros((count, longest), bool)
    repeated[:, 1:] = phrases.symbols[:, 1:] == phrases.symbols[:, :-1]
    on_letter = np.full((count, longest), _NEVER, np.float32)
    after = np.full((count, longest), _NEVER, np.float32)
    best = np.full((count, longest), _NEVER, np.float32)
    previous = np.full((count, longest), _NEVER, np.float32)
    for step in losses:
        # From the letter before, with a blank between or, unless it is the same letter, without.
        previous[:, 1:] = np.maximum(after, np.where(_shifted(repeated), _NEVER, on_letter))[:, :-1]
        skipped = previous[:, :-1] - np.float32(_MISSING)
        previous[:, 1:] = np.maximum(previous[:, 1:], skipped)
        after = np.maximum(after, on_letter) + step[0]
        on_letter = np.maximum(np.maximum(on_letter, previous), entering) + step[phrases.symbols]
        best = np.maximum(best, on_letter)
    found: Floats = (best + leaving).max(axis=1)
    return found


def _shifted(repeated: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Mark letters that the next one repeats."""
    moved = np.zeros_like(repeated)
    moved[:, :-1] = repeated[:, 1:]
    return moved


@cache
def _merging() -> Floats:
    """Return the matrix (columns, 1 + symbols) that adds up what counts as one symbol."""
    matrix = np.zeros((len(CHARACTERS), 1 + len(_SYMBOLS)), np.float32)
    for column, character in enumerate(CHARACTERS):
        matrix[column, _symbol(character)] = 1.0
    return matrix


def _symbol(character: str) -> int:
    folded = {"0": "O", "1": "I"}.get(character, character.upper())
    return _SYMBOLS.index(folded) + 1 if folded and folded in _SYMBOLS else 0


@cache
def _phrases() -> tuple[_Phrases, ...]:
    """Load the phrases, in groups of like length so that short ones are not padded to the longest."""
    table: dict[str, Any] = tomllib.loads((files("recognition.states") / "words.toml").read_text("utf-8"))
    states: dict[tuple[int, ...], set[int]] = {}
    for name, entry in table.items():
        index = CLASSES.index(ABROAD if name == "abroad" else name)
        for phrase in (*entry["names"], *entry["words"]):
            symbols = tuple(symbol for symbol in map(_symbol, phrase) if symbol)
            states.setdefault(symbols, set()).add(index)
    ordered = sorted(states, key=len)
    groups = [ordered[start : start + 170] for start in range(0, len(ordered), 170)]
    return tuple(_group({symbols: states[symbols] for symbols in group}) for group in groups)


def _group(states: dict[tuple[int, ...], set[int]]) -> _Phrases:
    longest = max(map(len, states))
    symbols = np.zeros((len(states), longest), np.intp)
    classes = np.zeros((len(states), len(CLASSES)), bool)
    for row, (phrase, indices) in enumerate(states.items()):
        symbols[row, : len(phrase)] = phrase
        classes[row, list(indices)] = True
    return _Phrases(symbols, np.array([len(phrase) for phrase in states]), classes)
