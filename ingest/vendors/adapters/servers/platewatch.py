"""Our own reads as JSON: whole PlateReads, or whatever has a plate. Only their sender is told at once what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, AliasChoices, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from ingest.vendors.adapter import ReportedRead, VendorMessage
from ingest.vendors.parts.boxes import box_of
from ingest.vendors.parts.confidences import MOST
from ingest.vendors.parts.pictures import picture_in
from ingest.vendors.parts.plates import plate_text
from ingest.vendors.parts.states import state_of
from ingest.vendors.parts.tree_adapter import Gathered, TreeAdapter
from ingest.vendors.parts.values import Tree, as_text, has_keys, trees_at
from ingest.vendors.parts.vehicles import direction_of, location_of, movement_of, vehicle_of
from schemas.errors import InvalidInput
from schemas.events import BoxEvent, CharacterEvent, LocationEvent, Probability, VehicleEvent
from schemas.settings import IngestSource
from schemas.types import ReaderVersion


def _printable(text: str) -> str:
    return as_text(text) or ""


_Name = Annotated[str, Field(max_length=200), AfterValidator(_printable)]


class _Movement(BaseModel):
    model_config = ConfigDict(extra="ignore")

    lane: _Name | None = None
    direction: _Name | None = None
    speed: Annotated[float, Field(ge=0, le=150)] | None = None


class _Source(BaseModel):
    model_config = ConfigDict(extra="ignore")

    name: _Name = "platewatch"
    version: _Name = ""


class _Posted(BaseModel):
    """What is taken of a posted read; what else it has is kept in the payload."""

    model_config = ConfigDict(extra="ignore")

    plate: Annotated[str, Field(max_length=64)]
    read_id: _Name | None = None
    camera_id: _Name = ""
    captured_at: AwareDatetime | None = None
    first_seen: AwareDatetime | None = None
    last_seen: AwareDatetime | None = None
    confidence: Probability | None = None
    confidence_is_known: bool = True
    characters: Annotated[tuple[CharacterEvent, ...], Field(max_length=64)] = ()
    jurisdiction: _Name | None = Field(default=None, validation_alias=AliasChoices("jurisdiction", "state"))
    jurisdiction_confidence: Probability | None = None
    location: LocationEvent | None = None
    movement: _Movement | None = None
    vehicle: VehicleEvent | None = None
    box: BoxEvent | None = None
    frame_count: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    revision: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    is_final: bool = True
    plate_image: str | None = None
    context_image: str | None = None
    source: _Source = _Source()


class Platewatch(TreeAdapter):
    """Reads JSON objects, a list of them, or one a line; every one of them has to be right."""

    name = "platewatch"
    title = "Platewatch"
    expected = 'JSON like {"plate": "ABC1234", "captured_at": "2026-05-04T12:00:00Z"}'

    def recognizes(self, tree: Tree) -> bool:
        """See `TreeAdapter`."""
        return has_keys(tree, "plate", "reads")

    def validate(self, message: VendorMessage, source: IngestSource) -> None:
        """See `Adapter`. All of the message is looked at: its sender gets the answer."""
        self.parse(message, source)

    def gather(self, tree: Tree, found: Gathered) -> None:
        """See `TreeAdapter`."""
        for each in [tree] if "plate" in tree else trees_at(tree, "reads"):
            found.add(partial(_read, each, found))
        if found.problem is not None:
            raise found.problem


def _read(tree: Mapping[str, Any], found: Gathered) -> ReportedRead | None:
    try:
        posted = _Posted.model_validate(dict(tree))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        column = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(f"{first['msg'][0].lower()}{first['msg'][1:]}", column=column) from None
    plate = plate_text(posted.plate)
    if plate is None:
        return None
    state = state_of(posted.jurisdiction, None, found.source.country)
    if (
        posted.jurisdiction
        and state is None
        and posted.jurisdiction.strip().casefold() not in ("unknown", "none", "n/a")
    ):
        raise InvalidInput("no known state; write it like US-VA or VA", column="jurisdiction")
    known = posted.confidence if posted.confidence_is_known else None
    place, way, car, box = posted.location, posted.movement, posted.vehicle, posted.box
    return ReportedRead(
        plate=plate,
        camera=posted.camera_id,
        captured_at=posted.captured_at,
        confidence=min(known, MOST) if known else None,
        pass_id=posted.read_id,
        revision=posted.revision,
        is_final=posted.is_final,
        first_seen=posted.first_seen,
        last_seen=posted.last_seen,
        candidates=_candidates(posted),
        character_confidences=tuple(each.confidence for each in posted.characters),
        jurisdiction=state,
        jurisdiction_confidence=posted.jurisdiction_confidence,
        location=location_of(place.latitude, place.longitude, place.heading) if place else None,
        movement=movement_of(way.lane, direction_of(way.direction), way.speed, "m/s") if way else None,
        vehicle=vehicle_of(car.make, car.model, car.color, car.vehicle_class, car.style, car.year) if car else None,
        box=box_of(box.x1, box.y1, box.x2, box.y2) if box else None,
        frame_count=posted.frame_count,
        plate_picture=picture_in(posted.plate_image),
        context_picture=picture_in(posted.context_image),
        reader=ReaderVersion(posted.source.name, posted.source.version),
    )


def _candidates(posted: _Posted) -> tuple[tuple[str, float | None], ...]:
    """Return the texts that the characters' alternatives make, one difference each, likeliest first."""
    text = [each.character for each in posted.characters]
    found = [
        ("".join((*text[:number], other, *text[number + 1 :])), share)
        for number, each in enumerate(posted.characters)
        for other, share in each.alternatives
    ]
    return tuple(sorted(found, key=lambda each: -each[1])[:20])
