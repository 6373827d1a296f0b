"""A rule: which alerts go where, and when they wait. Its file's form, checked, and what it decides."""

from __future__ import annotations

import hashlib
import json
import math
import tomllib
from collections.abc import Mapping
from datetime import datetime, time, tzinfo
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from alerts.routing.hours import DAYS, Hours
from schemas.errors import InvalidInput
from schemas.events import Alert
from schemas.settings.section import Identifier
from schemas.types import Category, Tier

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Degrees = tuple[Annotated[float, Field(ge=-90, le=90)], Annotated[float, Field(ge=-180, le=180)]]
MOST_BYTES = 65_536
EARTH_METERS = 6_371_000.0


class Part(BaseModel):
    """Base of what a rule's file holds: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class HoursPart(Part):
    """Hours of the agency's day. `days` are those on which they begin."""

    begins: Annotated[time, Field(alias="from")]
    ends: Annotated[time, Field(alias="until")]
    days: Annotated[tuple[Day, ...], Field(min_length=1)] = DAYS

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="after")
    def _are_plain(self) -> Self:
        if self.begins.tzinfo is not None or self.ends.tzinfo is not None:
            raise ValueError("hours are those of the agency's time zone (time_zone); leave the offset out")
        return self

    @property
    def hours(self) -> Hours:
        """The hours."""
        return Hours(self.begins, self.ends, self.days)


class QuietPart(HoursPart):
    """Hours in which deliveries wait until they are over, but for those of some categories."""

    except_categories: tuple[Category, ...] = ()


class CirclePart(Part):
    """An area: so many meters around a place (latitude, longitude)."""

    center: Degrees
    meters: Annotated[float, Field(gt=0, le=1_000_000)]


class Rule(Part):
    """Which alerts go where.

    What is left out does not matter: a rule without `categories` takes all of them. `polygon` and `circle` are areas;
    an alert whose camera has no coordinates is in none. `unit` is who it is for, and stands in what is sent.
    """

    name: Identifier
    channels: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=20)]
    unit: Annotated[str, Field(max_length=100)] = ""
    categories: tuple[Category, ...] = ()
    tiers: tuple[Tier, ...] = ()
    hotlists: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()
    polygon: Annotated[tuple[Degrees, ...], Field(min_length=3, max_length=1000)] | None = None
    circle: CirclePart | None = None
    hours: HoursPart | None = None
    quiet: QuietPart | None = None
    historical: bool = False
    updates: bool = True
    plates_in_mail: bool = False

    @model_validator(mode="after")
    def _has_one_area(self) -> Self:
        if self.polygon is not None and self.circle is not None:
            raise ValueError("polygon and circle are both given; use one, or two rules")
        return self

    def takes(self, alert: Alert, zone: tzinfo) -> bool:
        """Return whether the rule is about an alert, by what it says and when it was raised.

        Args:
            alert: The first alert about a vehicle.
            zone: The agency's time zone.
        """
        wanted = (
            (self.categories, alert.entry.category),
            (self.tiers, alert.hit.tier),
            (self.hotlists, alert.hotlist.hotlist_id),
            (self.cameras, alert.read.camera_id),
        )
        if any(some and one not in some for some, one in wanted):
            return False
        if alert.historical and not self.historical:
            return False
        return self._covers(alert) and (self.hours is None or self.hours.hours.contains(alert.created_at, zone))

    def due_at(self, alert: Alert, now: datetime, zone: tzinfo) -> datetime:
        """Return when an alert may be sent that is to be sent now: at once, or when the quiet hours are over.

        Args:
            alert: The alert.
            now: The present, aware.
            zone: The agency's time zone.
        """
        if self.quiet is None or alert.entry.category in self.quiet.except_categories:
            return now
        return self.quiet.hours.end_after(now, zone) or now

    def _covers(self, alert: Alert) -> bool:
        if self.polygon is None and self.circle is None:
            return True
        place = alert.read.location
        if place is None:
            return False
        if self.circle is not None:
            return _meters(self.circle.center, (place.latitude, place.longitude)) <= self.circle.meters
        return _is_inside((place.latitude, place.longitude), self.polygon or ())

    @property
    def digest(self) -> str:
        """What the rule says, in short: another one has to be tried anew."""
        text = json.dumps(self.document(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def document(self) -> dict[str, Any]:
        """Return the rule as a JSON object."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def parse_rule(document: Mapping[str, Any], source: str) -> Rule:
    """Return the rule of a document.

    Args:
        document: As TOML or JSON gives it.
        source: Where it stands, for errors.

    Raises:
        InvalidInput: It is no rule; says what is wrong.
    """
    try:
        return Rule.model_validate(dict(document))
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        told = "; ".join(f"'{'.'.join(map(str, one['loc'])) or 'rule'}': {one['msg'].lower()}" for one in problems[:5])
        raise InvalidInput(f"this is no rule: {told}", source=source) from error


def read_rules(path: Path) -> list[Rule]:
    """Return the rules of a TOML file, one table `[[rules]]` each.

    Raises:
        InvalidInput: The file cannot be read, or holds no rules; a name comes twice.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InvalidInput(f"the file is larger than {MOST_BYTES} bytes", source=str(path))
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"the file cannot be read ({error})", source=str(path)) from error
    return parse_rules(text, str(path))


def parse_rules(text: str, source: str) -> list[Rule]:
    """Return the rules of a text in TOML, one table `[[rules]]` each.

    Args:
        text: The text.
        source: Where it stands, for errors.

    Raises:
        InvalidInput: It holds no rules; a name comes twice.
    """
    if len(text) > MOST_BYTES:
        raise InvalidInput(f"this is longer than {MOST_BYTES} characters", source=source)
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidInput(f"this is no TOML: {error}", source=source) from error
    tables = document.get("rules")
    is_list = isinstance(tables, list) and tables and all(isinstance(one, dict) for one in tables)
    if not is_list or set(document) != {"rules"}:
        raise InvalidInput("found no [[rules]] alone; write one table [[rules]] for each", source=source)
    rules = [parse_rule(one, f"{source}, rule {number}") for number, one in enumerate(document["rules"], start=1)]
    doubled = sorted({rule.name for rule in rules if [one.name for one in rules].count(rule.name) > 1})
    if doubled:
        raise InvalidInput(f"a name is used more than once: {', '.join(doubled)}", source=source)
    return rules


def _meters(one: tuple[float, float], other: tuple[float, float]) -> float:
    a, b = math.radians(one[0]), math.radians(other[0])
    across = math.radians(other[1] - one[1])
    square = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(across / 2) ** 2
    return 2 * EARTH_METERS * math.asin(math.sqrt(min(1.0, square)))


def _is_inside(place: tuple[float, float], polygon: tuple[tuple[float, float], ...]) -> bool:
    """Tell whether a place lies in a polygon of (latitude, longitude): by how often a line to the east crosses it."""
    y, x = place
    inside = False
    for (y1, x1), (y2, x2) in zip(polygon, (*polygon[1:], polygon[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            inside = not inside
    return inside
