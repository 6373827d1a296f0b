"""What leaves a process of a hit, its entry and its list."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from schemas.events.lists import GivenByEvent
from schemas.events.reads import VehicleEvent
from schemas.events.wire import Probability, WireModel
from schemas.types import Category, Tier


class CharacterEvidenceEvent(WireModel):
    """One position of a read against an entry; `relation` says how they compare."""

    read: Annotated[str, Field(max_length=1)]
    listed: Annotated[str, Field(max_length=1)]
    probability: Probability
    relation: Literal["equal", "look-alike", "different", "missing", "extra", "unknown"]


class VehicleEvidenceEvent(WireModel):
    """One feature of the vehicle that both sides give: as read, as listed, whether they fit; `score` in nats."""

    feature: str
    read: str
    listed: str
    agrees: bool
    score: float


class HitEvent(WireModel):
    """Why a read agrees with an entry. `score` is a log-likelihood ratio in nats; larger is surer.

    `vehicle` compares make, color and year where both sides give them; what differs there is a reason to doubt the hit.
    `second_reader_agrees` says whether a second reader saw the listed plate; null where none was asked or saw a text.
    """

    hit_id: UUID
    tier: Tier
    score: float
    score_meaning: str = (
        "log-likelihood ratio in nats: how much likelier this read is if the vehicle carries the listed plate than if "
        "it is any other vehicle"
    )
    explanation: str
    characters: tuple[CharacterEvidenceEvent, ...] = ()
    jurisdiction_agrees: bool | None = None
    edit_distance: int = 0
    second_reader_agrees: bool | None = None
    vehicle: tuple[VehicleEvidenceEvent, ...] = ()


class EntrySummaryEvent(WireModel):
    """The hotlist entry that was hit: what an officer needs to confirm it with its originating agency.

    `license_type` is the plate's type (NCIC: LIT) as the list writes it; `MC` is on motorcycles alone. `given_by` is
    there where another agency gave the entry under an agreement: whose it is, and who has to be asked.
    """

    entry_id: UUID
    plate: str
    jurisdiction: str | None = None
    category: Category
    source_entry_id: str | None = None
    source_code: str | None = None
    originating_agency: str | None = None
    case_number: str | None = None
    priority: str | None = None
    vehicle: VehicleEvent | None = None
    instructions: str | None = None
    license_type: str | None = None
    given_by: GivenByEvent | None = None


class ListEvent(WireModel):
    """The list an entry stands on, and how old its content was when the vehicle passed."""

    hotlist_id: str
    as_of: AwareDatetime | None = None
    age_seconds: float | None = None
