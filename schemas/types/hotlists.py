"""What a list says: entries with their categories, and rows that could not be used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from schemas.types.vehicles import VehicleDescription

RECEIVED_LAYOUT = "shared"
"""Layout of lists that another agency gives under an agreement."""


class Category(StrEnum):
    """Platewatch's own hotlist categories. Every source's codes are mapped to these, per source."""

    STOLEN_VEHICLE = "stolen_vehicle"
    STOLEN_PLATE = "stolen_plate"
    FELONY_VEHICLE = "felony_vehicle"
    MISDEMEANOR_VEHICLE = "misdemeanor_vehicle"
    WANTED_PERSON = "wanted_person"
    MISSING_PERSON = "missing_person"
    CHILD_ABDUCTION = "child_abduction"
    ENDANGERED_PERSON = "endangered_person"
    CHILD_SAFETY_CHECK = "child_safety_check"
    """A child or family sought in an investigation of abuse or neglect; not a report of a missing person."""
    HUMAN_TRAFFICKING = "human_trafficking"
    PROTECTION_ORDER = "protection_order"
    OFFICER_SAFETY = "officer_safety"
    VIOLENT_PERSON = "violent_person"
    GANG_OR_TERRORIST = "gang_or_terrorist"
    SEX_OFFENDER = "sex_offender"
    SUPERVISED_RELEASE = "supervised_release"
    IMMIGRATION = "immigration"
    PROTECTIVE_INTEREST = "protective_interest"
    SUSPENDED_REGISTRATION = "suspended_registration"
    EXPIRED_REGISTRATION = "expired_registration"
    SUSPENDED_LICENSE = "suspended_license"
    UNINSURED = "uninsured"
    LOST_PLATE = "lost_plate"
    STOLEN_BOAT = "stolen_boat"
    CANADIAN = "canadian"
    WATCH = "watch"
    CALIBRATION = "calibration"
    """A test record, put on a list to see whether a reader raises a hit."""
    UNMAPPED = "unmapped"


class HotlistEntry(NamedTuple):
    """One wanted plate on one list. A named tuple, since a national list has millions: a fifth of the time to make.

    `plate` is as given by the source, and may hold `?` for unknown characters. `source_entry_id` is the source's own
    id (NCIC: NIC), `originating_agency` its ORI. `extra` keeps the source's other columns as (name, value) pairs,
    `source_line` the line in the file (from 1) and `raw` that line's text. `valid_until` is exclusive.
    """

    entry_id: UUID
    hotlist_id: str
    plate: str
    category: Category
    jurisdiction: str | None = None
    source_entry_id: str | None = None
    source_code: str | None = None
    vehicle: VehicleDescription | None = None
    originating_agency: str | None = None
    case_number: str | None = None
    priority: str | None = None
    instructions: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    extra: tuple[tuple[str, str], ...] = ()
    source_line: int | None = None
    raw: str | None = None


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that an import or a stream could not use: where it stands, why, and its text."""

    line: int
    reason: str
    column: str | None = None
    raw: str = ""
