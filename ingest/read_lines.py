"""Lines of JSON -> reads: whole PlateReads, or whatever has a plate."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, BinaryIO

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from schemas.convert import read_from_event, vehicle_from_event
from schemas.errors import InvalidInput
from schemas.events import CharacterEvent, PlateReadEvent, Probability, VehicleEvent
from schemas.ids import read_id
from schemas.jurisdictions import parse_jurisdiction
from schemas.plates import normalize_plate, shown_character, strange_characters
from schemas.types import CharacterRead, PlateRead

MAX_LINE_BYTES = 1024 * 1024
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_STATE = {"", "unknown", "none", "n/a"}


class PlainRead(BaseModel):
    """The fields of a read that matching looks at; others, as other tools write them, are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    plate: str
    jurisdiction: str | None = None
    jurisdiction_confidence: Probability | None = None
    confidence: Probability = 1.0
    characters: tuple[CharacterEvent, ...] = ()
    char_confidences: Annotated[tuple[Probability, ...] | None, Field(max_length=64)] = None
    vehicle: VehicleEvent | None = None
    captured_at: AwareDatetime | None = None


@dataclass(frozen=True, slots=True)
class NumberedLine:
    """One line that is not blank: its number (from 1) and its bytes, or None where it is too long."""

    number: int
    data: bytes | None


def numbered_lines(stream: BinaryIO) -> Iterator[NumberedLine]:
    """Yield the lines of a stream as they come; never more than one in memory, and none above the limit."""
    number = 0
    while data := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(data) <= MAX_LINE_BYTES:
            if data.strip():
                yield NumberedLine(number, data)
            continue
        while data and not data.endswith(b"\n"):
            data = stream.readline(MAX_LINE_BYTES + 1)
        yield NumberedLine(number, None)


def parse_read(line: NumberedLine, source: str, now: datetime) -> PlateRead:
    """Return the read of a line.

    Args:
        line: A JSON object with at least `plate`, or a whole PlateRead.
        source: Name of the file, for the read's id and for errors.
        now: When a read was captured that does not say.

    Raises:
        InvalidInput: The line is not such an object; names the field.
    """
    try:
        return _parse(line, source, now)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        column = ".".join(str(part) for part in first["loc"]) or None
        message = first["msg"][0].lower() + first["msg"][1:]
        raise InvalidInput(message, source=source, line=line.number, column=column) from error
    except InvalidInput as error:
        raise InvalidInput(error.message, source=source, line=line.number, column=error.column) from error


def _parse(line: NumberedLine, source: str, now: datetime) -> PlateRead:
    record = _record(line)
    if "read_id" in record:
        read = read_from_event(PlateReadEvent.model_validate(record))
        _check_plate(read.plate)
        return replace(read, jurisdiction=_jurisdiction(read.jurisdiction))
    if "state" in record and "jurisdiction" not in record:
        record["jurisdiction"] = record["state"]
    plain = PlainRead.model_validate(record)
    _check_plate(plain.plate)
    captured_at = plain.captured_at or now
    return PlateRead(
        read_id=read_id("match", source, _EPOCH, line.number),
        camera_id="match",
        agency_id="local",
        captured_at=captured_at,
        first_seen=captured_at,
        last_seen=captured_at,
        plate=plain.plate,
        confidence=plain.confidence,
        characters=_characters(plain),
        jurisdiction=_jurisdiction(plain.jurisdiction),
        jurisdiction_confidence=plain.jurisdiction_confidence,
        vehicle=vehicle_from_event(plain.vehicle),
    )


def _record(line: NumberedLine) -> dict[str, object]:
    if line.data is None:
        raise InvalidInput(f"the line is longer than {MAX_LINE_BYTES} bytes")
    try:
        # Some tools write a byte order mark before the first line.
        record = json.loads(line.data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InvalidInput("the line is not UTF-8 text") from error
    except json.JSONDecodeError as error:
        raise InvalidInput(f"the line is no JSON ({error.msg} at column {error.colno})") from error
    except RecursionError as error:
        raise InvalidInput("the line's JSON is nested too deeply") from error
    if not isinstance(record, dict):
        raise InvalidInput('a JSON object like {"plate": "ABC1234", "jurisdiction": "US-VA"} was expected')
    return record


def _check_plate(text: str) -> None:
    """Refuse signs that are neither a plate's nor separators: without them it would be another plate."""
    strange = [sign for sign in strange_characters(text) if not sign.isalnum()]
    if strange:
        raise InvalidInput(
            f"the plate holds '{shown_character(strange[0])}'; letters, digits, '?' for one unknown character, blanks "
            "and dashes were expected",
            column="plate",
        )


def _characters(plain: PlainRead) -> tuple[CharacterRead, ...]:
    if plain.characters:
        return tuple(CharacterRead(place.character, place.confidence, place.alternatives) for place in plain.characters)
    if not plain.char_confidences:
        return ()
    text = normalize_plate(plain.plate)
    if len(text) != len(plain.char_confidences):
        raise InvalidInput(
            f"{len(plain.char_confidences)} confidences for a plate of {len(text)} characters",
            column="char_confidences",
        )
    return tuple(CharacterRead(*pair) for pair in zip(text, plain.char_confidences, strict=True))


def _jurisdiction(text: str | None) -> str | None:
    if text is None or text.strip().casefold() in _NO_STATE:
        return None
    jurisdiction = parse_jurisdiction(text)
    if jurisdiction is None:
        raise InvalidInput(f"'{text[:20]}' is no known state; write it like US-VA or VA", column="jurisdiction")
    return jurisdiction
