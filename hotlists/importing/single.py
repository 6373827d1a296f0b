"""One entry from the words of a person: a missing person, an AMBER, Silver or Blue alert, or any other category."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from hotlists.fields.absent import is_no_day
from hotlists.fields.errors import FieldError, NoPlateError
from hotlists.fields.moments import Moments
from hotlists.fields.vehicle_words import vehicle_of_words
from hotlists.text.entries import EntryMaker, named
from hotlists.text.lines import Line
from schemas.errors import InvalidInput
from schemas.jurisdictions import parse_jurisdiction
from schemas.plates import fold_plate
from schemas.types import Category, HotlistEntry


@dataclass(frozen=True, slots=True)
class AlertKind:
    """A public alert: what it is called on an entry, and the category that it means."""

    code: str
    category: Category


ALERT_KINDS: Final[Mapping[str, AlertKind]] = MappingProxyType(
    {
        "missing": AlertKind("Missing person", Category.MISSING_PERSON),
        # An abducted child in danger (34 U.S.C. 20501 and after, the national AMBER Alert network).
        "amber": AlertKind("AMBER Alert", Category.CHILD_ABDUCTION),
        # A missing senior with a cognitive impairment whose disappearance is a threat to his health and safety
        # (Virginia: Senior Alert, Code of Virginia 52-34.4); other states' programs differ.
        "silver": AlertKind("Silver Alert", Category.ENDANGERED_PERSON),
        # An officer killed, seriously injured or missing in the line of duty, or an imminent and credible threat to
        # kill or injure one (34 U.S.C. 50501(2)): what whoever stops this vehicle has to know first.
        "blue": AlertKind("Blue Alert", Category.OFFICER_SAFETY),
    }
)
"""The kinds of alert that have an option of their own, by its name."""

_DURATION = re.compile(r"(\d{1,5})\s*(m|min|h|d|w)", re.IGNORECASE | re.ASCII)
_UNITS: Final = MappingProxyType({"m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"})
_LONGEST: Final = timedelta(days=366 * 10)


@dataclass(frozen=True, slots=True)
class SingleEntry:
    """What a person gives of an entry, as text.

    `is_vanity` says that the plate reads like a word for no plate (NULL, NO TAG), and is one. `code` is what the alert
    is called. `vehicle` are words like `2014 grey Honda Odyssey`. `expires` is a date (the
    whole day counts, UTC), a time (UTC without a zone), or a duration from now like `24h`, `3d`.
    """

    category: Category
    plate: str
    state: str = ""
    code: str = ""
    vehicle: str = ""
    case_number: str = ""
    expires: str = ""
    instructions: str = ""
    priority: str = ""
    agency: str = ""
    is_vanity: bool = False


def single_entry(given: SingleEntry, hotlist_id: str, now: datetime) -> HotlistEntry:
    """Return the entry that a person describes.

    Its identity is plate, state, category and case, so that the same one again changes the entry. The words for the
    vehicle are kept among `extra` besides what is understood of them.

    Args:
        given: What the person gives.
        hotlist_id: The list that it belongs to.
        now: The time, aware.

    Raises:
        InvalidInput: The plate cannot be one, the state is not known, or the end is no date or is over.
    """
    for name, text in asdict(given).items():
        if isinstance(text, str) and not _printable(text, name):
            raise InvalidInput("the text holds a character that cannot be printed", column=name)
    state, words = _one_line(given.state), _one_line(given.vehicle)
    if state and parse_jurisdiction(state) is None:
        raise InvalidInput(f"'{state}' is no state; write it like VA, US-VA or Virginia", column="state")
    try:
        entry = EntryMaker("csv", hotlist_id, None, "plate", is_vanity=given.is_vanity)(
            Line(0, ""),
            plate=given.plate.strip(),
            category=given.category,
            code=_one_line(given.code),
            state=state,
            vehicle=vehicle_of_words(words),
            originating_agency=_one_line(given.agency),
            case_number=_one_line(given.case_number),
            priority=_one_line(given.priority),
            instructions=given.instructions.strip(),
            valid_until=_end(_one_line(given.expires), now),
            extra=named(("vehicle", words)),
        )
    except NoPlateError as error:
        raise InvalidInput(
            f"'{given.plate.strip()[:20]}' is what lists write for no plate; say so if the plate reads so (--vanity)",
            column="plate",
        ) from error
    except FieldError as error:
        raise InvalidInput(error.reason, column=error.column) from error
    return entry._replace(source_line=None, raw=None)


def _printable(text: str, name: str) -> bool:
    # Marks without width are separators of a plate, which pasted text brings along.
    return (fold_plate(text) if name == "plate" else _one_line(text)).isprintable()


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _end(text: str, now: datetime) -> datetime | None:
    if not text:
        return None
    duration = _DURATION.fullmatch(text)
    if duration:
        length = timedelta(**{_UNITS[duration[2].lower()]: int(duration[1])})
        if not timedelta() < length <= _LONGEST:
            raise FieldError("expires", f"'{text}' is no duration of use; write one like 24h or 3d")
        return now + length
    try:
        if is_no_day(text):
            raise FieldError("expires", "a word for nothing")
        end = Moments().end(text, "expires")
    except FieldError:
        raise FieldError(
            "expires", f"'{text[:40]}' is neither a time nor a duration; write it like 2026-12-31T18:00Z, 24h or 3d"
        ) from None
    if end is not None and end <= now:
        raise FieldError("expires", f"'{text}' is over already; the entry would never match")
    return end
