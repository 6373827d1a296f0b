"""Axis License Plate Verifier and other readers of Vaxtor in cameras: new, update and lost of one car."""

from __future__ import annotations

from functools import partial

from ingest.vendors.adapter import PictureUrl, ReaderSign, ReportedRead
from ingest.vendors.parts.boxes import listed_box
from ingest.vendors.parts.confidences import probability
from ingest.vendors.parts.pictures import picture_in
from ingest.vendors.parts.plates import plate_text
from ingest.vendors.parts.states import state_of
from ingest.vendors.parts.tree_adapter import Gathered, TreeAdapter
from ingest.vendors.parts.values import (
    Tree,
    as_text,
    find_trees,
    has_keys,
    raw_text_at,
    text_at,
    trees_at,
    walk,
    whole_at,
)
from ingest.vendors.parts.vehicles import direction_of, location_of, movement_of, vehicle_of
from schemas.types import ReaderVersion

_OWN = ("plateText", "plateUTF8", "plateASCII", "plateUnicode", "carID", "carState")
_PLATES = ("plateUTF8", "plateText", "plateUnicode", "plateASCII")
_ROUND = 1_000_000_000


class Axis(TreeAdapter):
    """Reads what the application pushes over HTTP, and what publishers pass on of it."""

    name = "axis"
    title = "Axis License Plate Verifier"
    expected = "JSON with plateText or plateUTF8, carID and carState"

    def recognizes(self, tree: Tree) -> bool:
        """See `TreeAdapter`."""
        return bool(find_trees(tree, *_OWN)) or _is_heartbeat(tree)

    def gather(self, tree: Tree, found: Gathered) -> None:
        """See `TreeAdapter`."""
        cars = find_trees(tree, *_OWN)
        for car in cars:
            found.add(partial(_car, car, found))
        if not cars:
            found.signs.append(ReaderSign(_camera(tree), found.times.at(tree, "datetime", "timestamp")))


def _is_heartbeat(tree: Tree) -> bool:
    return has_keys(tree, "heartbeat") or "heartbeat" in raw_text_at(tree, "event", "type", "eventType").casefold()


def _camera(car: Tree) -> str:
    return text_at(car, "camera_info.SerialNumber", "camera_info.MACAddress", "sensorProviderID", "serial") or ""


def _car(car: Tree, found: Gathered) -> ReportedRead | None:
    plate = next((text for path in _PLATES if (text := plate_text(walk(car, path))) is not None), None)
    if plate is None:
        return None
    state = raw_text_at(car, "carState").casefold()
    picture, context = _pictures(car)
    beside, around = found.opened.plate_and_context()
    number = text_at(car, "carID")
    return ReportedRead(
        plate=plate,
        camera=_camera(car),
        captured_at=found.times.at(car, "capture_timestamp", "capture_ts", "frame_timestamp", "datetime", "timestamp"),
        confidence=probability(walk(car, "plateConfidence"), 1),
        pass_id=number,
        # Cars are counted from the start of the camera.
        is_pass_id_unique=False,
        revision=_revision(car, state),
        is_final=state == "lost" or not state or number is None,
        jurisdiction=state_of(
            text_at(car, "plateRegion", "plateState", "plateRegionCode"),
            text_at(car, "plateCountry"),
            found.source.country,
        ),
        location=location_of(walk(car, "geotag.lat"), walk(car, "geotag.lon") or walk(car, "geotag.lng")),
        movement=movement_of(
            text_at(car, "roiID", "laneID"),
            direction_of(text_at(car, "carMoveDirection")),
            walk(car, "carSpeed") or walk(car, "vehicle_info.speed"),
            text_at(car, "speedUnit") or "km/h",
        ),
        vehicle=vehicle_of(
            text_at(car, "vehicle_info.make", "carMake"),
            text_at(car, "vehicle_info.model", "carModel"),
            text_at(car, "vehicle_info.color", "carColor"),
            text_at(car, "vehicle_info.type", "carType", "vehicle_info.class"),
        ),
        box=listed_box(walk(car, "plateCoordinates")),
        plate_picture=picture or beside,
        context_picture=context or around,
        picture_urls=_urls(car),
        reader=ReaderVersion("axis", text_at(car, "version", "engineVersion") or ""),
    )


def _revision(car: Tree, state: str) -> int:
    """Return a number that grows from new over each update; lost is newest because it is final."""
    counter = whole_at(car, "packetCounter")
    if counter is None:
        milliseconds = whole_at(car, "frame_timestamp", "capture_timestamp") or 0
        counter = milliseconds // 100
    return (0 if state == "new" else 1) * _ROUND + abs(counter) % _ROUND


def _pictures(car: Tree) -> tuple[bytes | None, bytes | None]:
    plate = context = None
    for each in trees_at(car, "ImageArray", "images"):
        data = picture_in(walk(each, "BinaryImage")) or picture_in(walk(each, "data"))
        if "plate" in raw_text_at(each, "ImageType", "type").casefold():
            plate = plate or data
        else:
            context = context or data
    return plate, context


def _urls(car: Tree) -> tuple[PictureUrl, ...]:
    listed = walk(car, "imagesURI")
    texts = [as_text(each) or "" for each in (listed if isinstance(listed, list) else [listed])[:4]]
    urls = [text for text in texts if text.startswith(("http://", "https://"))]
    return tuple(PictureUrl("plate" if "plate" in url.casefold() else "context", url) for url in urls)
