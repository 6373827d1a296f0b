"""Other agencies: how many questions of theirs are answered, and who is asked."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from schemas.settings.kafka import KafkaSettings
from schemas.settings.section import Section

AgencyName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
"""An agency's short name, as agreements have it."""


class NeighborSettings(Section):
    """An agency that is asked by `platewatch query`, or gives hotlists."""

    id: AgencyName
    """Its short name, as its agreement has it."""
    name: Annotated[str, Field(min_length=1, max_length=200)]
    """Its name, shown beside whatever it answers."""
    agreement: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    """Its agreement under which this agency asks or receives, by its short name there."""
    agreement_version: Annotated[int, Field(ge=1)] | None = None
    """The version that was signed; questions under another one are refused there, and hotlists here. Default: any."""
    member: AgencyName | None = None
    """This agency's short name in that agreement; default: agency_id."""
    dispositions: bool = True
    """Whether it is told what people here said of alerts on entries that it gave."""
    kind: Literal[
        "law_enforcement", "prosecutor", "tribal", "fusion_center", "federal", "public", "defense", "vendor", "private"
    ] = "law_enforcement"
    """What it is; our own law is asked about that before it is told anything."""
    state: Annotated[str, Field(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$")] | None = None
    """Its state, likewise; default: that of the law profile, and none where it is federal."""
    kafka: KafkaSettings = KafkaSettings()
    """Its broker, with the keys of the section kafka; without bootstrap_servers that of the section kafka."""


class SharingSettings(Section):
    """What agreements with other agencies need beside themselves."""

    ori: Annotated[str, Field(pattern=r"^[A-Z0-9]{7,9}$")] | None = None
    """This agency's originating agency identifier; questions to other agencies need it."""
    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """This agency's name, for the log of those who are asked; default: agency_id."""
    queries_per_hour: Annotated[int, Field(ge=0)] = 120
    """Most questions of one other agency that are answered within an hour; the rest is refused."""
    query_rows: Annotated[int, Field(ge=1, le=1000)] = 100
    """Most reads of one answer."""
    query_timeout_seconds: Annotated[float, Field(gt=0, le=300)] = 10.0
    """How long one question may search."""
    neighbors: tuple[NeighborSettings, ...] = ()
    """Agencies that are asked (`[[sharing.neighbors]]`)."""

    @field_validator("neighbors")
    @classmethod
    def _distinct(cls, value: tuple[NeighborSettings, ...]) -> tuple[NeighborSettings, ...]:
        names = [neighbor.id for neighbor in value]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"neighbor named more than once: {', '.join(doubled)}")
        return value
