"""A national extract as large as it may be, drawn with a seed: nobody's plates."""

from __future__ import annotations

import random
from pathlib import Path

HEADER = "VEHICLE EXTRACT {date} 0630\n"
_STATES = ["VA", "MD", "NC", "CA", "TX", "FL", "NY", "PA", "0H", "GA", "C0", "WA", "IL", "MI"]
_MAKES = ["FORD", "H0ND", "T0Y ", "CHEV", "NISS", "DODG", "BMW ", "JEEP", "KIA ", "HYUN", "YAMA", "SUBA"]
_MODELS = ["F15", "CIV", "CAM", "SIL", "ALT", "RAM", "X5 ", "CHE", "S0U", "ELA", "CYL", "0UT"]
_STYLES = ["4D", "2D", "PK", "VN", "MC", "UT", "TL", "SW"]
_COLORS = ["BLK    ", "WHI    ", "RED    ", "BLU    ", "SIL    ", "GRY/BLK", "GRN    ", "TAN    "]
_CODES = "VVVVVVVVVVPPPPPPWWFMCHXLTK"
_PLATES = [
    "{a}{a}{a}{d}{d}{d}{d}",
    "{d}{a}{a}{a}{d}{d}{d}",
    "{a}{d}{d}{a}{a}{a}",
    "{d}{d}{d}{a}{a}{a}",
    "{a}{a}{d}{d}{d}{d}{d}",
]


def _rows(count: int, seed: int, nics: range | None = None) -> list[str]:
    draw = random.Random(seed)
    letters, digits = "ABCDEFGHJKLMNPRSTUVWXYZ", "0123456789"
    numbers = nics or range(count)
    rows = []
    for number in numbers:
        pattern = draw.choice(_PLATES)
        plate = "".join(
            draw.choice(letters if symbol == "a" else digits) for symbol in pattern.replace("{", "").replace("}", "")
        )
        rows.append(
            f"{draw.choice(_CODES)}{number:09d}{draw.choice(_STATES)}0{draw.randrange(400):05d}0"
            f"20{draw.randrange(10, 27):02d}{draw.randrange(1, 13):02d}{draw.randrange(1, 29):02d}{plate:<10}"
            f"{draw.choice(_STATES)}20{draw.randrange(20, 28)}PC{draw.randrange(1990, 2027)}{draw.choice(_MAKES)}"
            f"{draw.choice(_MODELS)}{draw.choice(_STYLES)}{draw.choice(_COLORS)}".rstrip()
        )
    return rows


def write_extract(path: Path, count: int, *, seed: int = 1, changed: float = 0.0) -> None:
    """Write an extract in NCIC's layout.

    Args:
        path: The file.
        count: Rows.
        seed: What the rows are drawn with; the same seed gives the same rows.
        changed: Share of the rows that differ from those of `changed` 0: a third of it each has another vehicle color,
            is gone, and is new.
    """
    rows = _rows(count, seed)
    date = "20260102"
    if changed:
        draw = random.Random(seed + 1)
        places = draw.sample(range(count), round(count * changed))
        third = len(places) // 3
        for place in places[:third]:
            rows[place] = rows[place][:58] + ("ONG" if rows[place][58:61] != "ONG" else "MAR")
        gone = set(places[third : 2 * third])
        rows = [row for place, row in enumerate(rows) if place not in gone]
        rows[len(rows) // 2 : len(rows) // 2] = _rows(third, seed + 2, range(count, count + len(places) - 2 * third))
        date = "20260103"
    path.write_text(HEADER.format(date=date) + "\n".join(rows) + "\n", encoding="ascii")
