"""Which serials a state's plates carry: formats by class, as data with sources, and what a serial says of its state.

Evidence of a state: `serial_likelihood` is the share of the state's plates that carry the very serial, so its ratio of
two states is how much more the serial speaks for the one. Shares of classes and of formats within a class are
judgments, not counts; the formats themselves are sourced or marked as unconfirmed.

Source: rendering/serials/serial_formats.toml names one for each format that has any.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import numpy as np

from rendering.serials.patterns import Part, count, draw, lengths, parse_pattern, text_regex

__all__ = [
    "PLATE_CLASSES",
    "SerialFormat",
    "drawable_formats",
    "formats",
    "matches",
    "random_serial_of",
    "serial_likelihood",
    "serial_likelihoods",
]

# Shares of the vehicles on the road, roughly as registered in the United States (FHWA Highway Statistics, table MV-1,
# has about 3 % motorcycles); trailers are counted as seen, not as registered.
_CLASS_SHARES: Final[dict[str, float]] = {
    "passenger": 0.80,
    "commercial": 0.09,
    "trailer": 0.04,
    "motorcycle": 0.03,
    "temporary": 0.03,
    "government": 0.006,
    "livery": 0.003,
    "special": 0.003,
    "diplomatic": 0.001,
}
PLATE_CLASSES: Final[tuple[str, ...]] = tuple(_CLASS_SHARES)
_OTHER_SHARE: Final = 0.12  # vanity plates and specialty series that no format here describes
_OTHER_LENGTHS: Final = (0.0, 0.002, 0.01, 0.03, 0.08, 0.16, 0.34, 0.35, 0.028)  # share by number of characters
_ALPHABET: Final = 36
_GENERIC: Final = "generic"


@dataclass(frozen=True, slots=True)
class SerialFormat:
    """One series of plates.

    Attributes:
        jurisdiction: such as "US-VA"; "US" for the federal government.
        plate_class: one of `PLATE_CLASSES`.
        pattern: in the language of `rendering.serials.patterns`.
        letters: the letters that `A` stands for.
        since: first year of issue, if known.
        until: last year of issue; None while it is issued, or if unknown.
        source: where the pattern is from, or "".
        confidence: "sourced", or "unconfirmed" where it is general knowledge.
        weight: how common it is beside the state's other formats of its class.
    """

    jurisdiction: str
    plate_class: str
    pattern: str
    letters: str
    since: int | None = None
    until: int | None = None
    source: str = ""
    confidence: Literal["sourced", "unconfirmed"] = "unconfirmed"
    weight: float = 1.0

    @property
    def parts(self) -> tuple[Part, ...]:
        """The pattern's places and marks."""
        return parse_pattern(self.pattern, self.letters)

    @property
    def count(self) -> int:
        """How many serials the pattern has."""
        return count(self.parts)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A format, and the share of its state's plates that each of its serials has."""

    format: SerialFormat
    share: float


def formats(jurisdiction: str | None = None, plate_class: str | None = None) -> tuple[SerialFormat, ...]:
    """Return the known formats.

    Args:
        jurisdiction: only those of one, such as "US-VA"; None for all.
        plate_class: only those of one class; None for all.
    """
    return tuple(
        one
        for one in _load()
        if one.jurisdiction != _GENERIC
        and jurisdiction in (None, one.jurisdiction)
        and plate_class in (None, one.plate_class)
    )


def drawable_formats(jurisdiction: str, plate_class: str) -> tuple[SerialFormat, ...]:
    """Return formats for drawing a plate: the jurisdiction's own, else common ones where its own are not known.

    The common ones show how such plates look, and are no evidence: `formats` and `matches` do not have them.
    """
    own = formats(jurisdiction, plate_class)
    return own or tuple(one for one in _load() if one.jurisdiction == _GENERIC and one.plate_class == plate_class)


def matches(serial: str, *, folded: bool = False) -> tuple[SerialFormat, ...]:
    """Return the formats that a serial is of.

    Args:
        serial: upper case, without separators.
        folded: take O, Q and 0, and I and 1, for the same, as readers and labels do.
    """
    return tuple(entry.format for entry in _matching(serial, folded))


def serial_likelihood(jurisdiction: str, serial: str, *, folded: bool = False) -> float:
    """Return the probability that a plate of the jurisdiction carries the serial.

    Never 0: a vanity plate may carry anything.

    Args:
        jurisdiction: one that has formats.
        serial: upper case, without separators.
        folded: take O, Q and 0, and I and 1, for the same.

    Raises:
        KeyError: if no formats of the jurisdiction are known.
    """
    return serial_likelihoods(serial, folded=folded)[jurisdiction]


def serial_likelihoods(serial: str, *, folded: bool = False) -> dict[str, float]:
    """Return `serial_likelihood` of every jurisdiction that has formats."""
    length = min(len(serial), len(_OTHER_LENGTHS) - 1)
    other = _OTHER_SHARE * max(_OTHER_LENGTHS[length], 1e-4) / _ALPHABET**length
    found = dict.fromkeys(_jurisdictions(), other)
    for entry in _matching(serial, folded):
        found[entry.format.jurisdiction] += entry.share
    return found


def random_serial_of(format: SerialFormat, rng: np.random.Generator) -> str:
    """Draw a serial of a format, without separators."""
    return draw(format.parts, rng)


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
        classes[jurisdiction] += _CLASS_SHARES[plate_class]
    found: defaultdict[int, list[_Entry]] = defaultdict(list)
    for one in formats():
        share = _CLASS_SHARES[one.plate_class] / classes[one.jurisdiction] * (1 - _OTHER_SHARE)
        share *= one.weight / totals[one.jurisdiction, one.plate_class] / one.count
        entry = _Entry(one, share)
        for length in lengths(one.parts):
            found[length].append(entry)
    return {length: tuple(entries) for length, entries in found.items()}


@cache
def _load() -> tuple[SerialFormat, ...]:
    table: dict[str, Any] = tomllib.loads((files("rendering.serials") / "serial_formats.toml").read_text("utf-8"))
    sources: dict[str, str] = table.pop("sources")
    return tuple(
        SerialFormat(
            jurisdiction,
            row.get("class", "passenger"),
            row["pattern"],
            row.get("letters", state["letters"]),
            row.get("since"),
            row.get("until"),
            sources[row["source"]] if "source" in row else "",
            "sourced" if "source" in row else "unconfirmed",
            row.get("weight", 1.0),
        )
        for jurisdiction, state in table.items()
        for row in state["formats"]
    )
