"""Dates of a list whose way to write them is known or declared: when an entry begins to hold, and when it ends."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from hotlists.fields.absent import is_first_day, is_never, is_no_day, never_from
from hotlists.fields.dates import parse_moment
from hotlists.fields.errors import FieldError

ISO = "iso"
EPOCH_SECONDS = "epoch"
EPOCH_MILLISECONDS = "epoch_ms"
NAMED_FORMATS = (ISO, EPOCH_SECONDS, EPOCH_MILLISECONDS)
"""Formats that `strptime` has no pattern for."""

_ISO_START = re.compile(r"\d{4}-\d{2}-\d{2}(?:$|[T ]\d{2}:?\d{2})")
_ZONE = re.compile(r"(?:[Zz]|[+-]\d{2}(?::?\d{2}){0,2})$")
_UNITED_STATES = re.compile(
    r"(\d{1,2})([/-])(\d{1,2})\2(\d{4}|\d{2})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?: *([AP])\.?M\.?)?)?",
    re.IGNORECASE,
)
"""Month, day and year, with a clock of 24 or 12 hours. `strptime` would take many times as long."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_NAMED_MONTH = re.compile(
    rf"(?:[a-z]{{3,9}},? +)?(?:(\d{{1,2}})[- ]?{_MONTH}|{_MONTH} *(\d{{1,2}})),?[- ]?(?<=\D)(\d{{4}}|\d{{2}})"
    r"(?:,?[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.:]\d+)?)?(?: *([AP])\.?M\.?)?)?",
    re.IGNORECASE,
)
"""`31-DEC-2026`, `Dec 31, 2026`, `Dec 31 2026 12:00AM`: as databases and people write a day."""

_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})")
"""`20261231180000`"""

_FIRST_YEAR = 1970
_NEVER = date.max
_EXPECTED = "2026-12-31, 2026-12-31T18:00:00Z or 12/31/2026 was expected"


class Moments:
    """Reads a list's dates, each spelling once: rows share few of them.

    Args:
        formats: How the list writes them: `strptime` patterns, `iso`, `epoch` (seconds) or `epoch_ms`; empty: ISO 8601,
            `20261231`, `12/31/2026` and `31-DEC-2026` with or without a time.
        zone: Where its days begin, and its clock where a time has no zone.
    """

    def __init__(self, formats: tuple[str, ...] = (), zone: tzinfo = UTC) -> None:
        self._formats = formats
        self._zone = zone
        self._expected = f"{' or '.join(formats)} was expected" if formats else _EXPECTED
        self._begins = lru_cache(65_536)(self._begin_of)
        self._ends = lru_cache(65_536)(self._end_of)

    def begin(self, text: str, column: str) -> datetime | None:
        """Return when an entry begins to hold; a date means its first moment. None where the field says none.

        Raises:
            FieldError: The field holds no date, or one that never comes.
        """
        return self._begins(text, column)

    def _begin_of(self, text: str, column: str) -> datetime | None:
        found = self._found(text, column)
        if found is not None and found.year >= never_from():
            raise FieldError(column, f"'{text[:30]}' never comes: the entry would never begin to hold")
        return None if found is None else self._moment(found, column, 0)

    def end(self, text: str, column: str) -> datetime | None:
        """Return when an entry ends (exclusive); a date includes its whole day.

        Returns:
            None where the field is empty, says so in words (NULL, N/A, 0000-00-00), or names a day that never comes
            (9999-12-31): the entry does not end.

        Raises:
            FieldError: The field holds no date. Without its end an entry would match for ever.
        """
        return self._ends(text, column)

    def _end_of(self, text: str, column: str) -> datetime | None:
        found = self._found(text, column)
        if found is None or found.year >= never_from():
            return None
        return self._moment(found, column, 1)

    def _found(self, text: str, column: str) -> datetime | date | None:
        if not text or is_no_day(text):
            return None
        if is_never(text):
            return _NEVER
        try:
            return self._read(text)
        except (ValueError, OverflowError):
            raise self._no_date(column) from None

    def _moment(self, found: datetime | date, column: str, days: int) -> datetime:
        if isinstance(found, datetime):
            return found
        try:
            return datetime.combine(found + timedelta(days), time(), self._zone).astimezone(UTC)
        except (ValueError, OverflowError):
            raise self._no_date(column) from None

    def _no_date(self, column: str) -> FieldError:
        return FieldError(column, f"this is no date; {self._expected}")

    def _read(self, text: str) -> datetime | date | None:
        found = self._declared(text) if self._formats else _usual(text)
        if found.year >= never_from():
            # In the last year of the calendar a zone would lead out of it.
            return _NEVER
        if is_first_day(found.date() if isinstance(found, datetime) else found):
            return None
        if found.year < _FIRST_YEAR:
            raise ValueError("the year lies before all lists")
        if not isinstance(found, datetime):
            return found
        return (found if found.tzinfo else found.replace(tzinfo=self._zone)).astimezone(UTC)

    def _declared(self, text: str) -> datetime | date:
        for pattern in self._formats:
            try:
                return _by_format(text, pattern)
            except (ValueError, OverflowError, OSError):
                continue
        raise ValueError("none of the formats fits")


def _usual(text: str) -> datetime | date:
    """Return a moment in one of the usual spellings; a time without a zone is naive."""
    if _ISO_START.match(text):
        return _iso(text)
    if match := _UNITED_STATES.fullmatch(text):
        month, _, day, *rest = match.groups()
        return _by_clock(int(month), int(day), *rest)
    if match := _NAMED_MONTH.fullmatch(text):
        first, name, other, second, *rest = match.groups()
        return _by_clock(_MONTHS.index((name or other)[:3].lower()) + 1, int(first or second), *rest)
    if match := _COMPACT.fullmatch(text):
        year, month_number, day_number, hour, minute, second = map(int, match.groups())
        return datetime(year, month_number, day_number, hour, minute, second)
    found = parse_moment(text)
    return found.replace(tzinfo=None) if isinstance(found, datetime) and not _ZONE.search(text) else found


def _iso(text: str) -> datetime | date:
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


def _by_clock(
    month: int,
    day: int,
    year_digits: str,
    hours: str | None,
    minutes: str | None,
    seconds: str | None,
    half: str | None,
) -> datetime | date:
    year = int(year_digits)
    if len(year_digits) == 2:
        year += 2000 if year < 69 else 1900
    if hours is None:
        return date(year, month, day)
    hour = int(hours)
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("the clock has twelve hours")
        hour = hour % 12 + (12 if half in "Pp" else 0)
    return datetime(year, month, day, hour, int(minutes or 0), int(seconds or 0))


def _by_format(text: str, pattern: str) -> datetime | date:
    if pattern == ISO:
        try:
            return date.fromisoformat(text)
        except ValueError:
            return datetime.fromisoformat(text)
    if pattern in (EPOCH_SECONDS, EPOCH_MILLISECONDS):
        return datetime.fromtimestamp(float(text) / (1000 if pattern == EPOCH_MILLISECONDS else 1), UTC)
    found = datetime.strptime(text, pattern)
    # A pattern without hours is a day, which counts as a whole.
    return found if re.search(r"%-?[HIcXsTR]", pattern) else found.date()
