"""A question as JSON has it, to be kept and asked again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from operations.criteria import VehicleCriteria
from operations.searches.areas import area_text, parse_area
from operations.searches.hours import parse_hours
from operations.searches.query import ReadQuery
from schemas.errors import InvalidInput


def document_of(query: ReadQuery, *, alike: bool) -> dict[str, Any]:
    """Return a question as JSON has it, without its page; what is not asked is left out."""
    asked = {
        "pattern": query.pattern,
        "since": _text_of(query.since),
        "until": _text_of(query.until),
        "cameras": list(query.cameras) or None,
        "area": None if query.area is None else area_text(query.area),
        "hours": None if query.hours is None else str(query.hours),
        "state": query.state,
        "least_confidence": query.least_confidence,
        "valid_only": query.valid_only or None,
        "vehicle": query.vehicle.details or None,
        "limit": query.limit,
        "alike": alike or None,
    }
    return {name: value for name, value in asked.items() if value is not None}


def query_of(document: Mapping[str, Any]) -> tuple[ReadQuery, bool]:
    """Return the question of `document_of`, and whether it seeks look-alikes.

    Raises:
        InvalidInput: It is none, as another version may have written it.
    """
    known = dict(document)
    area, hours = known.pop("area", None), known.pop("hours", None)
    since, until = (known.pop(name, None) for name in ("since", "until"))
    cameras, vehicle, alike = known.pop("cameras", ()), known.pop("vehicle", {}), known.pop("alike", False)
    try:
        query = ReadQuery(
            since=None if since is None else datetime.fromisoformat(since),
            until=None if until is None else datetime.fromisoformat(until),
            cameras=tuple(cameras),
            area=None if area is None else parse_area(area),
            hours=None if hours is None else parse_hours(hours),
            vehicle=VehicleCriteria(**vehicle),
            **known,
        )
    except (TypeError, ValueError) as error:
        raise InvalidInput("the kept search is of another version; remove it, and keep it anew") from error
    return query, bool(alike)


def _text_of(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()
