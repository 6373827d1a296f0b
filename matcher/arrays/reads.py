"""Reads as arrays: what each place's evidence says about every character, ready to be added up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from matcher.arrays.packing import NONE, WILD, Codes
from matcher.characters.confusion import ALPHABET, SAME_SHAPE, SAME_SHAPE_SHARE, misread_share
from matcher.characters.slots import BACKGROUND, EXTRA_AT_EDGE_SHARE, FLOOR, Slot, loss_share
from schemas.plates import MAX_PLATE_LENGTH

Scores = npt.NDArray[np.float32]

SYMBOLS: Final = WILD + 1
"""Columns of the tables: the alphabet, and `?`, which says nothing."""

_CODE: Final = {character: code for code, character in enumerate(ALPHABET)}
_SHOWN: Final = np.array([[Slot(shown, shown).probability(true) for true in ALPHABET] for shown in ALPHABET])
_SAME_SHAPE: Final = np.array(
    [[SAME_SHAPE_SHARE if (shown, true) in SAME_SHAPE else 0.0 for true in ALPHABET] for shown in ALPHABET]
)
_MISREAD: Final = np.array(
    [[misread_share(shown, true) if shown != true else 0.0 for true in ALPHABET] for shown in ALPHABET]
)


def _tables(probabilities: npt.NDArray[np.float64], codes: npt.NDArray[np.int64]) -> tuple[Scores, Scores]:
    """Return gains and credibilities, float32 (n, SYMBOLS), of places with these probabilities, (n, alphabet)."""
    gains = np.zeros((len(codes), SYMBOLS), dtype=np.float32)
    credibilities = np.zeros((len(codes), SYMBOLS), dtype=np.float32)
    logs = np.log(probabilities)
    top = logs[np.arange(len(codes)), codes]
    gains[:, :WILD] = logs - math.log(BACKGROUND)
    credibilities[:, :WILD] = np.minimum(logs - top[:, None], 0.0)
    return gains, credibilities


_EVERY: Final = np.arange(len(ALPHABET))
_GAINS, _CREDIBILITIES = _tables(_SHOWN, _EVERY)
_ABSENT: Final = np.array([[Slot(shown, shown).absent(at_edge=edge) for shown in ALPHABET] for edge in (False, True)])
_TOP: Final = _SHOWN[_EVERY, _EVERY]

LETTERS: Final = 24
DIGITS: Final = 10
"""Canonical letters and digits that plates carry: most states leave out I or Q, and O counts as 0."""

_EACH: Final = np.array([(1 / LETTERS, 0.0) if character.isalpha() else (0.0, 1 / DIGITS) for character in ALPHABET])


def _kinds(probabilities: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return how much likelier places are as any letter and as any digit than as anything, in nats, (n, 2)."""
    found: npt.NDArray[np.float64] = np.log(probabilities @ _EACH / BACKGROUND)
    return found


_KINDS: Final = _kinds(_SHOWN)


@dataclass(frozen=True, slots=True, eq=False)
class ReadArrays:
    """Reads by row.

    `codes` are uint8 (n, 12) and `lengths` int64 (n,). `gains` and `credibilities` are float32 (n, 12, SYMBOLS): what a
    place adds to the score, in nats, and how much it speaks against a listed character (see
    `matcher.judging.align.Step`). `absent` is float32 (n, 12, 2): the same two for a place that has no counterpart.
    `losses` is float32 (n,): what it adds to the score of a lost character how sure the read is of the others
    (`matcher.characters.slots.loss_share`), in nats. `kinds` is float64 (n, 12, 2): how much likelier a place is as any
    letter and as any digit than as anything, in nats.
    """

    codes: Codes
    lengths: npt.NDArray[np.int64]
    gains: Scores
    credibilities: Scores
    absent: Scores
    losses: Scores
    kinds: npt.NDArray[np.float64]

    @classmethod
    def of_texts(cls, codes: Codes) -> ReadArrays:
        """Return reads of which only the text is known.

        Args:
            codes: uint8 (n, 12), without `?` and foreign characters.
        """
        lengths = np.count_nonzero(codes != NONE, axis=1)
        shown = np.minimum(codes, WILD - 1)
        places = np.arange(MAX_PLATE_LENGTH)
        at_edge = (places == 0) | (places == lengths[:, None] - 1)
        probability = _ABSENT[at_edge.astype(np.int64), shown]
        credibility = np.minimum(np.log(probability / _TOP[shown]), 0.0)
        absent = np.stack([np.log(probability), credibility], axis=2).astype(np.float32)
        losses = np.zeros(len(codes), dtype=np.float32)
        return cls(codes, lengths, _GAINS[shown], _CREDIBILITIES[shown], absent, losses, _KINDS[shown])

    @classmethod
    def of_slots(cls, reads: Sequence[Sequence[Slot]]) -> ReadArrays:
        """Return reads with whatever their places say.

        Args:
            reads: Each read's places, 2 to 12.
        """
        codes = np.full((len(reads), MAX_PLATE_LENGTH), NONE, dtype=np.uint8)
        for row, slots in enumerate(reads):
            codes[row, : len(slots)] = [_CODE[slot.character] for slot in slots]
        found = cls.of_texts(codes)
        known = [(row, slots) for row, slots in enumerate(reads) if slots[0].distribution is not None]
        if known:
            found._take_distributions(known)
        return found

    def _take_distributions(self, reads: Sequence[tuple[int, Sequence[Slot]]]) -> None:
        """Replace what follows from the text alone by what the places of some reads say, all of them at once."""
        distributions = [slot.distribution or {} for _, slots in reads for slot in slots]
        rows = np.array([row for row, slots in reads for _ in slots])
        places = np.array([place for _, slots in reads for place in range(len(slots))])
        codes = self.codes[rows, places].astype(np.int64)
        withheld = [slot.withheld for _, slots in reads for slot in slots]
        rest = np.array([max(1.0 - sum(d.values()) - w, 0.0) for d, w in zip(distributions, withheld, strict=True)])
        probabilities = rest[:, None] * _MISREAD[codes]
        cells = [
            (number, _CODE[character], probability)
            for number, each in enumerate(distributions)
            for character, probability in each.items()
            if character
        ]
        numbers, columns, values = zip(*cells, strict=True)
        probabilities[numbers, columns] = values
        stated = probabilities[np.arange(len(codes)), codes]
        np.maximum(probabilities, _SAME_SHAPE[codes] * np.maximum(stated, FLOOR)[:, None], out=probabilities)
        np.maximum(probabilities, FLOOR, out=probabilities)
        self.gains[rows, places], self.credibilities[rows, places] = _tables(probabilities, codes)
        self.kinds[rows, places] = _kinds(probabilities)
        absent = np.array([each.get("", -1.0) for each in distributions])
        at_edge = (places == 0) | (places == self.lengths[rows] - 1)
        general = _ABSENT[at_edge.astype(np.int64), codes]
        tops = probabilities[np.arange(len(codes)), codes]
        absent = np.where(absent < 0, rest * general, absent)
        absent = np.maximum(absent, np.maximum(np.where(at_edge, EXTRA_AT_EDGE_SHARE * tops, FLOOR), FLOOR))
        self.absent[rows, places, 0] = np.log(absent)
        self.absent[rows, places, 1] = np.minimum(np.log(absent / tops), 0.0)
        self.losses[[row for row, _ in reads]] = [math.log(loss_share(slots)) for _, slots in reads]
