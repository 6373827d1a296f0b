"""What a person asks of the vehicles in reads, in the words that different readers have for it."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Any, Final

from ingest.vendors.parts.vehicles import direction_of
from matcher.judging.vehicle import color_words, make_names
from schemas.errors import InvalidInput
from storage.reads.seen import SeenVehicle

_COMPASS: Final = ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")
_SHORT: Final = dict(zip(("n", "ne", "e", "se", "s", "sw", "w", "nw"), _COMPASS, strict=True))
_LONGEST: Final = 200
_BOUND: Final = re.compile(r"[\s-]*(?:bound|b)$")


@dataclass(frozen=True, slots=True)
class VehicleCriteria:
    """What reads have to say of a vehicle and its way; what is None was not asked. Case does not count.

    `speed_over` and `speed_under` are in meters per second. `make` and `color` also find the codes of lists and the
    colors that a camera cannot tell apart, `model` and `vehicle_class` what contains them, `direction` the other words
    for it, like northbound. `vendor` is whose reader it was; our own is `platewatch`.
    """

    lane: str | None = None
    direction: str | None = None
    speed_over: float | None = None
    speed_under: float | None = None
    make: str | None = None
    model: str | None = None
    color: str | None = None
    vehicle_class: str | None = None
    vendor: str | None = None

    @property
    def details(self) -> dict[str, Any]:
        """What was asked, for the audit; what was not is left out."""
        return {name: value for name, value in dataclasses.asdict(self).items() if value is not None}

    def sought(self) -> SeenVehicle:
        """Return it in the words of readers.

        Raises:
            InvalidInput: A word says nothing that could be looked for, or no speed lies between the two.
        """
        if self.speed_over is not None and self.speed_under is not None and self.speed_over >= self.speed_under:
            raise InvalidInput("no speed is over the one and under the other; exchange them")
        name, codes, others = make_names(self.make or "")
        lane = _said("lane", self.lane, _plain_lane(self.lane))
        return SeenVehicle(
            lanes=None if lane is None else (lane, f"lane {lane}"),
            directions=None if self.direction is None else _directions(self.direction),
            speed_over=self.speed_over,
            speed_under=self.speed_under,
            make=_said("make", self.make, name),
            make_codes=tuple(sorted(codes)),
            other_makes=tuple(sorted(others)),
            model=_said("model", self.model, re.sub(r"[^a-z0-9]", "", (self.model or "").lower())),
            colors=_words("color", self.color, color_words(self.color or "")),
            vehicle_class=_words("class", self.vehicle_class, _parts(self.vehicle_class)),
            vendor=_said("vendor", self.vendor, (self.vendor or "").strip().lower()),
        )


def _said(name: str, asked: str | None, found: str) -> str | None:
    """Return what is looked for, or None where it was not asked."""
    if asked is None:
        return None
    if not found or len(found) > _LONGEST:
        raise InvalidInput(
            f"the {name} {asked[:40]!r} says nothing that could be looked for; leave it out, or give one"
        )
    return found


def _words(name: str, asked: str | None, found: frozenset[str]) -> tuple[str, ...] | None:
    return None if _said(name, asked, " ".join(found)) is None else tuple(sorted(found))


def _parts(text: str | None) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z0-9]+", (text or "").lower()))


def _plain_lane(text: str | None) -> str:
    return re.sub(r"^lane\s+", "", (text or "").strip().lower())


def _directions(text: str) -> tuple[str, ...]:
    """Return the words for a direction that readers have; as it is where it is none of ours."""
    plain = _said("direction", text, direction_of(text) or "") or ""
    way = _BOUND.sub("", plain)
    way = _SHORT.get(way, way)
    if way not in _COMPASS:
        return (plain,)
    short = next(code for code, word in _SHORT.items() if word == way)
    return way, short, f"{way}bound", f"{short}b"
