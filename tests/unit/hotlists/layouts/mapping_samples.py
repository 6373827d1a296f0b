"""A mapping, and a list that it reads."""

from __future__ import annotations

from hotlists.layouts.mapped import mapped_parser
from hotlists.layouts.mapping import read_mapping
from hotlists.text.parsing import HotlistParser

EXAMPLE = """
format = "csv"
delimiter = ";"
skip = '^(#|TOTAL)'
date_formats = ["%d.%m.%Y %H:%M", "%d.%m.%Y"]
timezone = "America/New_York"
default_state = "VA"
default_category = "watch"

[columns]
plate = "Kfz"
category = "Code"
case_number = 4
expires = "Until"

[categories]
SV = "stolen_vehicle"
"S+" = "stolen_plate"
"""


LIST = (
    "# made by hand\nKfz;Code;Until;No;Note\n"
    "ABC123;sv;31.12.2026;7;x\n"
    "DEF456;S+;31.12.2026 18:00;;\n"
    "GHI789;;;;\nJKL012;odd;;;\nMNO345;BOLO;;;\n"
    "PQR678;SV;12/31/2026;;\nTOTAL 6\n"
)


def mapped(toml: str) -> HotlistParser:
    return mapped_parser(read_mapping(toml))
