"""Between in-process types and wire models. Pure functions; what is named here is the one way to import them."""

from schemas.convert.arrivals import arrival_from_event, arrival_to_event, without_vendor_texts
from schemas.convert.hits import entry_to_summary, hit_to_event, list_to_event
from schemas.convert.lists import given_by, received_entry, shared_entry
from schemas.convert.reads import read_from_event, read_to_event
from schemas.convert.vehicles import vehicle_from_event, vehicle_to_event

__all__ = [
    "arrival_from_event",
    "arrival_to_event",
    "entry_to_summary",
    "given_by",
    "hit_to_event",
    "list_to_event",
    "read_from_event",
    "read_to_event",
    "received_entry",
    "shared_entry",
    "vehicle_from_event",
    "vehicle_to_event",
    "without_vendor_texts",
]
