"""In-process types that cross stages. Frozen; times are aware and in UTC; boxes are pixels of the full frame.

What is named here is the one way to import any of them; the files behind it are by subject.
"""

from schemas.types.hits import CharacterEvidence, Hit, Tier, VehicleEvidence
from schemas.types.hotlists import Category, HotlistEntry, RejectedRow
from schemas.types.life import (
    ANSWER_WITHIN,
    AlertOutcome,
    CheckPriority,
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
    "SENSITIVE",
    "AlertOutcome",
    "Box",
    "Category",
    "CharacterEvidence",
    "CharacterRead",
    "CheckPriority",
    "DatedBy",
    "Disposition",
    "DispositionKind",
    "Frame",
    "Gray",
    "Hit",
    "HotlistEntry",
    "Image",
    "Life",
    "Location",
    "Movement",
    "OcrResult",
    "PlateDetection",
    "PlateRead",
    "Purpose",
    "ReaderVersion",
    "RecordAnswer",
    "RecordCheck",
    "RejectedRow",
    "Rejection",
    "SecondReading",
    "SourceItem",
    "Standing",
    "Surface",
    "Tier",
    "VehicleDescription",
    "VehicleEvidence",
    "VendorReport",
]
