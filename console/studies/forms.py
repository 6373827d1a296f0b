"""What is typed into the forms of this room, as the operations take it: nothing that was typed is lost by an error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo

from fastapi import Request

from operations.reasons import Why
from operations.sharing.zones import agency_zone
from schemas.errors import InvalidInput
from schemas.settings import Settings

MOST_FIELDS = 200
LONGEST = 4000


async def typed(request: Request) -> dict[str, str]:
    """Return the fields of a form as they were typed, without blanks around them.

    Raises:
        InvalidInput: There are more than any form has, or a field is longer.
    """
    form = await request.form(max_fields=MOST_FIELDS, max_files=0)
    found = {name: value.strip() for name, value in form.items() if isinstance(value, str)}
    for name, value in found.items():
        if len(value) > LONGEST:
            raise InvalidInput(f"'{name[:40]}' has {len(value)} characters; at most {LONGEST} were expected")
    return found


def why_of(fields: Mapping[str, str]) -> Why:
    """Return why somebody asks."""
    given = (fields.get(name) or None for name in ("purpose", "case", "warrant", "offense"))
    return Why(*given)


def moment_of(fields: Mapping[str, str], name: str, what: str, settings: Settings) -> datetime | None:
    """Return a time by the agency's clock, or None where none was typed; of an hour that comes twice the first.

    Args:
        fields: What was typed.
        name: The field.
        what: What it is called in messages.
        settings: The configuration; it says which zone.

    Raises:
        InvalidInput: It is none.
    """
    text = fields.get(name, "")
    if not text:
        return None
    zone: tzinfo | None = agency_zone(settings)
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone() if zone is None or found.tzinfo is not None else found.replace(tzinfo=zone)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(f"{what}: {text[:40]!r} is no time, expected it like 2026-01-31T21:00") from error


def number_of(fields: Mapping[str, str], name: str, what: str, default: int | None = None) -> int | None:
    """Return a whole number, or the default where none was typed.

    Raises:
        InvalidInput: It is none.
    """
    text = fields.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise InvalidInput(f"{what}: {text[:40]!r} is no whole number")
    return int(text)
