"""A vehicle from the words of a person."""

from __future__ import annotations

from typing import Any

import pytest

from hotlists.fields.vehicle_words import vehicle_of_words
from schemas.types import VehicleDescription


@pytest.mark.parametrize(
    ("words", "vehicle"),
    [
        ("2014 grey Honda Odyssey", VehicleDescription(2014, "HOND", "Odyssey", None, "GRY")),
        ("gray honda", VehicleDescription(None, "HOND", None, None, "GRY")),
        ("black over silver Mercedes-Benz GLE 350 SUV", VehicleDescription(None, "MERZ", "GLE 350", "SUV", "BLK/SIL")),
        ("'09 dark blue 4-door Chevy Malibu", VehicleDescription(2009, "CHEV", "Malibu", "4D", "DBL")),
        ("white/red F-150 pickup truck, 1999 Ford", VehicleDescription(1999, "FORD", "F-150", "PK", "WHI/RED")),
        ("Red Land Rover", VehicleDescription(None, "LNDR", None, None, "RED")),
        ("a van", VehicleDescription(None, None, None, "VAN", None)),
        ("Quux with a dented hood", VehicleDescription(None, None, "Quux dented hood", None, None)),
        ("", None),
    ],
)
def test_words_for_a_vehicle(words: str, vehicle: VehicleDescription | None) -> None:
    assert vehicle_of_words(words) == vehicle


@pytest.mark.parametrize(
    ("words", "vehicle"),
    [
        ("black, white and red Ford", VehicleDescription(None, "FORD", "red", None, "BLK/WHI")),
        ("Ford - Focus", VehicleDescription(None, "FORD", "Focus", None, None)),
        ("1234 Main van", VehicleDescription(None, None, "1234 Main", "VAN", None)),
        ("1999 2004 Ford", VehicleDescription(1999, "FORD", "2004", None, None)),
        ("'98 Ford", VehicleDescription(1998, "FORD", None, None, None)),
        ("98 Ford", VehicleDescription(None, "FORD", "98", None, None)),
        ("Ford", VehicleDescription(None, "FORD", None, None, None)),
        ("car that is dark blue", VehicleDescription(None, None, "car that is", None, "DBL")),
        ("the", None),
    ],
)
def test_what_is_taken_of_words_and_what_is_left_of_them(words: str, vehicle: VehicleDescription | None) -> None:
    assert vehicle_of_words(words) == vehicle


COLORS = {
    "BGE": "beige", "BLK": "black", "BLU": "blue", "BRO": "brown", "BRZ": "bronze", "COM": "chrome|stainless steel",
    "CPR": "copper", "CRM": "cream|ivory|off-white", "DBL": "dark blue|navy blue|"
    "navy", "DGR": "dark green", "GLD": "gold",
    "GRN": "green", "GRY": "gray|grey|dark gray|dark grey|light gray|light grey|charcoal", "LAV": "lavender",
    "LBL": "light blue", "LGR": "light green", "MAR": "maroon|burgundy", "MUL": "multicolored|"
    "multicolor", "ONG": "orange",
    "PLE": "purple", "PNK": "pink", "RED": "red|dark red", "SIL": "silver|"
    "aluminum", "TAN": "tan", "TRQ": "turquoise|teal",
    "WHI": "white", "YEL": "yellow",
}  # fmt: skip
MAKES = {
    "ACUR": "Acura", "ALFA": "Alfa Romeo", "AUDI": "Audi", "BENT": "Bentley", "BMW": "BMW", "BUIC": "Buick",
    "CADI": "Cadillac", "CHEV": "Chevrolet|"
    "Chevy", "CHRY": "Chrysler", "DODG": "Dodge", "DUCA": "Ducati", "FERR": "Ferrari",
    "FIAT": "Fiat", "FORD": "Ford", "FRHT": "Freightliner", "GMC": "GMC", "HD": "Harley-Davidson|"
    "Harley", "HOND": "Honda",
    "HYUN": "Hyundai", "INFI": "Infiniti", "INTL": "International", "ISU": "Isuzu", "JAGU": "Jaguar", "JEEP": "Jeep",
    "KAWK": "Kawasaki", "KW": "Kenworth", "KIA": "Kia", "LAMO": "Lamborghini", "LNDR": "Land Rover|Range Rover",
    "LEXS": "Lexus", "LINC": "Lincoln", "MACK": "Mack", "MASE": "Maserati", "MAZD": "Mazda",
    "MERZ": "Mercedes-Benz|Mercedes",
    "MERC": "Mercury", "MNNI": "Mini Cooper", "MITS": "Mitsubishi", "NISS": "Nissan", "OLDS": "Oldsmobile",
    "PTRB": "Peterbilt", "PLYM": "Plymouth", "PONT": "Pontiac", "PORS": "Porsche", "RAM": "Ram", "ROL": "Rolls-Royce",
    "SAA": "Saab", "STRN": "Saturn", "SCIO": "Scion", "SMRT": "Smart", "SUBA": "Subaru", "SUZI": "Suzuki",
    "TESL": "Tesla",
    "TOYT": "Toyota", "VOLK": "Volkswagen|VW", "VOLV": "Volvo", "YAMA": "Yamaha",
}  # fmt: skip
STYLES = {
    "2D": "2-door sedan|2 door|two-door", "4D": "4-door sedan|4 door|four-door", "AM": "ambulance", "BU": "bus",
    "CV": "convertible", "PK": "pickup truck|pick-up|pickup", "COUPE": "coupe", "CROSSOVER": "crossover",
    "HATCHBACK": "hatchback", "MINIVAN": "minivan", "MOTORCYCLE": "motorcycle", "SEDAN": "sedan",
    "STATION WAGON": "station wagon", "SUV": "SUV", "TRUCK": "truck", "VAN": "van", "WAGON": "wagon",
}  # fmt: skip


@pytest.mark.parametrize(("feature", "said"), [("color", COLORS), ("make", MAKES), ("style", STYLES)])
def test_words_of_a_dispatcher_are_the_codes_that_readers_and_lists_write(feature: str, said: dict[str, Any]) -> None:
    for code, line in said.items():
        for words in line.split("|"):
            assert vehicle_of_words(f"the {words}") == VehicleDescription(**{feature: code}), words
