"""Make, color and year as evidence, where a reader and a list both give them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from schemas.types import VehicleDescription, VehicleEvidence

_MAKES: Final = {
    "LEXS": "LEXUS", "MERZ": "MERCEDES", "MERC": "MERCURY", "STRN": "SATURN", "FRHT": "FREIGHTLINER",
    "PTRB": "PETERBILT", "KW": "KENWORTH", "INTL": "INTERNATIONAL", "VOLK": "VOLKSWAGEN", "VW": "VOLKSWAGEN",
    "VOLV": "VOLVO", "CHEVY": "CHEVROLET", "MNNI": "MINI", "LNDR": "LAND", "LROV": "LAND", "RANGEROVER": "LAND",
    "HD": "HARLEY", "TOYT": "TOYOTA", "KAWK": "KAWASAKI", "SUZI": "SUZUKI", "SMRT": "SMART",
    "CHRY": "CHRYSLER", "BENZ": "MERCEDES",
}  # fmt: skip
"""NCIC vehicle make codes and short names that are not, or not only, the first letters of the make's name."""

_COLORS: Final = {
    "BLK": "black", "WHI": "white", "SIL": "gray", "GRY": "gray", "SILVER": "gray", "GREY": "gray", "RED": "red",
    "BLU": "blue", "DBL": "blue", "LBL": "blue", "GRN": "green", "DGR": "green", "LGR": "green", "GLD": "beige",
    "GOLD": "beige", "TAN": "beige", "BGE": "beige", "CRM": "beige", "CREAM": "beige", "BRO": "brown", "BRZ": "brown",
    "BRONZE": "brown", "CPR": "brown", "COPPER": "brown", "MAR": "red", "MAROON": "red", "ONG": "orange",
    "YEL": "yellow", "PLE": "purple", "LAV": "purple", "PNK": "pink", "TEA": "green", "TRQ": "blue",
}  # fmt: skip
"""NCIC vehicle color codes and color words, by the family that a camera can tell apart."""

_NOTHING: Final = frozenset({"UNKNOWN", "UNK", "UNKN", "OTHER", "NONE", "NA", "XXX", "XXXX"})
"""What readers and lists write where they do not know."""

_AGREES: Final = {"make": 1.9, "color": 0.9, "year": 0.7}
_DIFFERS: Final = {"make": -1.5, "color": -0.9, "year": -0.7}
"""Nats. A reader names the make right about 4 times in 5, and 1 vehicle in 8 has it by chance; color and year are
seen and listed less surely."""

MOST_SCORE: Final = sum(_AGREES.values())
"""The most that a vehicle adds, in nats."""

_YEAR_TOLERANCE: Final = 3
"""Years; a body style lasts that long, and a reader sees the style, not the year."""


def compare_vehicles(read: VehicleDescription | None, listed: VehicleDescription | None) -> tuple[VehicleEvidence, ...]:
    """Return the features that both descriptions give, compared.

    Args:
        read: What the reader saw.
        listed: What the list says; makes and colors as NCIC codes or as words.

    Returns:
        Evidence of make, color and year, each only where both sides have it.
    """
    return tuple(_compare(read, listed)) if read and listed else ()


def make_names(text: str) -> tuple[str, frozenset[str], frozenset[str]]:
    """Return how readers and lists write a make: its name in capitals, codes for it, and codes for other makes.

    Args:
        text: A code or a name; the name is empty where it says nothing.
    """
    name = _make(text)
    own = frozenset(code for code, meant in _MAKES.items() if meant == name)
    return name, own, frozenset(_MAKES) - own


def color_words(text: str) -> frozenset[str]:
    """Return the words and codes, in small letters, for colors that a camera cannot tell from those in a text.

    Args:
        text: Like `dark blue` or `SIL`; what is no color in it does not count where something else is one.
    """
    named = _colors(text)
    families = named & frozenset(_COLORS.values()) or named
    codes = frozenset(code.lower() for code, family in _COLORS.items() if family in families)
    return families | codes


def _compare(read: VehicleDescription, listed: VehicleDescription) -> Iterator[VehicleEvidence]:
    makes = _make(read.make), _make(listed.make)
    if all(makes):
        shorter, longer = sorted(makes, key=len)
        # Most codes are a name's first letters (CHEV), and readers add words to names (Mercedes-Benz).
        yield _evidence("make", str(read.make), str(listed.make), longer.startswith(shorter))
    colors = _colors(read.color), _colors(listed.color)
    if all(colors):
        yield _evidence("color", str(read.color), str(listed.color), bool(colors[0] & colors[1]))
    if read.year and listed.year:
        agrees = abs(read.year - listed.year) <= _YEAR_TOLERANCE
        yield _evidence("year", str(read.year), str(listed.year), agrees)


def _evidence(feature: str, read: str, listed: str, agrees: bool) -> VehicleEvidence:
    return VehicleEvidence(feature, read, listed, agrees, (_AGREES if agrees else _DIFFERS)[feature])


def _make(text: str | None) -> str:
    # Lists write the letter O as zero in makes as well (D0DG).
    code = re.sub(r"[^A-Z]", "", (text or "").upper().replace("0", "O"))
    return "" if code in _NOTHING else _MAKES.get(code, code)


def _colors(text: str | None) -> frozenset[str]:
    words = re.findall(r"[A-Z]+", (text or "").upper().replace("0", "O"))
    return frozenset(_COLORS.get(word, word.lower()) for word in words if word not in _NOTHING)
