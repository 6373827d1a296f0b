"""What spreadsheets make of plates: numbers with decimals, powers of ten, days."""

from __future__ import annotations

import re
import unicodedata

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)"
_MONTH_AS_SHOWN = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_CLOCK = r"(?:[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: *[AP]M)?Z?)?"

_NUMBER = re.compile(r"[-+]?\d+[.,]0+|[-+]?\d{1,3}(?:,\d{3})+(?:\.0*)?|\d{4,}\.")
_POWER = re.compile(r"[-+]?\d+(?:[.,]\d*)?E\+\d{1,3}|[-+]?\d+[.,]\d*E-?\d{1,3}", re.IGNORECASE)
_DATE = re.compile(
    rf"{_DAY}[-/ ]{_MONTH}(?:[-/ ](?:\d{{2}}|(?:19|20)\d{{2}}))?{_CLOCK}"
    rf"|{_MONTH}-\d{{2}}"
    rf"|{_DAY}/{_DAY}/(?:\d{{2}}|(?:19|20)\d{{2}}){_CLOCK}"
    rf"|{_DAY}[-.]{_DAY}[-.](?:19|20)\d{{2}}{_CLOCK}"
    rf"|(?:19|20)\d{{2}}[-/.]{_DAY}[-/.]{_DAY}{_CLOCK}",
    re.IGNORECASE,
)
_MONTH_OF_YEAR = re.compile(rf"{_MONTH_AS_SHOWN}[- ](?:19|20)\d{{2}}")
"""`Mar-2025` as spreadsheets write it; `MAR-2025` is a plate like `ABC-1234`."""

_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))

ADVICE = "format the column as text, enter the plate anew and save the list again"


def damage(plate: str) -> str | None:
    """Return what a spreadsheet seems to have made of a plate, in words; None where it seems whole.

    Args:
        plate: As the list writes it, without outer blanks. A plate of letters and digits alone is whole.
    """
    text = plate.translate(_DASHES)
    if not text.isascii():
        # Digits of full width, and blanks of any: `\uff11\uff12\uff13.\uff10` is a number, too.
        text = " ".join(unicodedata.normalize("NFKC", text).replace("\u3002", ".").split())
    if _POWER.fullmatch(text):
        return "a number in powers of ten, whose last digits are lost"
    if _NUMBER.fullmatch(text):
        return "a number"
    if _DATE.fullmatch(text) or _MONTH_OF_YEAR.fullmatch(text):
        return "a date"
    return None
