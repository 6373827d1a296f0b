"""What may be asked of many vehicles, checked against the law's limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from operations.searches.areas import area_text, parse_area
from policy.agreements.area import Area, Polygon, crosses_itself, may_overlap, square_km
from policy.analysis import AnalysisRule
from schemas.errors import InvalidInput
from storage.reads.patterns import parse_pattern

CONVOY: Final = "convoy"
MULTI_GEO: Final = "multi-geo"
STAKEOUT: Final = "stakeout"
MOST_OCCASIONS: Final = 20


@dataclass(frozen=True, slots=True)
class Occasion:
    """A place and a time, aware."""

    area: Area
    since: datetime
    until: datetime

    def document(self) -> dict[str, str]:
        """Return it as it is kept."""
        return {"area": area_text(self.area), "since": self.since.isoformat(), "until": self.until.isoformat()}


@dataclass(frozen=True, slots=True)
class Convoy:
    """Who passes together between two times: with one plate, or anybody with anybody in an area."""

    since: datetime
    until: datetime
    plate: str | None = None
    area: Area | None = None
    window_seconds: int = 60
    least_cameras: int = 3
    kind: str = CONVOY

    def document(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "plate": None if self.plate is None else parse_pattern(self.plate).text,
            "area": None if self.area is None else area_text(self.area),
            "window_seconds": self.window_seconds,
            "least_cameras": self.least_cameras,
        }

    def check(self, rule: AnalysisRule) -> None:
        """Raise InvalidInput where the law's limits do not let it be asked."""
        _check_period(self.since, self.until, rule)
        if self.plate is None and self.area is None:
            raise InvalidInput("without a plate, an area is needed (--area)")
        if self.plate is not None and not parse_pattern(self.plate).is_exact:
            raise InvalidInput("give the plate in full, or none")
        if self.area is not None:
            _check_area(self.area, rule)
        if not 1 <= self.window_seconds <= rule.window_seconds:
            raise InvalidInput(
                f"{self.window_seconds} s between two vehicles; 1 to {rule.window_seconds} are permitted"
            )
        if self.least_cameras < rule.least_cameras:
            raise InvalidInput(f"{self.least_cameras} cameras; {rule.least_cameras} or more have to be asked for")

    @property
    def needs_approval(self) -> bool:
        """Whether it is about anybody."""
        return self.plate is None


@dataclass(frozen=True, slots=True)
class Presence:
    """Who was on so many occasions: at several places (multi-geo), or at one several times (stakeout)."""

    occasions: tuple[Occasion, ...]
    least: int
    kind: str = MULTI_GEO

    def document(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {"occasions": [one.document() for one in self.occasions], "least": self.least}

    def check(self, rule: AnalysisRule) -> None:
        """Raise InvalidInput where the law's limits do not let it be asked."""
        if not 2 <= len(self.occasions) <= MOST_OCCASIONS:
            raise InvalidInput(f"{len(self.occasions)} occasions; 2 to {MOST_OCCASIONS} were expected")
        if not 2 <= self.least <= len(self.occasions):
            raise InvalidInput(f"on {self.least} of {len(self.occasions)} occasions; 2 or more of them were expected")
        for one in self.occasions:
            _check_period(one.since, one.until, rule)
            if one.until - one.since > timedelta(days=1):
                raise InvalidInput("an occasion of more than a day; give the hours in which it was")
            _check_area(one.area, rule)
        for number, one in enumerate(self.occasions):
            for other in self.occasions[:number]:
                if one.since < other.until and other.since < one.until and may_overlap(one.area, other.area):
                    raise InvalidInput(
                        "two occasions are at one place at the same time, so that one pass would count for both; leave "
                        "one of them out"
                    )
        _check_period(min(one.since for one in self.occasions), max(one.until for one in self.occasions), rule)

    @property
    def needs_approval(self) -> bool:
        """It is about anybody."""
        return True


Question = Convoy | Presence


def question_of(kind: str, document: Mapping[str, Any]) -> Question:
    """Return a question as it was kept."""
    moment = datetime.fromisoformat
    if kind == CONVOY:
        area = document["area"]
        return Convoy(
            moment(document["since"]),
            moment(document["until"]),
            document["plate"],
            None if area is None else parse_area(area),
            document["window_seconds"],
            document["least_cameras"],
        )
    occasions = tuple(
        Occasion(parse_area(one["area"]), moment(one["since"]), moment(one["until"])) for one in document["occasions"]
    )
    return Presence(occasions, document["least"], kind)


def _check_period(since: datetime, until: datetime, rule: AnalysisRule) -> None:
    if since >= until:
        raise InvalidInput("the time from which it looks is not before the time until which it does; exchange them")
    if until - since > timedelta(days=rule.most_days):
        raise InvalidInput(f"more than {rule.most_days} days are not permitted: {rule.source}")


def _check_area(area: Area, rule: AnalysisRule) -> None:
    # The parts of one that crosses itself would take each other off its size.
    if isinstance(area, Polygon) and crosses_itself(area):
        raise InvalidInput("the area's line crosses itself; give its corners in the order in which they lie around it")
    size = square_km(area)
    if size > rule.most_square_km:
        raise InvalidInput(
            f"the area has {size:.0f} square kilometers; {rule.most_square_km:g} are permitted: {rule.source}"
        )
