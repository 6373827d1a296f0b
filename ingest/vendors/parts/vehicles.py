"""What vendors say of a vehicle and its way -> our words; what has none stays as it is."""

from __future__ import annotations

from ingest.vendors.parts.values import as_number, text_at
from schemas.types import Location, Movement, VehicleDescription

_MPS = {"m/s": 1.0, "mps": 1.0, "km/h": 1 / 3.6, "kmh": 1 / 3.6, "kph": 1 / 3.6, "kmph": 1 / 3.6, "mph": 0.44704}
_FASTEST = 150.0
_APPROACHING = frozenset(
    {"approaching", "approach", "forward", "toward", "towards", "in", "entering", "oncoming", "incoming", "front"}
    | {"closer", "obverse", "come", "approachingcamera", "coming"}
)
_LEAVING = frozenset(
    {"leaving", "leave", "reverse", "away", "out", "exiting", "outgoing", "rear", "back", "going", "departing"}
    | {"further", "receding", "gone", "go", "moving away"}
)
_COMPASS = ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")
_LONGEST = 64


def direction_of(text: str | None) -> str | None:
    """Return a direction in our words where it is one of them, else as it is."""
    if text is None:
        return None
    plain = text.strip().casefold()
    if plain in _APPROACHING:
        return "approaching"
    if plain in _LEAVING:
        return "leaving"
    return plain[:_LONGEST] or None


def compass(degrees: float | None) -> str | None:
    """Return the word for a direction in degrees clockwise from north."""
    if degrees is None or not -360 <= degrees <= 720:
        return None
    return _COMPASS[round(degrees / 45) % 8]


def movement_of(lane: str | None, direction: str | None, speed: object = None, unit: str = "km/h") -> Movement | None:
    """Return how a vehicle moved; None where nothing is known of it.

    Args:
        lane: Its lane's name or number.
        direction: In our words; see `direction_of`.
        speed: The vendor's number. Zero is taken for "not measured": readers without a radar write it.
        unit: What the vendor counts in.
    """
    number = as_number(speed)
    meters = None
    if number is not None and number > 0 and unit.casefold() in _MPS:
        meters = round(number * _MPS[unit.casefold()], 3)
        meters = meters if meters <= _FASTEST else None
    lane = lane[:_LONGEST] if lane else None
    return Movement(lane, direction, meters) if lane or direction or meters is not None else None


def vehicle_of(
    make: str | None = None,
    model: str | None = None,
    color: str | None = None,
    kind: str | None = None,
    style: str | None = None,
    year: object = None,
) -> VehicleDescription | None:
    """Return a vehicle's description; None where nothing is known of it."""
    number = as_number(year)
    known_year = int(number) if number is not None and 1900 <= number <= 2100 else None
    words = [word[:_LONGEST] if word else None for word in (make, model, style, color, kind)]
    return VehicleDescription(known_year, *words) if known_year or any(words) else None


def location_of(latitude: object, longitude: object, heading: object = None) -> Location | None:
    """Return where a reader stood; None where it does not say, or says "unknown" by 0, 0 or -1, -1."""
    lat, lon, way = as_number(latitude), as_number(longitude), as_number(heading)
    if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat == lon and lat in (0, -1)):
        return None
    return Location(lat, lon, way % 360 if way is not None and 0 <= way <= 360 else None)


def named_best(tree: object, path: str) -> str | None:
    """Return the likeliest name of a list like `[{name, confidence}]`, or a plain text."""
    return text_at(tree, f"{path}.0.name", f"{path}.0.value", path)
