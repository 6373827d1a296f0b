"""Times as vendors write them: numbers of many units, and texts with and without a zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

from ingest.vendors.parts.values import as_text, walk
from schemas.settings import IngestSource

_FIRST_YEAR, _LAST_YEAR = 1971, 2200
_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3), (1e8, 1.0))
_ZONE = r"(?:\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2}))?"
_CLOCK = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,:](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[AP]\.?M\.?)?"
)
_PACKED = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})[T _-]?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})"
    r"[.,]?(?P<fraction>\d{1,9})?" + _ZONE,
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})(?:[T ,_]+{_CLOCK}{_ZONE})?", re.IGNORECASE
)
_YEAR_LAST = re.compile(
    rf"(?P<first>\d{{1,2}})[-/.](?P<next>\d{{1,2}})[-/.](?P<year>\d{{4}}|\d{{2}})(?:[T ,_]+{_CLOCK}{_ZONE})?",
    re.IGNORECASE,
)
_TOLERANCE = timedelta(minutes=10)


class Times:
    """Understands one source's times.

    Args:
        source: Whose zone and order of dates hold where a time has none of its own.
        received_at: When the message came: in the hour that is there twice in autumn, the one nearer to it is meant.
    """

    def __init__(self, source: IngestSource, received_at: datetime) -> None:
        self._zone: tzinfo = ZoneInfo(source.timezone) if source.timezone else UTC
        self._order = source.date_order
        self._received_at = received_at

    def at(self, tree: Any, *paths: str) -> datetime | None:
        """Return the time at the first of several paths that has one, in UTC."""
        return next((found for path in paths if (found := self.of(walk(tree, path))) is not None), None)

    def of(self, value: Any) -> datetime | None:
        """Return the time that a value is, in UTC; None where it is none.

        Seconds, milliseconds, microseconds and nanoseconds since 1970 are told apart by their size.
        """
        if isinstance(value, bool) or value is None:
            return None
        text = as_text(value)
        if not text:
            return None
        try:
            found = self._packed(text) or self._epoch(text) or self._written(text)
        except (ValueError, OverflowError, OSError, TypeError, IndexError):
            return None
        return found if found is not None and _FIRST_YEAR <= found.year <= _LAST_YEAR else None

    def local(self, value: Any) -> datetime | None:
        """Return the time of a count of seconds whose clock shows the source's local time as if it were UTC."""
        found = self.of(value)
        try:
            return None if found is None else self._placed(found.replace(tzinfo=None))
        except (ValueError, OverflowError):
            return None

    def _epoch(self, text: str) -> datetime | None:
        if not re.fullmatch(r"\d{9,20}(\.\d+)?|\d\.\d+[eE]\+?\d{1,2}", text):
            return None
        number = float(text)
        for least, unit in _UNITS:
            if number >= least:
                return datetime.fromtimestamp(number / unit, UTC)
        return None

    def _packed(self, text: str) -> datetime | None:
        match = _PACKED.fullmatch(text)
        # 14 and more digits that begin with a year are no count of anything: it would lie in the year 2600.
        if match is None or not 1 <= int(match["month"]) <= 12 or not _FIRST_YEAR <= int(match["year"]) <= _LAST_YEAR:
            return None
        return self._built(match, int(match["year"]), int(match["month"]), int(match["day"]))

    def _written(self, text: str) -> datetime | None:
        if match := _YEAR_FIRST.fullmatch(text):
            return self._built(match, int(match["year"]), int(match["month"]), int(match["day"]))
        if match := _YEAR_LAST.fullmatch(text):
            year = int(match["year"]) + (2000 if len(match["year"]) == 2 else 0)
            first, second = int(match["first"]), int(match["next"])
            month, day = (second, first) if self._order == "dmy" else (first, second)
            if month > 12 >= day:
                month, day = day, month
            return self._built(match, year, month, day)
        found = parsedate_to_datetime(text)
        return found.astimezone(UTC) if found.tzinfo else self._placed(found)

    def _built(self, match: re.Match[str], year: int, month: int, day: int) -> datetime:
        groups = match.groupdict()
        hour = int(groups["hour"] or 0)
        half = (groups.get("half") or "").casefold()[:1]
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        micro = int((groups["fraction"] or "").ljust(6, "0")[:6] or 0)
        naive = datetime(year, month, day, hour, int(groups["minute"] or 0), int(groups["second"] or 0), micro)
        zone = (groups["zone"] or "").upper()
        if not zone:
            return self._placed(naive)
        if zone in ("Z", "UTC", "GMT"):
            return naive.replace(tzinfo=UTC)
        digits = zone[1:].replace(":", "").ljust(4, "0")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        return (naive - (-offset if zone[0] == "-" else offset)).replace(tzinfo=UTC)

    def _placed(self, naive: datetime) -> datetime:
        """Return a clock's time in UTC; the later of two where it is not after the message's arrival."""
        early, late = (naive.replace(tzinfo=self._zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        return late if early < late <= self._received_at + _TOLERANCE else early
