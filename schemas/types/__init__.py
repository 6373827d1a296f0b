"""In-process types that cross stages. Frozen; times are aware and in UTC; boxes are pixels of the full frame.

What is named here is the one way to import any of them; the files behind it are by subject.
"""

from schemas.types.hits import CharacterEvidence, Hit, Tier, VehicleEvidence
from schemas.types.hotlists import Category, HotlistEntry, RejectedRow
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
    "SENSITIVE",
    "Box",
    "Category",
    "CharacterEvidence",
    "CharacterRead",
    "DatedBy",
    "Frame",
    "Gray",
    "Hit",
    "HotlistEntry",
    "Image",
    "Location",
    "Movement",
    "OcrResult",
    "PlateDetection",
    "PlateRead",
    "Purpose",
    "ReaderVersion",
    "RejectedRow",
    "SecondReading",
    "SourceItem",
    "Tier",
    "VehicleDescription",
    "VehicleEvidence",
    "VendorReport",
]
