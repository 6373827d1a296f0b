"""Nlets' plate reader transactions as text: what a query asks, and reads as the answer to it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from schemas.errors import InvalidInput
from schemas.jurisdictions import parse_jurisdiction
from sharing.codecs.fields import mapping, value_at

_HEADER: Final = re.compile(r"([A-Z]{3})\.([A-Z0-9]{9,11})\.([A-Z0-9]{2,9})\.TXT\s*")
_FIELD: Final = re.compile(r"([A-Z]{3})/([^/]*?)\.?\s*(?=[A-Z]{3}/|$)", re.DOTALL)
_TRUE, _FALSE = frozenset({"TRUE", "T", "Y", "YES", "1"}), frozenset({"FALSE", "F", "N", "NO", "0", ""})
_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that could be taken for a digit."""
_EVENT_BITS: Final = 100


@dataclass(frozen=True, slots=True)
class PlateReaderQuery:
    """What an LPQ asks.

    A list query names a plate, a detailed one an event of an earlier answer. `begin` is inclusive, `end` exclusive: a
    day that is named as the end is in it. `location` is like `US-VA`.
    """

    sender: str
    destination: str
    plate: str | None = None
    location: str | None = None
    begin: datetime | None = None
    end: datetime | None = None
    loose_match: bool = False
    limit: int | None = None
    event: str | None = None
    date: datetime | None = None
    with_picture: bool = False


def parse_query(text: str) -> PlateReaderQuery:
    """Return what an LPQ asks.

    Args:
        text: The message, from its message key on.

    Raises:
        InvalidInput: It is none; says where, and never repeats a plate.

    Source:
        nlets.toml beside this file.
    """
    form = mapping("nlets")
    if len(text) > form["longest_text"]:
        raise InvalidInput(f"an LPQ is no longer than {form['longest_text']} characters, this is {len(text)}")
    text = text.strip().upper()
    header = _HEADER.match(text)
    if header is None or header[1] != form["query"]:
        raise InvalidInput("no LPQ; expected LPQ.<sender's ORI>.<destination>.TXT and then fields like LIC/ABC123")
    known = {field["prefix"]: field for field in form["fields"] if "query" in field["in"]}
    values: dict[str, Any] = {}
    rest = text[header.end() :]
    for found in _FIELD.finditer(rest):
        field = known.get(found[1])
        if field is None:
            raise InvalidInput(f"an LPQ has no field {found[1]}; expected one of {', '.join(known)}")
        if field["name"] in values:
            raise InvalidInput(f"{found[1]} stands twice")
        values[field["name"]] = _parsed(field, found[2].strip())
    if _FIELD.sub("", rest).strip():
        raise InvalidInput("text that is no field; expected fields like LIC/ABC123, each ended by a period")
    query = PlateReaderQuery(header[2], header[3], **values)
    if (query.plate is None) == (query.event is None):
        raise InvalidInput("an LPQ names either a plate (LIC) or an event of an earlier answer (EID)")
    if query.begin is not None and query.end is not None and query.begin >= query.end:
        raise InvalidInput("BEG has to be before END")
    return query


def format_answer(reads: Iterable[Mapping[str, Any]], query: PlateReaderQuery, ori: str) -> str:
    """Return reads as the answer to a query, one event a line after the header.

    Args:
        reads: Reads as JSON objects (schemas/json/plate-read.v1.json), also ones that were cut to an agreement.
        query: What was asked.
        ori: The answering agency's ORI, nine characters.
    """
    form = mapping("nlets")
    fields = [field for field in form["fields"] if "answer" in field["in"]]
    events = []
    for read in reads:
        values = ((field, ori if field["name"] == "agency" else value_at(read, field["field"])) for field in fields)
        told = (f"{field['prefix']}/{_formatted(field, value)}." for field, value in values if value is not None)
        events.append("".join(told))
    records = f"{len(events)} RECORD{'' if len(events) == 1 else 'S'}."
    return "\n".join((f"{form['answer']}.{ori}.{query.sender}.TXT", *events, records)) + "\n"


def event_number(read_id: UUID) -> str:
    """Return a read's event number: 20 characters that name its first 100 bits, of which no two reads share all."""
    number = read_id.int >> (128 - _EVENT_BITS)
    return "".join(_DIGITS[(number >> shift) & 31] for shift in range(_EVENT_BITS - 5, -5, -5))


def reads_of_event(event: str) -> tuple[UUID, UUID]:
    """Return the least and the greatest read id that an event number may stand for.

    Raises:
        InvalidInput: It is none of ours.
    """
    number = 0
    for one in event:
        digit = _DIGITS.find(one)
        if digit < 0:
            raise InvalidInput("EID is none of ours: it has a character that our numbers lack")
        number = number << 5 | digit
    if len(event) * 5 != _EVENT_BITS:
        raise InvalidInput(f"EID is none of ours: ours have {_EVENT_BITS // 5} characters")
    least = number << (128 - _EVENT_BITS)
    return UUID(int=least), UUID(int=least | ((1 << (128 - _EVENT_BITS)) - 1))


def _parsed(field: Mapping[str, Any], text: str) -> Any:
    prefix, kind = field["prefix"], field["kind"]
    if len(text) > field["size"]:
        raise InvalidInput(f"{prefix} is longer than {field['size']} characters")
    if kind == "plate":
        plain = re.sub(r"[\s-]", "", text)
        if not re.fullmatch(r"[A-Z0-9?*]+", plain):
            raise InvalidInput(f"{prefix} has to be letters and digits")
        return plain
    if kind == "state":
        state = parse_jurisdiction(text)
        if state is None:
            raise InvalidInput(f"{prefix} is no state, expected a code like VA")
        return state
    if kind == "flag":
        if text not in _TRUE | _FALSE:
            raise InvalidInput(f"{prefix} has to be TRUE or FALSE")
        return text in _TRUE
    if kind == "number":
        if not re.fullmatch(r"[0-9]+", text) or int(text) == 0:
            raise InvalidInput(f"{prefix} has to be a number of 1 or more")
        return int(text)
    if kind == "moment":
        return _moment(prefix, text)
    reads_of_event(text)
    return text


def _moment(prefix: str, text: str) -> datetime:
    for form in mapping("nlets")["dates"]:
        try:
            moment = datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        if moment.strftime(form) != text:
            continue  # it takes a day of one digit, too
        # A day that is named as the end is in it.
        return moment + timedelta(days=1) if prefix == "END" and form == "%Y%m%d" else moment
    raise InvalidInput(f"{prefix} is no date, expected ccyymmdd or ccyymmdd@hhmm")


def _formatted(field: Mapping[str, Any], value: Any) -> str:
    if field["kind"] == "event":
        return event_number(UUID(str(value)))
    if field["kind"] == "moment":
        return datetime.fromisoformat(str(value)).astimezone(UTC).strftime("%Y%m%d@%H%M")
    if field["kind"] == "state":
        return str(value)[-2:]
    # A period would end the field.
    return re.sub(r"[^A-Z0-9 -]", "", str(value).upper())[: field["size"]]
