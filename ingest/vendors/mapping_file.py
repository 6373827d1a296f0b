"""The TOML file that says what of an unknown reader's messages stands where; docs/vendors.md has an example."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ingest.vendors.parts.times import Times
from schemas.errors import ConfigurationError

_EXAMPLE = datetime(2026, 12, 31, 23, 59, 58, tzinfo=UTC)
NAMED_FORMATS = ("auto", "local_epoch")
"""Formats that `strptime` has no pattern for: all usual ones, and a count of seconds whose clock shows local time."""

DottedPath = Annotated[str, Field(min_length=1, max_length=200)]
"""Where something stands: keys and positions in lists, with dots, like `results.0.plate` or `vehicle.@plate`."""


def _time_format(value: str) -> str:
    if value in NAMED_FORMATS:
        return value
    try:
        if not re.search(r"%[yYGcx]", value):
            raise ValueError("no year")
        datetime.strptime(_EXAMPLE.strftime(value), value).replace(tzinfo=UTC)
    except ValueError as error:
        raise ValueError(
            f"'{value}' is no format of times; write one like %d.%m.%Y %H:%M:%S, or {', '.join(NAMED_FORMATS)}"
        ) from error
    return value


class MappedFields(BaseModel):
    """Where each field stands; what is not named here is kept in the payload only."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    plate: DottedPath
    camera: DottedPath | None = None
    captured_at: DottedPath | None = None
    confidence: DottedPath | None = None
    pass_id: DottedPath | None = None
    revision: DottedPath | None = None
    is_final: DottedPath | None = None
    candidates: DottedPath | None = None
    state: DottedPath | None = None
    state_confidence: DottedPath | None = None
    country: DottedPath | None = None
    latitude: DottedPath | None = None
    longitude: DottedPath | None = None
    heading: DottedPath | None = None
    lane: DottedPath | None = None
    direction: DottedPath | None = None
    speed: DottedPath | None = None
    make: DottedPath | None = None
    model: DottedPath | None = None
    color: DottedPath | None = None
    vehicle_class: DottedPath | None = None
    year: DottedPath | None = None
    plate_image: DottedPath | None = None
    context_image: DottedPath | None = None
    plate_url: DottedPath | None = None
    context_url: DottedPath | None = None
    version: DottedPath | None = None

    def given(self) -> dict[str, str]:
        """Return the fields that are named, with where they stand."""
        return {name: str(path) for name, path in self.model_dump(exclude_none=True).items()}


class ReadMapping(BaseModel):
    """What the messages of one kind of reader hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fields: MappedFields
    name: Annotated[str, Field(min_length=1, max_length=64)] = "mapping"
    reads: DottedPath | None = None
    where: dict[str, str] = {}
    constants: dict[str, str | int | float] = {}
    confidence_of: Literal[1, 100, 255] = 100
    candidate_plate: DottedPath = "plate"
    candidate_confidence: DottedPath = "confidence"
    pass_id_is_unique: bool = True
    final_words: tuple[str, ...] = ()
    speed_unit: Literal["km/h", "mph", "m/s"] = "km/h"
    directions: dict[str, str] = {}
    time_formats: tuple[Annotated[str, AfterValidator(_time_format)], ...] = ("auto",)

    def moment(self, text: str, times: Times) -> datetime | None:
        """Return the time that a text is by the first of the formats that fits, in UTC."""
        for pattern in self.time_formats:
            found: datetime | None = None
            if pattern == "auto":
                found = times.of(text)
            elif pattern == "local_epoch":
                found = times.local(text)
            else:
                try:
                    found = times.of(datetime.strptime(text, pattern).isoformat(" "))
                except ValueError:
                    continue
            if found is not None:
                return found
        return None


def load_mapping(path: Path) -> ReadMapping:
    """Read a mapping.

    Args:
        path: A TOML file.

    Raises:
        ConfigurationError: It is missing or no TOML, a key is unknown, or a value does not fit; names the key.
    """
    try:
        return ReadMapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigurationError(f"mapping {path}: cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigurationError(f"mapping {path}: not valid TOML ({error})") from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "mapping"
        message = first["msg"].removeprefix("Value error, ")
        raise ConfigurationError(f"mapping {path}: {key}: {message[0].lower()}{message[1:]}") from error
