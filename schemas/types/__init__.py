"""In-process types that cross stages. Frozen; times are aware and in UTC; boxes are pixels of the full frame.

What is named here is the one way to import any of them; the files behind it are by subject.
"""

from schemas.types.hits import CharacterEvidence, Hit, Tier, VehicleEvidence
from schemas.types.hotlists import RECEIVED_LAYOUT, Category, HotlistEntry, RejectedRow
from schemas.types.life import (
    ANSWER_WITHIN,
    AlertOutcome,
    CheckPriority,
    ComparedWith,
    Disposition,
    DispositionKind,
    Life,
    RecordAnswer,
    RecordCheck,
    Rejection,
    Standing,
    Surface,
)
from schemas.types.media import Box, Frame, Gray, Image, Location, SourceItem
from schemas.types.patrol import CarState, ListStanding, StateKind
from schemas.types.priorities import Priority
from schemas.types.purposes import SENSITIVE, Purpose
from schemas.types.reads import (
    CharacterRead,
    DatedBy,
    Movement,
    OcrResult,
    PlateDetection,
    PlateRead,
    ReaderVersion,
    SecondReading,
    VendorReport,
)
from schemas.types.vehicles import VehicleDescription

__all__ = [
    "ANSWER_WITHIN",
    "RECEIVED_LAYOUT",
    "SENSITIVE",
    "AlertOutcome",
    "Box",
    "CarState",
    "Category",
    "CharacterEvidence",
    "CharacterRead",
    "CheckPriority",
    "ComparedWith",
    "DatedBy",
    "Disposition",
    "DispositionKind",
    "Frame",
    "Gray",
    "Hit",
    "HotlistEntry",
    "Image",
    "Life",
    "ListStanding",
    "Location",
    "Movement",
    "OcrResult",
    "PlateDetection",
    "PlateRead",
    "Priority",
    "Purpose",
    "ReaderVersion",
    "RecordAnswer",
    "RecordCheck",
    "RejectedRow",
    "Rejection",
    "SecondReading",
    "SourceItem",
    "Standing",
    "StateKind",
    "Surface",
    "Tier",
    "VehicleDescription",
    "VehicleEvidence",
    "VendorReport",
]
