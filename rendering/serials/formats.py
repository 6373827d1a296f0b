"""Which serials a state's plates carry: formats by class, as data with sources.

Source: rendering/serials/serial_formats.toml names one for each format that has any.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import numpy as np

from rendering.serials.patterns import Part, count, draw, parse_pattern

# Shares of the vehicles on the road, roughly as registered in the United States (FHWA Highway Statistics, table MV-1,
# has about 3 % motorcycles); trailers are counted as seen, not as registered.
CLASS_SHARES: Final[dict[str, float]] = {
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
PLATE_CLASSES: Final[tuple[str, ...]] = tuple(CLASS_SHARES)
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

    The common ones show how such plates look, and are no evidence: `formats` does not have them.
    """
    own = formats(jurisdiction, plate_class)
    return own or tuple(one for one in _load() if one.jurisdiction == _GENERIC and one.plate_class == plate_class)


def random_serial_of(format: SerialFormat, rng: np.random.Generator) -> str:
    """Draw a serial of a format, without separators."""
    return draw(format.parts, rng)


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
