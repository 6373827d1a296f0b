"""Between in-process types and wire models. Pure functions; what is named here is the one way to import them."""

from schemas.convert.hits import entry_to_summary, hit_to_event, list_to_event
from schemas.convert.reads import read_from_event, read_to_event
from schemas.convert.vehicles import vehicle_from_event, vehicle_to_event

__all__ = [
    "entry_to_summary",
    "hit_to_event",
    "list_to_event",
    "read_from_event",
    "read_to_event",
    "vehicle_from_event",
    "vehicle_to_event",
]
