"""Fields that all layouts share: plates, dates, years."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from schemas.plates import MAX_PLATE_LENGTH, WILDCARD, normalize_plate

MIN_PLATE_LENGTH = 2
MIN_KNOWN_CHARACTERS = 2

_SEPARATORS = frozenset(" -.·'/\t")


class FieldError(ValueError):
    """A field that makes its row unusable.

    Args:
        column: The field.
        reason: What was found and what was expected.
    """

    def __init__(self, column: str, reason: str) -> None:
        self.column = column
        self.reason = reason
        super().__init__(f"{column}: {reason}")


def check_plate(text: str, column: str) -> str:
    """Return a plate as given, without outer blanks, after checking that it can be one.

    Args:
        text: The plate column.
        column: Its name, for the error.

    Raises:
        FieldError: It is empty, too long, has foreign characters or fewer than two known ones.
    """
    plate = text.strip()
    # Nearly every plate of a long list is plain, and done here.
    if plate.isalnum() and plate.isascii() and MIN_PLATE_LENGTH <= len(plate) <= MAX_PLATE_LENGTH:
        return plate
    normalized = normalize_plate(plate)
    # A star or a percent sign means "anything" on some lists; dropping it would name another vehicle's plate.
    foreign = [
        character
        for character in unicodedata.normalize("NFKC", plate)
        if not (character.isalnum() and character.isascii()) and character not in _SEPARATORS and character != WILDCARD
    ]
    if foreign:
        raise FieldError(
            column,
            f"the plate holds '{_printable(foreign[0])}'; letters, digits, '?' for one unknown character, blanks and "
            "dashes were expected",
        )
    if not normalized:
        raise FieldError(column, "the plate is empty")
    if not MIN_PLATE_LENGTH <= len(normalized) <= MAX_PLATE_LENGTH:
        raise FieldError(
            column,
            f"the plate has {len(normalized)} characters; {MIN_PLATE_LENGTH} to {MAX_PLATE_LENGTH} were expected",
        )
    if len(normalized) - normalized.count(WILDCARD) < MIN_KNOWN_CHARACTERS:
        raise FieldError(
            column, f"fewer than {MIN_KNOWN_CHARACTERS} characters are known; such an entry would match anyone"
        )
    return plate


def _printable(character: str) -> str:
    return character if character.isprintable() else f"U+{ord(character):04X}"


@lru_cache(maxsize=4096)
def letters(text: str) -> str:
    """Return a code that has letters only with its zeros as the letter O: lists write `D0DG` for DODG, `0NG` for ONG.

    Args:
        text: A make or a color. Left alone when it holds any other digit, or no letter.
    """
    if "0" not in text:
        return text
    mended = text.replace("0", "O")
    has_letter = any(character.isalpha() for character in text)
    return mended if has_letter and not any(character.isdigit() for character in mended) else text


@lru_cache(maxsize=4096)
def parse_year(text: str) -> int | None:
    """Return a vehicle year; two digits up to 40 mean 20xx, others 19xx. None where it is no year."""
    digits = text.strip()
    if not (len(digits) in (2, 4) and digits.isascii() and digits.isdigit()):
        return None
    year = int(digits)
    if len(digits) == 2:
        return 2000 + year if year <= 40 else 1900 + year
    return year if len(digits) == 4 and 1885 <= year <= 2100 else None


_DATE_FORMATS = ("%Y%m%d", "%m/%d/%Y", "%m-%d-%Y", "%Y/%m/%d", "%m/%d/%y")
_TIME_FORMATS = ("%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S")


def parse_moment(text: str) -> datetime | date:
    """Return a date or a time as a list writes it.

    Args:
        text: ISO 8601, `20261231`, or `12/31/2026`. A time without a zone is UTC.

    Returns:
        An aware time in UTC, or a date where no time is given.

    Raises:
        ValueError: It is neither.
    """
    stripped = text.strip()
    for layout in _DATE_FORMATS:
        try:
            return datetime.strptime(stripped, layout).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    for layout in _TIME_FORMATS:
        try:
            return datetime.strptime(stripped, layout).replace(tzinfo=UTC)
        except ValueError:
            continue
    try:
        return date.fromisoformat(stripped)
    except ValueError:
        moment = datetime.fromisoformat(stripped)
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("the time lies outside the calendar") from error


def parse_expiry(text: str, column: str) -> datetime | None:
    """Return when an entry ends (exclusive); a date includes its whole day (UTC). None where the field is empty.

    Raises:
        FieldError: The field holds no date.
    """
    if not text.strip():
        return None
    try:
        moment = parse_moment(text)
        if isinstance(moment, datetime):
            return moment
        return datetime(moment.year, moment.month, moment.day, tzinfo=UTC) + timedelta(days=1)
    except (ValueError, OverflowError):
        # Without its end an entry would match for ever, so the row is not used.
        raise FieldError(
            column, "this is no date; 2026-12-31, 2026-12-31T18:00:00Z or 12/31/2026 was expected"
        ) from None
