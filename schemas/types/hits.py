"""What a read and an entry have in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Tier(StrEnum):
    """How a read agrees with an entry.

    exact: the text is equal (O and 0 count as equal) and the state is equal or unknown on one side.
    probable: the text or the state differs, in ways that this reader's errors explain.
    partial: the entry has unknown characters and the read fits it.
    """

    EXACT = "exact"
    PROBABLE = "probable"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class CharacterEvidence:
    """One position of a read against an entry.

    `read` and `listed` are single characters, or empty where one side has none. `probability` is how likely the read's
    evidence makes the listed character (0-1). `relation` is equal, look-alike, different, missing, extra or unknown.
    """

    read: str
    listed: str
    probability: float
    relation: str


@dataclass(frozen=True, slots=True)
class VehicleEvidence:
    """One feature of a vehicle (make, color or year) that reader and list both give.

    `read` and `listed` are as given, `agrees` says whether they fit each other, `score` what that adds in nats.
    """

    feature: str
    read: str
    listed: str
    agrees: bool
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A read that agrees with an entry.

    `score` is a log-likelihood ratio in nats: how much likelier this read is if the vehicle carries the listed plate
    than if it is any other vehicle. `explanation` is one plain sentence for an officer; `characters` is the same as
    data. `list_as_of` is the date of the list's content, `list_age_seconds` its age when the read was captured.
    `second_reader_agrees` says whether a second reader saw the listed plate; None where none was asked or saw a text.
    `vehicle` compares what is known of the vehicle. `alerts` is False where the agreement is too weak to alert an
    officer by itself; such a hit is stored only.
    """

    hit_id: UUID
    read_id: UUID
    entry_id: UUID
    hotlist_id: str
    tier: Tier
    score: float
    explanation: str
    characters: tuple[CharacterEvidence, ...] = ()
    jurisdiction_agrees: bool | None = None
    edit_distance: int = 0
    list_as_of: datetime | None = None
    list_age_seconds: float | None = None
    second_reader_agrees: bool | None = None
    vehicle: tuple[VehicleEvidence, ...] = ()
    alerts: bool = True
