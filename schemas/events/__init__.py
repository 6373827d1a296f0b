"""What leaves a process: frozen pydantic models. Their JSON Schemas are generated into schemas/json/.

What is named here is the one way to import any of them; the files behind it are by subject.
"""

from schemas.events.alarms import Alarm, AlarmKind
from schemas.events.alerts import Alert, AlertType, CloneSuspicionEvent
from schemas.events.car import Answered, CarAnswer, CarNote, Noted
from schemas.events.car_report import CarListReport, CarRefusedReport, CarReport, CarStateReport
from schemas.events.dispositions import (
    NOBODY_YET,
    NOT_CONFIRMED,
    ConfirmationEvent,
    DispositionEntryEvent,
    DispositionEvent,
    RecordCheckEvent,
)
from schemas.events.hits import CharacterEvidenceEvent, EntrySummaryEvent, HitEvent, ListEvent, VehicleEvidenceEvent
from schemas.events.lists import MOST_REMOVED, GivenByEvent, ReceivedListPart, SharedEntryEvent, SharedListEvent
from schemas.events.published import PublishedRead, SourceClockEvent
from schemas.events.queries import (
    AskerEvent,
    OwnerEvent,
    QueryAnswerEvent,
    QueryEvent,
    QueryTermsEvent,
)
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
from schemas.events.returned import ReturnedDispositionEvent, ReturnedVerdictEvent
from schemas.events.wire import Probability, problems_in, utc

__all__ = [
    "MOST_REMOVED",
    "NOBODY_YET",
    "NOT_CONFIRMED",
    "Alarm",
    "AlarmKind",
    "Alert",
    "AlertType",
    "Answered",
    "AskerEvent",
    "BoxEvent",
    "CarAnswer",
    "CarListReport",
    "CarNote",
    "CarRefusedReport",
    "CarReport",
    "CarStateReport",
    "CharacterEvent",
    "CharacterEvidenceEvent",
    "CloneSuspicionEvent",
    "ConfirmationEvent",
    "DispositionEntryEvent",
    "DispositionEvent",
    "EntrySummaryEvent",
    "GivenByEvent",
    "HitEvent",
    "ListEvent",
    "LocationEvent",
    "MovementEvent",
    "Noted",
    "OwnerEvent",
    "PlateReadEvent",
    "Probability",
    "PublishedRead",
    "QueryAnswerEvent",
    "QueryEvent",
    "QueryTermsEvent",
    "ReceivedListPart",
    "RecordCheckEvent",
    "ReturnedDispositionEvent",
    "ReturnedVerdictEvent",
    "SecondReadingEvent",
    "SharedEntryEvent",
    "SharedListEvent",
    "SourceClockEvent",
    "SourceEvent",
    "VehicleEvent",
    "VehicleEvidenceEvent",
    "VendorReportEvent",
    "problems_in",
    "utc",
]
