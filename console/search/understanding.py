"""What a form asks, as the operations take it; what cannot be understood is said at its field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from console.search.form import LONGEST, PAGE_SIZES, SearchForm
from console.typed import moment_of, number_of
from console.why import why_of
from console.wording import in_words
from operations.criteria import VehicleCriteria
from operations.reasons import Why
from operations.searches.areas import parse_area
from operations.searches.hours import parse_hours
from operations.searches.query import ReadQuery, parse_key, state_of
from operations.sharing.zones import agency_zone
from schemas.errors import InvalidInput, SaysNothing
from schemas.settings import Settings
from schemas.speeds import speed_of

T = TypeVar("T")
_PART_FIELDS: Final[Mapping[str, str]] = {
    "the purpose": "purpose",
    "the reason behind the purpose's name": "purpose",
    "the case or call number": "case",
    "the warrant's number": "warrant",
    "the type of offense": "offense",
    "the time": "since",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form asks, why, and what of it cannot be understood, by field; nothing may be asked while there is any."""

    query: ReadQuery
    why: Why
    alike: bool = False
    faults: dict[str, str] = field(default_factory=dict)


def asked_of(form: SearchForm, settings: Settings) -> Asked:
    """Return what a form asks.

    Args:
        form: As it was typed.
        settings: The configuration; times without a zone are the agency's.
    """
    faults = dict.fromkeys(form.too_long, f"it has more than {LONGEST} characters; give less")

    def of(name: str, parse: Callable[[str], T]) -> T | None:
        text = form.said(name)
        try:
            return None if text is None else parse(text)
        except InvalidInput as error:
            faults[name] = in_words(str(error))
            return None

    zone = agency_zone(settings)
    plain = {
        name: form.said(name) for name in ("lane", "direction", "make", "model", "color", "vehicle_class", "vendor")
    }
    vehicle = VehicleCriteria(**plain, speed_over=of("speed_over", speed_of), speed_under=of("speed_under", speed_of))
    others = [one.strip() for one in form["other_cameras"].split(",")]
    query = ReadQuery(
        pattern=form.said("plate"),
        since=of("since", lambda text: moment_of(text, "", zone)),
        until=of("until", lambda text: moment_of(text, "", zone, later=True)),
        cameras=tuple(dict.fromkeys([*form.cameras, *(one for one in others if one)])),
        area=of("area", parse_area),
        hours=of("hours", parse_hours),
        state=of("state", state_of),
        least_confidence=of("least_confidence", _share),
        valid_only="valid" in form.flags,
        vehicle=vehicle,
        after=of("after", parse_key),
        limit=of("limit", _size) or PAGE_SIZES[0],
    )
    return Asked(query, why_of(form.said), "alike" in form.flags, faults)


def field_of(error: InvalidInput) -> str | None:
    """Return the field that an error is about, where it is about one."""
    return _PART_FIELDS.get(error.part) if isinstance(error, SaysNothing) else None


def _share(text: str) -> float:
    """Return a confidence: `90`, `90%` or `0.9`."""
    try:
        number = float(text.removesuffix("%").strip())
    except ValueError:
        number = -1.0
    share = number / 100 if number > 1 or text.endswith("%") else number
    if not 0 <= share <= 1:
        raise InvalidInput(f"'{text[:40]}' is no confidence; write it like 90%")
    return share


def _size(text: str) -> int:
    return number_of(text, "", 1, PAGE_SIZES[-1]) or PAGE_SIZES[0]
