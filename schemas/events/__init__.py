"""What leaves a process: frozen pydantic models. Their JSON Schemas are generated into schemas/json/.

What is named here is the one way to import any of them; the files behind it are by subject.
"""

from schemas.events.alarms import Alarm, AlarmKind
from schemas.events.alerts import Alert, AlertType, CloneSuspicionEvent
from schemas.events.hits import CharacterEvidenceEvent, EntrySummaryEvent, HitEvent, ListEvent, VehicleEvidenceEvent
from schemas.events.reads import (
    BoxEvent,
    CharacterEvent,
    LocationEvent,
    MovementEvent,
    PlateReadEvent,
    SecondReadingEvent,
    SourceEvent,
    VehicleEvent,
    VendorReportEvent,
)
from schemas.events.wire import Probability, utc

__all__ = [
    "Alarm",
    "AlarmKind",
    "Alert",
    "AlertType",
    "BoxEvent",
    "CharacterEvent",
    "CharacterEvidenceEvent",
    "CloneSuspicionEvent",
    "EntrySummaryEvent",
    "HitEvent",
    "ListEvent",
    "LocationEvent",
    "MovementEvent",
    "PlateReadEvent",
    "Probability",
    "SecondReadingEvent",
    "SourceEvent",
    "VehicleEvent",
    "VehicleEvidenceEvent",
    "VendorReportEvent",
    "utc",
]
