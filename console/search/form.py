"""What somebody typed into the search, as it was typed: it goes along from page to page, and no error loses it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Annotated, Final

from fastapi import Depends, Request

from operations.searches.areas import area_text
from operations.searches.saving import KeptSearch
from schemas.types import Purpose

WHY: Final = ("kind", "purpose", "case", "offense", "warrant")
TEXTS: Final = (
    *("plate", "since", "until", "hours", "area", "other_cameras", "state", "least_confidence"),
    *("lane", "direction", "speed_over", "speed_under", "make", "model", "color", "vehicle_class", "vendor"),
    *WHY,
    *("limit", "after", "passes_of", "passes_since", "passes_until"),
)
FLAGS: Final = ("alike", "valid")
PAGE_SIZES: Final = (25, 50, 100)
LONGEST: Final = 4000
"""Characters that a field may have; an area has the most."""
MOST_FIELDS: Final = 5000
"""A camera that is marked is one."""
MOST_PAGES: Final = 300
"""Pages that one goes back through."""


@dataclass(frozen=True, slots=True)
class SearchForm:
    """The fields as they were typed. `trail` is where the pages before this one began."""

    texts: Mapping[str, str] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    cameras: tuple[str, ...] = ()
    trail: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> str:
        """Return a field's text, without blanks around it."""
        return self.texts.get(name, "").strip()

    def get(self, name: str, default: str = "") -> str:
        """Return a field's text as templates ask for it of any form."""
        return self[name] or default

    def said(self, name: str) -> str | None:
        """Return a field's text, None where nothing was typed."""
        return self[name] or None

    def fields(self) -> Iterator[tuple[str, str]]:
        """Yield every field that says something, to be sent again."""
        yield from ((name, text) for name, text in self.texts.items() if text)
        yield from ((name, "on") for name in sorted(self.flags))
        yield from (("camera", one) for one in self.cameras)
        yield from (("trail", one) for one in self.trail)

    def at(self, after: str, trail: tuple[str, ...]) -> SearchForm:
        """Return the same search at another page."""
        return replace(self, texts={**self.texts, "after": after}, trail=trail[-MOST_PAGES:])

    @property
    def too_long(self) -> list[str]:
        """The fields that have more characters than any may have: cut short they would ask something else."""
        return [name for name, text in self.texts.items() if len(text) > LONGEST]

    @property
    def is_narrowed(self) -> bool:
        """Whether something beside plate, time and reason was typed."""
        plain = {"plate", "since", "until", *WHY, "limit", "after", "passes_of", "passes_since", "passes_until"}
        return bool(self.cameras or "valid" in self.flags or any(self[name] for name in TEXTS if name not in plain))


async def search_form(request: Request) -> SearchForm:
    """Return the search's fields of a form that was sent; files are refused."""
    sent = await request.form(max_files=0, max_fields=MOST_FIELDS)
    values = {name: [str(one) for one in sent.getlist(name)] for name in sent}
    texts = {name: values[name][-1] for name in TEXTS if values.get(name)}
    flags = frozenset(name for name in FLAGS if values.get(name))
    trail = values.get("trail", [])[-MOST_PAGES:]
    return SearchForm(texts, flags, tuple(values.get("camera", ())), tuple(trail))


def form_of(kept: KeptSearch, zone: tzinfo | None) -> SearchForm:
    """Return a search that is kept as if it was typed.

    Args:
        kept: The search.
        zone: The agency's time zone.
    """
    query, vehicle, why = kept.query, kept.query.vehicle, kept.why
    kind, colon, words = (why.purpose or "").partition(":")
    is_named = bool(colon) and kind in tuple(Purpose)
    speeds = {
        name: None if speed is None else f"{speed:g} m/s"
        for name, speed in (("speed_over", vehicle.speed_over), ("speed_under", vehicle.speed_under))
    }
    texts = {
        "plate": query.pattern,
        "since": _local(query.since, zone),
        "until": _local(query.until, zone),
        "hours": None if query.hours is None else str(query.hours),
        "area": None if query.area is None else area_text(query.area),
        "state": query.state,
        "least_confidence": None if query.least_confidence is None else f"{query.least_confidence * 100:g}%",
        **{name: getattr(vehicle, name) for name in ("lane", "direction", "make", "model", "color", "vehicle_class")},
        **speeds,
        "vendor": vehicle.vendor,
        "kind": kind if is_named else None,
        "purpose": words.strip() if is_named else why.purpose,
        "case": why.case_number,
        "offense": why.offense,
        "warrant": why.warrant,
        "limit": str(min(query.limit, PAGE_SIZES[-1])),
    }
    flags = {"alike"} if kept.alike else set()
    flags |= {"valid"} if query.valid_only else set()
    return SearchForm({name: text for name, text in texts.items() if text}, frozenset(flags), query.cameras)


def _local(moment: datetime | None, zone: tzinfo | None) -> str | None:
    return None if moment is None else moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S")


Typed = Annotated[SearchForm, Depends(search_form)]
"""The parameter of every page that is asked by the search's form."""
