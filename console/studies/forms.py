"""What is typed into the forms of this room, as the operations take it: nothing that was typed is lost by an error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from fastapi import Request

from console import typed as understood
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


def moment_of(fields: Mapping[str, str], name: str, what: str, settings: Settings) -> datetime | None:
    """Return a field's time by the agency's clock; see `console.typed.moment_of`."""
    return understood.moment_of(fields.get(name, ""), what, agency_zone(settings))


def number_of(fields: Mapping[str, str], name: str, what: str, default: int | None = None) -> int | None:
    """Return a field's whole number, or the default where none was typed; see `console.typed.number_of`."""
    found = understood.number_of(fields.get(name, ""), what)
    return default if found is None else found
