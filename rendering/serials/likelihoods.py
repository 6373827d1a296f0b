"""What a serial says of the state that issued its plate.

A serial's likelihood is the share of the state's plates that carry the very serial, so its ratio of two states is how
much more the serial speaks for the one. Shares of classes and of formats within a class are judgments, not counts; the
formats themselves are sourced or marked as unconfirmed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Final

from rendering.serials.formats import CLASS_SHARES, SerialFormat, formats
from rendering.serials.patterns import lengths, parse_pattern, text_regex

_OTHER_SHARE: Final = 0.12  # vanity plates and specialty series that no format here describes
_OTHER_LENGTHS: Final = (0.0, 0.002, 0.01, 0.03, 0.08, 0.16, 0.34, 0.35, 0.028)  # share by number of characters
_ALPHABET: Final = 36


@dataclass(frozen=True, slots=True)
class _Entry:
    """A format, and the share of its state's plates that each of its serials has."""

    format: SerialFormat
    share: float


def serial_likelihoods(serial: str, *, folded: bool = False) -> dict[str, float]:
    """Return the probability that a plate carries the serial, for every jurisdiction that has formats.

    Never 0: a vanity plate may carry anything.

    Args:
        serial: upper case, without separators.
        folded: take O, Q and 0, and I and 1, for the same, as readers and labels do.
    """
    length = min(len(serial), len(_OTHER_LENGTHS) - 1)
    other = _OTHER_SHARE * max(_OTHER_LENGTHS[length], 1e-4) / _ALPHABET**length
    found = dict.fromkeys(_jurisdictions(), other)
    for entry in _matching(serial, folded):
        found[entry.format.jurisdiction] += entry.share
    return found


def _matching(serial: str, folded: bool) -> list[_Entry]:
    entries = _by_length().get(len(serial), ())
    return [entry for entry in entries if _regex(entry.format.pattern, entry.format.letters, folded).fullmatch(serial)]


@cache
def _regex(pattern: str, letters: str, folded: bool) -> re.Pattern[str]:
    """Compile a pattern when it is first asked: all of them take half a second, those of one length a fraction."""
    return text_regex(parse_pattern(pattern, letters), folded=folded)


@cache
def _jurisdictions() -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.jurisdiction for one in formats()))


@cache
def _by_length() -> dict[int, tuple[_Entry, ...]]:
    totals: defaultdict[tuple[str, str], float] = defaultdict(float)
    for one in formats():
        totals[one.jurisdiction, one.plate_class] += one.weight
    classes: defaultdict[str, float] = defaultdict(float)
    for jurisdiction, plate_class in totals:
        classes[jurisdiction] += CLASS_SHARES[plate_class]
    found: defaultdict[int, list[_Entry]] = defaultdict(list)
    for one in formats():
        share = CLASS_SHARES[one.plate_class] / classes[one.jurisdiction] * (1 - _OTHER_SHARE)
        share *= one.weight / totals[one.jurisdiction, one.plate_class] / one.count
        entry = _Entry(one, share)
        for length in lengths(one.parts):
            found[length].append(entry)
    return {length: tuple(entries) for length, entries in found.items()}
