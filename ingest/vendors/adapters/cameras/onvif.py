"""ONVIF Profile M: plates in a camera's metadata, as XML, and in events as XML or as JSON over MQTT."""

from __future__ import annotations

from functools import partial
from typing import Any

from ingest.vendors.adapter import PictureUrl, ReaderSign, ReportedRead
from ingest.vendors.parts.confidences import probability
from ingest.vendors.parts.pictures import picture_in
from ingest.vendors.parts.plates import plate_text
from ingest.vendors.parts.states import state_of
from ingest.vendors.parts.tree_adapter import Gathered, TreeAdapter
from ingest.vendors.parts.values import Tree, find_trees, has_keys, raw_text_at, text_at, tree_at, trees_at, walk
from ingest.vendors.parts.vehicles import location_of, movement_of, vehicle_of
from ingest.vendors.parts.xml_text import TEXT
from schemas.types import ReaderVersion

_SCORE = 10_000
_ROOTS = ("MetadataStream", "VideoAnalytics", "Frame", "NotificationMessage", "Message", "Notify", "Envelope")


class Onvif(TreeAdapter):
    """Reads frames of analytics with `LicensePlateInfo`; frames without are signs of life."""

    name = "onvif"
    title = "ONVIF Profile M"
    expected = "MetadataStream, or an event, with LicensePlateInfo"

    def recognizes(self, tree: Tree) -> bool:
        """See `TreeAdapter`."""
        return (
            has_keys(tree, *_ROOTS) or bool(find_trees(tree, "LicensePlateInfo")) or has_keys(tree, "UtcTime", "Topic")
        )

    def gather(self, tree: Tree, found: Gathered) -> None:
        """See `TreeAdapter`."""
        frames = find_trees(tree, "Object")
        for frame in frames:
            objects = trees_at(frame, "Object")
            by_id = {raw_text_at(each, "@ObjectId"): each for each in objects}
            for each in objects:
                if has_keys(tree_at(each, "Appearance"), "LicensePlateInfo"):
                    parent = by_id.get(raw_text_at(each, "@Parent"), {})
                    found.add(partial(_object, each, parent, frame, found))
        others = [] if frames else find_trees(tree, "LicensePlateInfo")
        for each in others:
            found.add(partial(_object, {"Appearance": each, **each}, {}, tree, found))
        if not found.reads and not found.without_plate:
            at = next((found.times.at(frame, "@UtcTime") for frame in frames), None)
            found.signs.append(ReaderSign(found.message.topic.split("/")[0][:64] if found.message.topic else "", at))


def _object(seen: Tree, parent: Tree, frame: Tree, found: Gathered) -> ReportedRead | None:
    info = tree_at(seen, "Appearance.LicensePlateInfo")
    plate = plate_text(walk(info, "PlateNumber"))
    if plate is None:
        return None
    confidence = _likelihood(info, "PlateNumber")
    holders = [seen, parent]
    car = next((tree for each in holders if (tree := tree_at(each, "Appearance.VehicleInfo", "VehicleInfo"))), {})
    place = next((tree for each in holders if (tree := tree_at(each, "Appearance.GeoLocation"))), {})
    speed = next((value for each in holders if (value := walk(each, "Behaviour.Speed")) is not None), None)
    url = text_at(seen, "Appearance.ImageRef") or text_at(parent, "Appearance.ImageRef") or ""
    return ReportedRead(
        plate=plate,
        camera=text_at(frame, "@Source", "Source.VideoSource", "Source.Source", "Source.VideoSourceToken") or "",
        captured_at=_captured_at(seen, frame, found),
        confidence=confidence,
        pass_id=text_at(parent, "@ObjectId") or text_at(seen, "@ObjectId", "Source.ObjectId", "Data.ObjectId"),
        # Objects are counted from the start of the camera, and each frame says its plate again.
        is_pass_id_unique=False,
        revision=round((confidence or 0.0) * _SCORE),
        jurisdiction=state_of(text_at(info, "IssuingEntity"), text_at(info, "CountryCode"), found.source.country),
        jurisdiction_confidence=_likelihood(info, "IssuingEntity"),
        location=location_of(walk(place, "@lat"), walk(place, "@lon")),
        movement=movement_of(None, None, speed, "m/s"),
        vehicle=vehicle_of(
            text_at(car, "Brand"),
            text_at(car, "Model"),
            text_at(parent, "Appearance.Color.ColorName"),
            text_at(car, "Type"),
        ),
        plate_picture=picture_in(_long(walk(seen, "Appearance.Image"))),
        context_picture=picture_in(_long(walk(parent, "Appearance.Image"))),
        picture_urls=(PictureUrl("context", url),) if url.startswith(("http://", "https://")) else (),
        reader=ReaderVersion("onvif"),
    )


def _captured_at(seen: Tree, frame: Tree, found: Gathered) -> Any:
    told = found.times.at(frame, "@UtcTime", "UtcTime") or found.times.at(seen, "@UtcTime", "UtcTime")
    if told is not None:
        return told
    holder = next(iter(find_trees(frame, "@UtcTime", "UtcTime")), {})
    return found.times.at(holder, "@UtcTime", "UtcTime")


def _likelihood(info: Tree, name: str) -> float | None:
    return probability(walk(info, f"{name}.@Likelihood") or walk(info, f"{name}.Likelihood"), 1)


def _long(value: Any) -> Any:
    return value.get(TEXT) if isinstance(value, dict) else value
