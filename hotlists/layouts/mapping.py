"""A list's layout declared in a TOML file: which column or key is which field, how dates are written, its words."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from hotlists.fields.columns import FIELDS
from hotlists.fields.moments import NAMED_FORMATS
from hotlists.text.delimited import DELIMITERS
from hotlists.text.tables import COLON
from schemas.errors import ConfigurationError
from schemas.jurisdictions import parse_jurisdiction
from schemas.types import Category

_EXAMPLE = datetime(2026, 12, 31, 23, 59, 58, tzinfo=UTC)


def _delimiter(value: str) -> str:
    found = "\t" if value.casefold() in ("tab", "\\t") else value
    if found not in (*DELIMITERS, COLON):
        raise ValueError("a delimiter is one of , ; | : and tab")
    return found


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"this is no regular expression ({error})") from error
    return value


def _date_format(value: str) -> str:
    if value in NAMED_FORMATS:
        return value
    try:
        if not re.search(r"%[yYGcx]", value):
            raise ValueError("no year")
        datetime.strptime(_EXAMPLE.strftime(value), value).replace(tzinfo=UTC)
    except ValueError as error:
        raise ValueError(
            f"'{value}' is no date format; write one like %d.%m.%Y %H:%M, or {', '.join(NAMED_FORMATS)}"
        ) from error
    return value


def _zone(value: str) -> str:
    try:
        if value != "UTC":
            ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"'{value}' is no time zone; write one like America/New_York") from error
    return value


def _state(value: str) -> str:
    found = parse_jurisdiction(value)
    if found is None:
        raise ValueError(f"'{value}' is no state; write it like VA or US-VA")
    return found


Column = Annotated[str, Field(min_length=1)] | Annotated[int, Field(ge=1, le=1000)]
"""A column's name, or a key with dots where it is nested, or a column's number from 1."""


class MappedColumns(BaseModel):
    """Which column or key holds which field; all others are kept as they are."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    plate: Column
    state: Column | None = None
    category: Column | None = None
    source_entry_id: Column | None = None
    case_number: Column | None = None
    make: Column | None = None
    model: Column | None = None
    style: Column | None = None
    color: Column | None = None
    year: Column | None = None
    expires: Column | None = None
    valid_from: Column | None = None
    instructions: Column | None = None
    priority: Column | None = None
    originating_agency: Column | None = None

    def given(self) -> dict[str, str | int]:
        """Return the mapped fields with their columns, in the order of `FIELDS`."""
        values = self.model_dump(exclude_none=True)
        return {field: values[field] for field in FIELDS if field in values}


class ListMapping(BaseModel):
    """A layout. See docs/hotlist-layouts.md for each key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: MappedColumns
    format: Literal["csv", "tsv", "jsonl", "auto"] = "auto"
    delimiter: Annotated[str, AfterValidator(_delimiter)] | None = None
    header: bool = True
    skip: Annotated[str, AfterValidator(_pattern)] | None = None
    date_formats: tuple[Annotated[str, AfterValidator(_date_format)], ...] = ()
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    default_category: Category | None = None
    default_state: Annotated[str, AfterValidator(_state)] | None = None
    categories: dict[str, Category] = {}

    @model_validator(mode="after")
    def _fits(self) -> Self:
        numbers = [field for field, column in self.columns.given().items() if isinstance(column, int)]
        names = [field for field, column in self.columns.given().items() if isinstance(column, str)]
        if self.format == "jsonl" and numbers:
            raise ValueError(f"objects have keys, not numbers; columns.{numbers[0]} has to be a name")
        if self.format in ("csv", "tsv") and not self.header and names:
            raise ValueError(f"with header = false, columns are numbers; columns.{names[0]} is a name")
        if self.format == "jsonl" and self.delimiter:
            raise ValueError("objects have no delimiter")
        return self

    def zone(self) -> tzinfo:
        """Return the list's time zone."""
        return UTC if self.timezone == "UTC" else ZoneInfo(self.timezone)


def load_mapping(path: Path) -> ListMapping:
    """Read a mapping.

    Args:
        path: A TOML file.

    Raises:
        ConfigurationError: It is missing or no TOML, a key is unknown, or a value does not fit; names the key.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"mapping {path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"mapping {path}: not valid TOML: the file is no UTF-8 text") from error
    return read_mapping(text, f"mapping {path}")


def read_mapping(text: str, where: str = "mapping") -> ListMapping:
    """Return the mapping that a TOML text declares.

    Args:
        text: The text.
        where: What it is, for errors.

    Raises:
        ConfigurationError: It is no TOML, a key is unknown, or a value does not fit; names the key.
    """
    try:
        return ListMapping.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigurationError(f"{where}: not valid TOML: {error}") from error
    except ValidationError as error:
        raise ConfigurationError(f"{where}: {_describe(error)}") from error


def _describe(error: ValidationError) -> str:
    problems: dict[str, str] = {}
    for problem in error.errors(include_input=False, include_url=False):
        parts = [str(part) for part in problem["loc"]]
        in_column = parts[0] == "columns" and len(parts) > 1 if parts else False
        # A column may be a name or a number: both complaints are about one key.
        key = ".".join(parts[:2] if in_column else parts)
        if problem["type"] == "extra_forbidden":
            complaint = f"unknown key '{key}'; remove it or correct its name"
        elif problem["type"] == "missing":
            complaint = f"key '{key}' is missing"
        elif in_column:
            complaint = f"'{key}': a column is a name, or a number from 1"
        else:
            message = problem["msg"].removeprefix("Value error, ")
            complaint = f"'{key}': {message[0].lower()}{message[1:]}" if key else message
        problems.setdefault(key, complaint)
    return "; ".join(problems.values())
