"""What a second reader saw, as evidence for or against a listed plate.

The second reader is asked about a read that is there already, so its text is judged given whether that read is right.
An entry that lists the read's text says that the read is right; one that lists another says that it is wrong. How often
the second reader repeats right reads and wrong ones, and how often it sees the true text where the read is wrong, was
counted; the counts are data, and every term is a ratio of two of them.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from schemas.plates import WILDCARD, canonical_plate, normalize_plate
from schemas.types import SecondReading

COUNTS_FILE: Final = Path(__file__).with_name("second_reader.toml")


@dataclass(frozen=True, slots=True)
class SecondReaderHabits:
    """How the second reader behaves, as probabilities given that the read is right, or wrong.

    `repeats_*`: it sees the read's text. `differs_*`: it sees another. `mends`: the read is wrong and it sees the true
    text. `errs_too`: the read is wrong and it sees a third text. `errs_alike`: the read is right and it sees a text
    that looks like it. `cannot_tell` maps canonical characters to those that it shows instead most of the time.
    """

    repeats_right: float
    repeats_wrong: float
    differs_right: float
    differs_wrong: float
    mends: float
    errs_too: float
    errs_alike: float
    cannot_tell: dict[int, str]

    @classmethod
    def load(cls, path: Path = COUNTS_FILE) -> SecondReaderHabits:
        """Return the habits that a file of counts says, half a count added to each (Jeffreys' prior).

        Args:
            path: TOML with the tables `right` and `wrong`, and `cannot_tell`, a list of pairs like Q0.
        """
        document = tomllib.loads(path.read_text("utf-8"))
        right, wrong = document["right"], document["wrong"]
        return cls(
            repeats_right=_share(right["repeated"], right["reads"]),
            repeats_wrong=_share(wrong["repeated"], wrong["reads"]),
            differs_right=_share(right["differed"], right["reads"]),
            differs_wrong=_share(wrong["differed"], wrong["reads"]),
            mends=_share(wrong["mended"], wrong["reads"]),
            errs_too=_share(wrong["differed"] - wrong["mended"], wrong["reads"]),
            errs_alike=_share(right["looked_alike"], right["reads"]),
            cannot_tell=str.maketrans({pair[0]: pair[1] for pair in document["cannot_tell"]}),
        )


def _share(count: int, of: int) -> float:
    return (count + 0.5) / (of + 1.0)


@dataclass(frozen=True, slots=True)
class SecondReadingEvidence:
    """What the second reader's text does for one entry.

    `text` is what it saw (normalized), `sees_listed` whether that is the listed plate, `sees_read` whether it is the
    read's text, `score` what it adds in nats.
    """

    text: str
    sees_listed: bool
    sees_read: bool
    score: float


def compare_second_reading(reading: SecondReading | None, read: str, listed: str) -> SecondReadingEvidence | None:
    """Return what a second reading says about a read against an entry.

    Args:
        reading: The second reader's, or None.
        read: Canonical text of the read.
        listed: Canonical plate of the entry; may hold `?`.

    Returns:
        The evidence, or None where no second reader was asked or it saw no text.
    """
    shown = normalize_plate(reading.text) if reading is not None else ""
    if not shown:
        return None
    text = canonical_plate(shown)
    return SecondReadingEvidence(shown, _fits(text, listed), text == read, _score(text, read, listed))


def _score(text: str, read: str, listed: str) -> float:
    """Return ln(P(what it saw | the vehicle carries the listed plate) / P(the same | another vehicle))."""
    habits = HABITS
    seen, own, wanted = (value.translate(habits.cannot_tell) for value in (text, read, listed))
    if _fits(own, wanted):
        if not _fits(read, listed):
            return 0.0
        # The entry says that the read is right; any other vehicle's plate makes it wrong.
        if _fits(seen, wanted):
            return math.log(habits.repeats_right / habits.repeats_wrong)
        return math.log(habits.differs_right / habits.differs_wrong)
    # The entry says that the read is wrong.
    if _fits(seen, wanted):
        return math.log(habits.mends / habits.errs_alike)
    if seen == own:
        return math.log(habits.repeats_wrong / habits.repeats_right)
    # A third text: the read is wrong in any case, and where the second reader mends, it mends to the true plate.
    return math.log(habits.errs_too / habits.differs_wrong)


def _fits(text: str, pattern: str) -> bool:
    """Tell whether a text is a canonical plate in which `?` stands for any one character."""
    return len(text) == len(pattern) and all(p in (WILDCARD, t) for t, p in zip(text, pattern, strict=True))


HABITS: Final = SecondReaderHabits.load()
"""Habits of the shipped second reader beside the shipped reader."""

MOST_SCORE: Final = max(
    0.0,
    math.log(HABITS.repeats_right / HABITS.repeats_wrong),
    math.log(HABITS.differs_right / HABITS.differs_wrong),
    math.log(HABITS.mends / HABITS.errs_alike),
    math.log(HABITS.repeats_wrong / HABITS.repeats_right),
    math.log(HABITS.errs_too / HABITS.differs_wrong),
)
"""The most that a second reading adds, in nats."""
