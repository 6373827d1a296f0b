"""Stops, as officers record them for the state: with whether a notification came before, and which reason it had.

Source:
    19VAC30-240-10 has the fields; the notification and its reason are Code of Virginia 52-30.2's as amended, which was
    read in a digest. Where each stands behind the others is our reading: have the state's form confirm it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.types import Category
from storage.audit.writer import write_audit
from storage.database import Database
from storage.reporting import Stop, add_stop, stops_between

_TEXT = re.compile(r"[^,\x00-\x1f\x7f]{1,45}")
_PATTERNS = {"record_id": re.compile(r"[A-Z0-9-]{1,12}"), "ori": re.compile(r"[A-Z0-9]{9}")}
_FLAGS = ("is_person_searched", "is_vehicle_searched", "followed_notification")
_LONGEST_LINE = 10_000
OLDEST = 120


def add_stops(actor: Actor, database: Database, lines: Iterable[str], source: str) -> tuple[int, int]:
    """Keep stops, a JSON object a line; all of them or none. One that is there under its number stays as it is.

    Args:
        actor: Who enters them.
        database: An open database.
        lines: The lines.
        source: What they are called.

    Returns:
        How many are new, and how many were there.

    Raises:
        InvalidInput: A line is no stop; names it and the field.
        DatabaseUnavailable: Nothing was kept.
    """
    stops = [_stop(text, source, number) for number, text in enumerate(lines, 1) if text.strip()]
    with database.transaction() as connection:
        new = sum(add_stop(connection, stop, actor.name) for stop in stops)
        write_audit(connection, AuditRecord(actor, Action.ADD_STOPS, {"source": source}), new)
    return new, len(stops) - new


def report_stops(actor: Actor, database: Database, since: date, until: date) -> list[Stop]:
    """Return the stops of a span of days; the look is written down.

    Args:
        actor: Who asks.
        database: An open database.
        since: The first day.
        until: The day after the last one.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    with database.transaction() as connection:
        found = stops_between(connection, since, until)
        asked = {"report": "stops", "since": since.isoformat(), "until": until.isoformat()}
        write_audit(connection, AuditRecord(actor, Action.VIEW_REPORT, asked), len(found))
    return found


def layout_lines(stops: Iterable[Stop]) -> Iterator[str]:
    """Yield stops as lines of the state's record: fields in its order, dates MMDDYY, no commas but between them."""
    for stop in stops:
        values = asdict(stop) | {"stopped_on": f"{stop.stopped_on:%m%d%y}"}
        yield ",".join(_layout_text(values[one.name]) for one in fields(Stop))


def _layout_text(value: object) -> str:
    if value is None:
        return ""
    return ("Y" if value else "N") if isinstance(value, bool) else str(value)


def _stop(text: str, source: str, line: int) -> Stop:
    try:
        given = json.loads(text) if len(text) <= _LONGEST_LINE else None
    except (ValueError, RecursionError) as error:
        raise InvalidInput("is no JSON", source=source, line=line) from error
    if not isinstance(given, dict):
        raise InvalidInput("expected one JSON object a line", source=source, line=line)
    names = {one.name for one in fields(Stop)}
    if given.keys() - names:
        raise InvalidInput(f"unknown field '{min(given.keys() - names)}'", source=source, line=line)
    try:
        return Stop(**{name: _value(name, given) for name in names})
    except ValueError as error:
        raise InvalidInput(str(error), source=source, line=line) from error


def _value(name: str, given: Mapping[str, Any]) -> Any:
    """Return a field's value.

    Raises:
        ValueError: It is missing or not what it has to be; says what.
    """
    value = given.get(name)
    if name in _FLAGS or (name == "speaks_english" and value is not None):
        if not isinstance(value, bool):
            raise ValueError(f"'{name}': expected true or false")
        return value
    if name == "speaks_english":
        return None
    if name == "age":
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= OLDEST):
            raise ValueError(f"'age': expected whole years up to {OLDEST}, or null")
        return value
    if name == "notification_reason":
        return _reason(value, follows=given.get("followed_notification") is True)
    if name == "stopped_on":
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            raise ValueError("'stopped_on': expected a day, like 2026-01-31")
        return date.fromisoformat(value)
    if not isinstance(value, str) or not _PATTERNS.get(name, _TEXT).fullmatch(value):
        raise ValueError(f"'{name}': expected {_expected(name)}")
    return value


def _expected(name: str) -> str:
    if name == "record_id":
        return "up to 12 of A-Z, 0-9 and -"
    return "9 of A-Z and 0-9" if name == "ori" else "up to 45 characters without a comma"


def _reason(value: object, *, follows: bool) -> str | None:
    if not follows and value is None:
        return None
    if follows and isinstance(value, str) and value in {one.value for one in Category}:
        return value
    if follows:
        raise ValueError("'notification_reason': expected the alert's category, like stolen_vehicle")
    raise ValueError("'notification_reason': there is one, and 'followed_notification' is not true")
