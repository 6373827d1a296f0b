"""Hotlists as the API tells them, and what programs change."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from console.api.wire import Asked, Flag, Page, Text, Told, Whole, Word
from hotlists.feeds.freshness import ListAge
from operations.hotlists.importing import ListImport
from schemas.types import Category, HotlistEntry, VehicleDescription


class ListTold(Told):
    """An active list, and how old its content is."""

    hotlist_id: str
    layout: str
    version_id: int
    as_of: datetime | None
    activated_at: datetime
    entries: int
    rejected: int
    file_name: str
    held: str | None = Field(description="Why a newer version waits for a person.")
    max_age_hours: float | None = None
    is_late: bool = False

    @classmethod
    def of(cls, summary: object, age: ListAge | None) -> ListTold:
        """Return it as it is told."""
        told = cls.model_validate(summary)
        if age is None:
            return told
        return told.model_copy(update={"max_age_hours": age.max_age_hours, "is_late": age.is_late})


class ListsTold(Told):
    """The active lists by name."""

    items: list[ListTold]


class VersionTold(Told):
    """A version of a list."""

    version_id: int
    kind: str
    layout: str
    file_name: str
    as_of: datetime | None
    activated_at: datetime
    entries: int
    added: int
    changed: int
    removed: int
    rejected: int
    made_by: str | None
    reason: str | None
    restored_version: int | None
    is_active: bool


class VersionPage(Page[VersionTold]):
    """A list's versions, the latest first."""


class VehicleTold(Told):
    """A vehicle as a list describes it."""

    year: int | None = None
    make: str | None = None
    model: str | None = None
    style: str | None = None
    color: str | None = None
    vehicle_class: str | None = None

    @classmethod
    def of(cls, vehicle: VehicleDescription) -> VehicleTold:
        """Return it as it is told."""
        return cls(**{name: getattr(vehicle, name) for name in cls.model_fields})


class EntryTold(Told):
    """An entry of a list. `valid_until` is exclusive."""

    entry_id: UUID
    hotlist_id: str
    plate: str
    category: Category
    jurisdiction: str | None
    source_entry_id: str | None
    source_code: str | None
    vehicle: VehicleTold | None
    originating_agency: str | None
    case_number: str | None
    priority: str | None
    instructions: str | None
    valid_from: datetime | None
    valid_until: datetime | None

    @classmethod
    def of(cls, entry: HotlistEntry) -> EntryTold:
        """Return it as it is told."""
        names = cls.model_fields.keys() - {"vehicle"}
        vehicle = None if entry.vehicle is None else VehicleTold.of(entry.vehicle)
        return cls(vehicle=vehicle, **{name: getattr(entry, name) for name in names})


class EntryPage(Page[EntryTold]):
    """Entries of a list, by plate; `categories` counts those of the whole list."""

    categories: dict[Category, int]


class RejectTold(Told):
    """A row that could not be used: where it stands, why, and its text."""

    line: int
    column: str | None
    reason: str
    raw: str


class RejectPage(Page[RejectTold]):
    """Rows that could not be used, by line."""


class EntryAsked(Asked):
    """An entry in the words of a person; plate, state, category and case tell which one it is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "category": "missing_person",
                    "plate": "ABC1??4",
                    "state": "VA",
                    "vehicle": "2014 grey Honda Odyssey",
                    "case_number": "26-00123",
                    "expires": "3d",
                }
            ]
        }
    )

    category: Category
    plate: Word = Field(description="`?` stands for one unknown character.")
    state: Word = ""
    code: Word = Field("", description="What the alert is called, like AMBER Alert.")
    vehicle: Word = Field("", description="Words like 2014 grey Honda Odyssey.")
    case_number: Word = ""
    expires: Word = Field("", description="A time, a date (UTC, the whole day), or 24h, 3d, 2w; empty: no end.")
    instructions: Text = ""
    priority: Word = ""
    agency: Word = Field("", description="The originating agency.")
    is_vanity: Flag = Field(False, description="The plate really reads NULL, NO TAG or the like.")
    reason: Word | None = Field(None, description="Why, for the record.")


class EntryAdded(Told):
    """What adding an entry did; the same again is `unchanged`."""

    entry: EntryTold
    version_id: int
    outcome: str


class EntriesAsked(Asked):
    """Which entries, and why they are withdrawn. One of plate, source_entry_id and entry_id is needed."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"plate": "ABC1234", "state": "VA", "reason": "recovered on 2026-01-31"}]}
    )

    plate: Word | None = None
    state: Word | None = None
    source_entry_id: Word | None = Field(None, description="The source's own id (NCIC: NIC).")
    entry_id: UUID | None = None
    every: Flag = Field(False, description="All that fit, where there are several.")
    reason: Word = Field(description="Why; goes out with the canceled alerts.")


class Withdrawn(Told):
    """What a withdrawal did."""

    entries: list[UUID]
    withdrawn: int
    canceled_alerts: int


class Restored(Told):
    """What bringing entries back did; the others come with the list's next file."""

    entries: list[UUID]
    restored: int
    active: int


class RollBackAsked(Asked):
    """To which version, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "the file of 2026-01-31 was cut off"}]})

    reason: Word
    to_version: Annotated[Whole, Field(ge=1, le=2**63 - 1)] | None = Field(
        None, description="Null: the one before the active one."
    )


class RolledBack(Told):
    """What going back did."""

    version_id: int
    restored_version: int
    entries: int
    added: int
    removed: int
    canceled_alerts: int


class Imported(Told):
    """What an import found and did."""

    hotlist_id: str
    layout: str
    file_name: str
    as_of: datetime
    rows: int
    entries: int
    duplicates: int
    left_out: int = Field(description="Rows of entries that a person has withdrawn.")
    rejected: int
    version_id: int
    added: int
    removed: int
    changed: int
    unchanged: int
    canceled_alerts: int

    @classmethod
    def of(cls, done: ListImport) -> Imported:
        """Return it as it is told."""
        report, found, outcome = done.report, done.report.survey, done.report.outcome
        assert outcome is not None  # noqa: S101 - it is no dry run
        return cls(
            hotlist_id=report.hotlist_id,
            layout=report.layout,
            file_name=report.file_name,
            as_of=report.as_of,
            rows=found.rows,
            entries=found.entries,
            duplicates=found.duplicates,
            left_out=found.withdrawn,
            rejected=len(found.rejects),
            version_id=outcome.version_id,
            added=outcome.added,
            removed=outcome.removed,
            changed=outcome.changed,
            unchanged=outcome.unchanged,
            canceled_alerts=done.canceled,
        )
