"""Write the demo's hotlists: the clip's listed vehicles among entries that nothing in the clip resembles."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from rendering.plates.designs import JURISDICTIONS
from rendering.plates.standard import random_serial
from rendering.scene.scenario import HotlistName, ListedVehicle, TrafficScenario

MISSING_COLUMNS: Final = (
    "plate", "state", "category", "case_number", "message_key", "make", "model", "color", "year", "expires",
    "instructions",
)  # fmt: skip
REGIONAL_COLUMNS: Final = (
    "plate", "state", "category", "make", "model", "color", "year", "case_number", "expires", "notes",
)  # fmt: skip

_FILLERS: Final[dict[HotlistName, int]] = {"ncic": 200, "missing": 18, "regional": 30}
# A filler has to differ from everything driven by more edits than any look-alike rule forgives.
_LEAST_EDITS: Final = 3

# NCIC make, model and style codes with the words other lists use.
_MODELS: Final = (
    ("TOYT", "CAM", "4D"), ("HOND", "CIV", "4D"), ("FORD", "F15", "PK"), ("CHEV", "SIL", "PK"), ("NISS", "ALT", "4D"),
    ("JEEP", "GRC", "UT"), ("HYUN", "ELA", "4D"), ("DODG", "RAM", "PK"), ("SUBA", "OUT", "SW"), ("KIA", "SOU", "4D"),
    ("VOLK", "JET", "4D"), ("MAZD", "CX5", "UT"), ("GMC", "SIE", "PK"), ("BMW", "3SE", "4D"),
)  # fmt: skip
_COLORS: Final = ("WHI", "BLK", "SIL", "GRY", "RED", "BLU", "GRN", "MAR", "TAN", "RED/BLK", "SIL/WHI")
# File codes with how common they are here: mostly stolen vehicles and plates, a few of every other kind.
_NCIC_CODES: Final = "V" * 24 + "P" * 9 + "F" * 3 + "WWMMHLKATXCNB"
_NCIC_CATEGORIES: Final = {"V": "stolen_vehicle", "P": "stolen_plate", "F": "felony_vehicle"}
_MISSING_KINDS: Final = (
    ("missing_person", "EMO"), ("missing_person", "EMJ"), ("endangered_person", "EME"), ("endangered_person", "EMD-C"),
    ("endangered_person", "EMI-P"),
)  # fmt: skip
_REGIONAL_KINDS: Final = ("stolen_vehicle", "stolen_plate", "felony_vehicle", "wanted_person", "watch")
_WORDS: Final = {
    "missing_person": "missing person",
    "endangered_person": "endangered missing person",
    "child_abduction": "child abduction",
}
_INSTRUCTIONS: Final = {
    "missing_person": "Check the welfare of the occupants and call the case agency.",
    "endangered_person": "Check the welfare of the occupants; medical help may be needed.",
    "child_abduction": "Plate known in part: compare make, model and color before any stop.",
}
_REGIONAL_NOTE: Final = "Alert alone is not reasonable suspicion; confirm the plate against the picture."


@dataclass(frozen=True, slots=True)
class DemoHotlists:
    """Where the demo's hotlists are.

    Attributes:
        ncic: `VEHEXTRT.txt`, an NCIC LPR extract.
        missing: `missing.csv`, a missing-person list.
        regional: `regional.csv`, a list of a group of neighboring agencies.
    """

    ncic: Path
    missing: Path
    regional: Path


def write_demo_hotlists(directory: Path, scenario: TrafficScenario, *, as_of: datetime) -> DemoHotlists:
    """Write the three hotlists; the same arguments write the same bytes.

    Args:
        directory: where to; made if it does not exist.
        scenario: the clip.
        as_of: when the lists were drawn up; entries are up to two months older and expire one to three months later.

    Returns:
        The files' paths.

    Source:
        Extract columns as in the public importer openalpr/openalpr_hotlist_import (2023); hotlists write the letter O
        as zero. Message keys EMD, EME, EMI, EMO, EMJ of the NCIC missing-person file.
    """
    directory.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(scenario.seed)
    lists = DemoHotlists(directory / "VEHEXTRT.txt", directory / "missing.csv", directory / "regional.csv")
    rows = {name: _entries(name, scenario, rng) for name in _FILLERS}
    header = f"NCIC LPR EXTRACT {as_of:%Y-%m-%d %H:%M} RECORDS {len(rows['ncic']):07d}"
    lines = [header, *(_extract_line(entry, as_of, rng) for entry in rows["ncic"])]
    lists.ncic.write_text("\n".join(lines) + "\n", encoding="ascii")
    _write_csv(lists.missing, MISSING_COLUMNS, (_missing_row(entry, as_of, rng) for entry in rows["missing"]))
    _write_csv(lists.regional, REGIONAL_COLUMNS, (_regional_row(entry, as_of, rng) for entry in rows["regional"]))
    return lists


def _entries(name: HotlistName, scenario: TrafficScenario, rng: np.random.Generator) -> list[ListedVehicle]:
    """Return the list's entries, those of the clip at random places among the others."""
    driven = {text for vehicle in scenario.vehicles for text in (vehicle.serial, vehicle.looks_like)}
    entries: list[ListedVehicle] = []
    taken: set[str] = set()
    while len(entries) < _FILLERS[name]:
        entry = _filler(name, rng)
        if entry.plate in taken or any(_edits(entry.plate, text) < _LEAST_EDITS for text in driven):
            continue
        taken.add(entry.plate)
        entries.append(entry)
    for listed in scenario.listed:
        if listed.hotlist == name:
            entries.insert(int(rng.integers(len(entries))), listed)
    return entries


def _filler(name: HotlistName, rng: np.random.Generator) -> ListedVehicle:
    # A Virginia agency meets its own state most often.
    jurisdiction = "US-VA" if rng.random() < 0.4 else str(rng.choice(JURISDICTIONS))
    plate = random_serial(jurisdiction, rng)
    make, model, style = _MODELS[int(rng.integers(len(_MODELS)))]
    color, year = str(rng.choice(_COLORS)), int(rng.integers(1998, 2026))
    if name == "ncic":
        code = str(rng.choice(list(_NCIC_CODES)))
        category = _NCIC_CATEGORIES.get(code, "")
    elif name == "missing":
        category, code = _MISSING_KINDS[int(rng.integers(len(_MISSING_KINDS)))]
        if rng.random() < 0.2:  # a witness remembers only part of a plate
            plate = plate[:3] + "?" + plate[4:]
    else:
        category, code = str(rng.choice(_REGIONAL_KINDS)), ""
    return ListedVehicle(name, plate, jurisdiction[3:], category, code, year, make, model, style, color)


def _edits(pattern: str, text: str) -> int:
    """Return the Levenshtein distance, where `?` in the pattern equals any character."""
    above = list(range(len(text) + 1))
    for row, wanted in enumerate(pattern, start=1):
        line = [row]
        for column, seen in enumerate(text, start=1):
            swap = above[column - 1] + (wanted not in ("?", seen))
            line.append(min(swap, above[column] + 1, line[-1] + 1))
        above = line
    return above[-1]


def _extract_line(entry: ListedVehicle, as_of: datetime, rng: np.random.Generator) -> str:
    """Lay out one record of the NCIC extract, 65 columns."""
    nic = f"{entry.code}{rng.integers(10**8, 10**9)}"
    ori = f"{entry.state}{rng.integers(1, 200):03d}0{rng.integers(0, 10)}00"
    entered = as_of - timedelta(days=int(rng.integers(1, 60)))
    plate_type = "TK" if entry.style == "PK" else "PC"
    described = entry.code != "P"  # a stolen plate's record does not say which vehicle now carries it
    vehicle = (
        f"{entry.year:04d}{entry.make:<4}{entry.model:<3}{entry.style:<2}{entry.color:<7}" if described else " " * 20
    )
    plate_year = as_of.year + int(rng.integers(0, 2))
    line = f"{nic}{ori:<9}{entered:%Y%m%d}{entry.plate:<10}{entry.state}{plate_year}{plate_type}{vehicle}"
    return line.replace("O", "0")


def _missing_row(entry: ListedVehicle, as_of: datetime, rng: np.random.Generator) -> tuple[object, ...]:
    case = f"MP-{as_of.year}-{rng.integers(10**5, 10**6)}"
    return (
        entry.plate, entry.state, _WORDS[entry.category], case, entry.code, entry.make, entry.model, entry.color,
        entry.year, _expiry(as_of, rng), _INSTRUCTIONS[entry.category],
    )  # fmt: skip


def _regional_row(entry: ListedVehicle, as_of: datetime, rng: np.random.Generator) -> tuple[object, ...]:
    case = f"RG-{as_of.year}-{rng.integers(10**4, 10**5)}"
    return (
        entry.plate, entry.state, entry.category.replace("_", " "), entry.make, entry.model, entry.color, entry.year,
        case, _expiry(as_of, rng), _REGIONAL_NOTE,
    )  # fmt: skip


def _expiry(as_of: datetime, rng: np.random.Generator) -> str:
    return f"{as_of + timedelta(days=int(rng.integers(30, 90))):%Y-%m-%d}"


def _write_csv(path: Path, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(rows)
