"""Plate Recognizer Stream and Snapshot, and ParkPow, which passes on what they saw."""

from __future__ import annotations

from functools import partial
from typing import Any

from ingest.vendors.adapter import PictureUrl, ReaderSign, ReportedRead
from ingest.vendors.parts.boxes import sides_box
from ingest.vendors.parts.confidences import probability
from ingest.vendors.parts.pictures import picture_in
from ingest.vendors.parts.plates import plate_text
from ingest.vendors.parts.states import state_of
from ingest.vendors.parts.tree_adapter import Gathered, TreeAdapter
from ingest.vendors.parts.values import Tree, as_text, has_keys, number_at, text_at, tree_at, trees_at, walk
from ingest.vendors.parts.vehicles import direction_of, location_of, movement_of, vehicle_of
from schemas.errors import InvalidInput
from schemas.types import ReaderVersion, VehicleDescription


class PlateRecognizer(TreeAdapter):
    """Reads the webhooks of Stream (`recognition`) and Snapshot (`image.done`)."""

    name = "plate_recognizer"
    title = "Plate Recognizer Stream and Snapshot"
    expected = "JSON with data.results, alone or in a part named json"

    def recognizes(self, tree: Tree) -> bool:
        """See `TreeAdapter`."""
        return has_keys(tree, "results", "hook") or has_keys(tree_at(tree, "data"), "results") or _wrapped(tree) != {}

    def gather(self, tree: Tree, found: Gathered) -> None:
        """See `TreeAdapter`."""
        data = tree_at(tree, "data") or _wrapped(tree) or tree
        results = trees_at(data, "results")
        if not results and walk(data, "results") is None:
            self._without_results(tree, data, found)
        elif not results:
            found.without_plate += 1
        for each in results:
            found.add(partial(read_of, data, each, found, self.name))

    def _without_results(self, tree: Tree, data: Tree, found: Gathered) -> None:
        """Take a hook of another event as a sign of life.

        Raises:
            InvalidInput: The message speaks of a plate in a shape that is not known.
        """
        if any("plate" in key.casefold() for part in (tree, data) for key in part):
            raise InvalidInput(
                f"no message of {self.title}: found a plate outside of results; expected {self.expected}"
            )
        found.signs.append(ReaderSign(text_at(data, "camera_id", "camera", "camera.name") or ""))


class ParkPow(PlateRecognizer):
    """Reads what is posted to ParkPow, whose results are objects of properties."""

    name = "parkpow"
    title = "ParkPow"
    expected = "JSON with camera, time and results"


def _wrapped(tree: Tree) -> Tree:
    inner = tree_at(tree, "json")
    return tree_at(inner, "data") or inner


def read_of(data: Tree, result: Tree, found: Gathered, vendor: str) -> ReportedRead | None:
    """Return one result as a read; None where it is a vehicle without a plate.

    Args:
        data: What holds for all results of the message.
        result: The result, in its older shape or as properties.
        found: The message.
        vendor: Name of the adapter.
    """
    properties = tree_at(result, "plate.props")
    texts = trees_at(properties, "plate")
    best = texts[0] if texts else {"value": None if properties else walk(result, "plate")}
    plate = plate_text(walk(best, "value"))
    if plate is None:
        return None
    region = tree_at(result, "region") or tree_at(properties, "region")
    state = text_at(region, "code", "value") or text_at(result, "region")
    picture, context = found.opened.plate_and_context()
    given = picture_in(walk(data, "image")) or picture_in(walk(result, "image"))
    return ReportedRead(
        plate=plate,
        camera=text_at(data, "camera_id", "camera", "camera.name", "camera.id") or "",
        captured_at=found.times.at(data, "timestamp", "time", "timestamp_camera", "timestamp_local"),
        confidence=probability(_first(walk(best, "score"), walk(result, "score")), 1),
        candidates=_candidates(result, texts),
        jurisdiction=state_of(state, None, found.source.country),
        jurisdiction_confidence=probability(walk(region, "score"), 1),
        location=location_of(*_place(data, result)),
        movement=_movement(result),
        vehicle=_vehicle(result),
        box=sides_box(result, "box") or sides_box(result, "plate.box"),
        context_picture=context or given or picture,
        picture_urls=_urls(data),
        reader=ReaderVersion(vendor, text_at(data, "version") or ""),
    )


def _place(data: Tree, result: Tree) -> tuple[Any, Any]:
    for tree in (result, data):
        position = tree_at(tree, "gps", "location", "user_data")
        for part in (position, tree):
            if number_at(part, "latitude", "lat") is not None:
                return number_at(part, "latitude", "lat"), number_at(part, "longitude", "lon", "lng")
    return None, None


def _candidates(result: Tree, texts: list[Tree]) -> tuple[tuple[str, float | None], ...]:
    listed = [(as_text(walk(each, "plate")), walk(each, "score")) for each in trees_at(result, "candidates")]
    listed += [(as_text(walk(each, "value")), walk(each, "score")) for each in texts[1:]]
    return tuple((text, probability(score, 1)) for text, score in listed if text)


def _movement(result: Tree) -> Any:
    direction = text_at(result, "direction")
    degrees = number_at(result, "direction")
    word = f"{round(degrees) % 360} degrees" if degrees is not None else direction_of(direction)
    return movement_of(text_at(result, "lane"), word, walk(result, "speed"), "km/h")


def _vehicle(result: Tree) -> VehicleDescription | None:
    properties = tree_at(result, "vehicle.props")
    first = tree_at(result, "model_make") or tree_at(properties, "make_model")
    return vehicle_of(
        text_at(first, "make"),
        text_at(first, "model"),
        text_at(result, "color.0.color", "color.0.value") or text_at(properties, "color.0.value", "color.0.color"),
        text_at(result, "vehicle.type"),
        year=text_at(result, "year.0.year_range", "year.0.value"),
    )


def _urls(data: Tree) -> tuple[PictureUrl, ...]:
    urls = [text_at(data, "image_url", "filename_url", "image")]
    return tuple(PictureUrl("context", url) for url in urls if url and url.startswith(("http://", "https://")))


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)
