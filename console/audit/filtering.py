"""Which rows of the audit somebody wants, as the fields of a form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import tzinfo
from enum import StrEnum
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import Form, Query

from console.typed import LARGEST, moment_of, number_of
from operations.audit.looking import AuditFilter
from schemas.actor_kinds import ActorKind
from schemas.audit import Action
from schemas.errors import InvalidInput

_Name = TypeVar("_Name", bound=StrEnum)
LONGEST = 200


@dataclass(frozen=True, slots=True)
class FilterForm:
    """The fields as they were filled in; an empty one does not matter."""

    who: str = ""
    action: str = ""
    kind: str = ""
    plate: str = ""
    case: str = ""
    words: str = ""
    since: str = ""
    until: str = ""

    def wanted(self, zone: tzinfo | None, before: str = "") -> AuditFilter:
        """Return it for the operations.

        Args:
            zone: The agency's time zone.
            before: The number of a row: only older ones.

        Raises:
            InvalidInput: A field is not what it has to be; says which.
        """
        return AuditFilter(
            actor=self.who.strip() or None,
            action=_one_of(Action, self.action, "what was done"),
            since=moment_of(self.since, "from", zone),
            until=moment_of(self.until, "until", zone, later=True),
            purpose=self.words.strip() or None,
            case_number=self.case.strip() or None,
            plate=self.plate.strip() or None,
            kind=_one_of(ActorKind, self.kind, "kind"),
            before=number_of(before, "before", 1, LARGEST),
        )

    def fields(self) -> Iterator[tuple[str, str]]:
        """Yield every field that says something, to be sent again."""
        yield from ((name, value) for name, value in asdict(self).items() if value)


def address_of(who: str) -> str:
    """Return the address of what somebody did."""
    return f"/audit?{urlencode({'who': who})}"


Asked = Annotated[str, Query(max_length=LONGEST)]
Sent = Annotated[str, Form(max_length=LONGEST)]


def asked_filter(
    who: Asked = "",
    action: Asked = "",
    kind: Asked = "",
    since: Asked = "",
    until: Asked = "",
) -> FilterForm:
    """Return the fields of an address: plates, cases and words of purposes are sent by POST, and stand in none."""
    return FilterForm(who, action, kind, since=since, until=until)


def sent_filter(
    who: Sent = "",
    action: Sent = "",
    kind: Sent = "",
    plate: Sent = "",
    case: Sent = "",
    words: Sent = "",
    since: Sent = "",
    until: Sent = "",
) -> FilterForm:
    """Return the fields of a form."""
    return FilterForm(who, action, kind, plate, case, words, since, until)


def _one_of(names: type[_Name], text: str, what: str) -> _Name | None:
    if not text:
        return None
    try:
        return names(text)
    except ValueError:
        raise InvalidInput(f"{what}: '{text[:40]}' is not known; choose one of the list") from None
