"""What leaves a process: frozen pydantic models. Their JSON Schemas are generated into schemas/json/.

What is named here is the one way to import any of them; the files behind it are by subject.
"""

from schemas.events.alarms import Alarm, AlarmKind
from schemas.events.alerts import Alert, AlertType, CloneSuspicionEvent
from schemas.events.dispositions import (
    NOBODY_YET,
    NOT_CONFIRMED,
    ConfirmationEvent,
    DispositionEntryEvent,
    DispositionEvent,
    RecordCheckEvent,
)
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
    "NOBODY_YET",
    "NOT_CONFIRMED",
    "Alarm",
    "AlarmKind",
    "Alert",
    "AlertType",
    "BoxEvent",
    "CharacterEvent",
    "CharacterEvidenceEvent",
    "CloneSuspicionEvent",
    "ConfirmationEvent",
    "DispositionEntryEvent",
    "DispositionEvent",
    "EntrySummaryEvent",
    "HitEvent",
    "ListEvent",
    "LocationEvent",
    "MovementEvent",
    "PlateReadEvent",
    "Probability",
    "RecordCheckEvent",
    "SecondReadingEvent",
    "SourceEvent",
    "VehicleEvent",
    "VehicleEvidenceEvent",
    "VendorReportEvent",
    "utc",
]
