"""Ohio LEADS: fields divided by single blanks, or padded to fixed widths; Ohio's own records say their list in words.

`LPR CALIBRATION RECORD` is a ready-made test hit. The letter O is written as zero throughout.

Source: layout as in the public importer openalpr/openalpr_hotlist_import (2023).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import BinaryIO, Final, NamedTuple

from hotlists.codes.maps import category_map
from hotlists.fields.dates import us_date
from hotlists.fields.errors import FieldError
from hotlists.fields.vehicles import describe_vehicle, odd_year
from hotlists.text.edges import read_rows
from hotlists.text.entries import EntryMaker, named
from hotlists.text.lines import Line, read_lines
from hotlists.text.parsing import ParsedList
from schemas.types import Category, HotlistEntry

LAYOUT: Final = "oh-leads"
ADD: Final = "1"
"""The one operation that the layout has."""

WIDTHS: Final = {
    "OPERATION": (0, 1),
    "LIC": (2, 12),
    "LIS": (13, 15),
    "EXP DATE": (16, 26),
    "DOW": (27, 37),
    "VMA": (38, 62),
    "VMO": (63, 66),
    "VYR": (67, 71),
    "VCO": (72, 79),
    "MISC": (80, 180),
}
"""Fields by 0-based columns, end-exclusive, of records that are padded."""

_GAPS: Final = (62, 66, 71, 79)
_NEEDED_FIELDS: Final = 3
_US_DATE = r"[0-9]{2}/[0-9]{2}/[0-9]{4}"
_DATES = re.compile(rf"{_US_DATE} (?:{_US_DATE}| {{10}}|$)")
_DATE_OR_BLANK = re.compile(rf"(?:{_US_DATE})?")
_YEAR_OR_BLANK = re.compile(r"(?:[0-9]{4}|[0-9]{2})?")
_ROW_START = re.compile(rf"\S \S.*{_US_DATE}")
_VEHICLE = re.compile(
    r"((?![0O]H )\S*) ((?![0O]H )\S{0,3}) ([0-9]{4}|[0-9]{2}|[A-Z]{4}|) ((?![0O]H )[A-Z0/]{0,7}(?= |$))(?: (.*))?"
)
"""VMA, VMO, VYR, VCO, MISC where each stands in its place."""

_LACKING_VEHICLE = re.compile(r"((?![0-9])\S+(?: \S+)??)(?: +(\S{1,3}))?(?: +([0-9]{4})(?: +([A-Z0/]{3,7}))?)?")
_LACKING_MISC = re.compile(r"(?:^| )([0O]H [A-Z].*|(?:NIC|IDX)/.*|LPR .*|[A-Z][0-9A-Z][0-9]{7,8}(?: .*)?)$")
"""What remains of the same where empty fields were left out altogether."""

_PROMPT = re.compile(r"SP2-[0-9]*:|and to leave|SQL>|,+$", re.IGNORECASE)
"""What the program that wrote the file said: no records."""

_STATE_WORDS = re.compile(r"[0O]H(?: [A-Z0]+)+(?= |$)")
_NIC = re.compile(r"(?:^|NIC/| )([A-Z][0-9A-Z][0-9]{8})(?= |$)")
_CODED_NUMBER = re.compile(r"\S+ ([A-Z])[0-9]{5,}")
_CALIBRATION = re.compile(r"\bLPR CAL|\bCALIBRATI")


class Misc(NamedTuple):
    """What the last column says: the list, the code for it as written, the NIC, and what else there is."""

    category: Category
    code: str
    nic: str
    note: str


def parse(stream: BinaryIO, *, file_name: str, hotlist_id: str, default_state: str | None = None) -> ParsedList:
    """Read Ohio's list; see `hotlists.text.parsing.HotlistParser`.

    The two dates are kept as they are named in the layout (EXP DATE, DOW) and end no entry: the first is documented as
    a constant.
    """
    lines = (line for line in read_lines(stream, file_name) if not _PROMPT.match(line.text))
    entry_of = _entry_of(EntryMaker(LAYOUT, hotlist_id, default_state))
    return read_rows(lines, entry_of, is_row=lambda text: _ROW_START.match(text) is not None)


def _entry_of(make: EntryMaker) -> Callable[[Line], HotlistEntry]:
    states, codes = category_map(LAYOUT, "state_categories"), category_map(LAYOUT)

    def entry_of(line: Line) -> HotlistEntry:
        operation, lic, lis, expires, wanted_on, vma, vmo, vyr, vco, misc, vehicle_text = _fields(line.text)
        if operation != ADD:
            raise FieldError("OPERATION", f"'{operation[:20]}' was found, '{ADD}' (add) was expected")
        if _is_calibration(f"{misc} {vehicle_text}"):
            # Whatever else such a record holds, it is no wanted vehicle.
            category, code, nic, note = Category.CALIBRATION, misc, "", ""
        else:
            category, code, nic, note = _misc(misc, states, codes)
        return make(
            line,
            plate=lic,
            category=category,
            code=code,
            state=lis,
            source_entry_id=nic,
            vehicle=describe_vehicle(vyr, vma, vmo, "", vco),
            extra=named(
                ("exp_date", us_date(expires)),
                ("dow", us_date(wanted_on)),
                ("note", note),
                ("vehicle_text", vehicle_text),
                ("vehicle_year", odd_year(vyr)),
            ),
        )

    return entry_of


def _fields(text: str) -> list[str]:
    """Return a record's ten fields without outer blanks, and the text of a vehicle that cannot be told.

    Raises:
        FieldError: The record ends before its state, so that its plate may be cut off, or its columns are shifted.
    """
    if _is_padded(text):
        fields = [text[begin:end].strip() for begin, end in WIDTHS.values()]
        fields[-1:] = text[WIDTHS["MISC"][0] :].strip(), ""
    else:
        fields = text.split(" ", len(WIDTHS) - 1)
        if len(fields) < _NEEDED_FIELDS:
            raise FieldError(
                "LIC" if len(fields) > 1 else "row",
                f"the record has {len(fields)} fields; at least operation, plate and state were expected",
            )
        fields += [""] * (len(WIDTHS) - len(fields))
        fields[5:] = _after_dates(" ".join(fields[5:]).rstrip())
    lis, expires, wanted_on = fields[2:5]
    if lis and not (len(lis) == 2 and lis.replace("0", "O").isalpha()):
        raise FieldError("LIS", f"the state column holds '{lis[:20]}'; two letters or nothing were expected")
    if not (_DATE_OR_BLANK.fullmatch(expires) and _DATE_OR_BLANK.fullmatch(wanted_on)):
        raise FieldError("EXP DATE", "two dates (mm/dd/yyyy) or nothing were expected after the state")
    if not (expires or wanted_on) and any(fields[5:]):
        raise FieldError("EXP DATE", "no date stands after the state, but other text: the columns are shifted")
    return fields


def _is_padded(text: str) -> bool:
    """Tell whether a record has fixed widths: its dates stand in their columns, and no long plate moves them there."""
    if not _DATES.match(text, WIDTHS["EXP DATE"][0]):
        return False
    if text[WIDTHS["LIC"][1] - 1] == " ":
        return True
    begin, end = WIDTHS["VYR"]
    if len(text) <= begin:
        # Nothing stands after the make, which is the same in both forms.
        return False
    gaps_are_blank = not any(text[gap : gap + 1].strip() for gap in _GAPS)
    return gaps_are_blank and _YEAR_OR_BLANK.fullmatch(text[begin:end].strip()) is not None


def _after_dates(rest: str) -> list[str]:
    """Return make, model, year, color and MISC of a record that is not padded, and the text of another vehicle.

    Where empty fields were left out, MISC is known by its beginning, and the vehicle by its year and widths.
    """
    match = _VEHICLE.fullmatch(rest)
    if match is not None:
        return [*(part or "" for part in match.groups()), ""]
    found = _LACKING_MISC.search(rest)
    vehicle, misc = (rest[: found.start()].strip(), found[1]) if found else (rest.strip(), "")
    match = _LACKING_VEHICLE.fullmatch(vehicle)
    if match is not None:
        return [*(part or "" for part in match.groups()), misc, ""]
    return ["", "", "", "", misc, vehicle]


def _misc(text: str, states: Mapping[str, Category], codes: Mapping[str, Category]) -> Misc:
    """Return what the last column says: `M12345678 V987654321` (the NIC last), or `0H STOLEN VEHICLE`."""
    text = text.strip()
    found = _NIC.findall(text)
    nic = found[-1] if found else ""
    words = _STATE_WORDS.match(text)
    if words is not None:
        rest = text[words.end() :].strip()
        return Misc(states.get(words[0].replace("0", "O"), Category.UNMAPPED), words[0], nic, rest)
    rest = " ".join(word for word in text.split() if word.removeprefix("NIC/") != nic)
    if nic:
        return Misc(codes.get(nic[0], Category.UNMAPPED), nic[0], nic, rest)
    number = _CODED_NUMBER.fullmatch(text)
    if number is not None:
        return Misc(codes.get(number[1], Category.UNMAPPED), number[1], "", text)
    return Misc(Category.UNMAPPED, text, "", "")


def _is_calibration(text: str) -> bool:
    return "CAL" in text and _CALIBRATION.search(text.replace("0", "O")) is not None
