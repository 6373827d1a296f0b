"""Rekor Scout and OpenALPR: groups, single results, alerts, vehicles and heartbeats."""

from __future__ import annotations

from functools import partial
from typing import Any

from ingest.vendors.adapter import ReaderSign, ReportedRead
from ingest.vendors.parts.boxes import corners_box
from ingest.vendors.parts.confidences import probability
from ingest.vendors.parts.pictures import picture_in
from ingest.vendors.parts.plates import plate_text
from ingest.vendors.parts.redaction import kept_payload
from ingest.vendors.parts.states import state_of
from ingest.vendors.parts.tree_adapter import Gathered, TreeAdapter
from ingest.vendors.parts.values import (
    Tree,
    as_text,
    has_keys,
    number_at,
    raw_text_at,
    text_at,
    tree_at,
    trees_at,
    truth_at,
    walk,
    whole_at,
)
from ingest.vendors.parts.vehicles import location_of, movement_of, named_best, vehicle_of
from schemas.errors import InvalidInput
from schemas.types import ReaderVersion, VehicleDescription

_LONGEST_PASS = 86_400_000
_MOST_FRAMES = 10_000
_REGION_CONFIDENCES = ("best_region_confidence", "best_plate.region_confidence")


class Rekor(TreeAdapter):
    """Reads the five types of message that an agent or the cloud posts."""

    name = "rekor"
    title = "Rekor Scout / OpenALPR"
    expected = "JSON with data_type alpr_group, alpr_results, alpr_alert, vehicle or heartbeat"

    def recognizes(self, tree: Tree) -> bool:
        """See `TreeAdapter`."""
        return self._kind(tree) is not None

    def gather(self, tree: Tree, found: Gathered) -> None:
        """See `TreeAdapter`."""
        kind = self._kind(tree)
        if kind == "heartbeat":
            found.signs += _heartbeat(tree, found)
        elif kind == "vehicle":
            found.without_plate += 1
        elif kind == "alpr_results":
            _results(tree, found)
        elif kind == "alpr_alert":
            found.add(lambda: _alert(tree, found))
        else:
            found.add(lambda: _group(tree, found, None))

    def _kind(self, tree: Tree) -> str | None:
        told = raw_text_at(tree, "data_type").casefold()
        if told in ("alpr_group", "alpr_results", "alpr_alert", "vehicle", "heartbeat"):
            return told
        if told:
            return None
        # Agents before 2.3 wrote no type.
        if has_keys(tree, "best_plate", "best_plate_number"):
            return "alpr_group"
        return "alpr_results" if has_keys(tree, "results") and has_keys(tree, "agent_uid", "epoch_time") else None


def _camera(tree: Tree) -> str:
    return text_at(tree, "camera_id", "camera_number", "web_server_config.camera_label", "agent_uid") or ""


def _state(found: Gathered, tree: Tree, country: str | None, *paths: str) -> str | None:
    return state_of(text_at(tree, *paths), country, found.source.country)


def _candidates(tree: Tree, path: str = "candidates") -> tuple[tuple[str, float | None], ...]:
    listed = [(as_text(walk(each, "plate")), walk(each, "confidence")) for each in trees_at(tree, path)]
    return tuple((text, probability(score, 100)) for text, score in listed if text)


def _reader(tree: Tree) -> ReaderVersion:
    return ReaderVersion("rekor", text_at(tree, "agent_version", "version") or "")


def _group(tree: Tree, found: Gathered, hit: str | None) -> ReportedRead | None:
    plate = plate_text(walk(tree, "best_plate_number")) or plate_text(walk(tree, "best_plate.plate"))
    plate = plate or plate_text(walk(tree, "best_plate"))
    if plate is None:
        return None
    began, ended = whole_at(tree, "epoch_start"), whole_at(tree, "epoch_end")
    length = min(max((ended or 0) - (began or 0), 0), _LONGEST_PASS) if began else 0
    frames = _frames(tree)
    country = text_at(tree, "country")
    way = number_at(tree, "travel_direction")
    return ReportedRead(
        plate=plate,
        camera=_camera(tree),
        captured_at=found.times.at(tree, "best_uuid_epoch_ms", "epoch_start", "epoch_time", "epoch_end"),
        confidence=probability(_first(tree, "best_confidence", "best_plate.confidence"), 100),
        # The first picture's id is the same in the previews and in the final group, the best one's is not.
        pass_id=frames[0] if frames else text_at(tree, "best_uuid", "best_plate.uuid"),
        frame_ids=frames,
        revision=length,
        is_final=not truth_at(tree, "is_preview"),
        first_seen=found.times.at(tree, "epoch_start"),
        last_seen=found.times.at(tree, "epoch_end"),
        candidates=_candidates(tree) or _candidates(tree, "best_plate.candidates"),
        jurisdiction=_state(found, tree, country, "best_region", "best_plate.region"),
        jurisdiction_confidence=probability(
            _first(tree, "best_region_confidence", "best_plate.region_confidence"), 100
        ),
        location=location_of(walk(tree, "gps_latitude"), walk(tree, "gps_longitude")),
        movement=movement_of(None, None if way is None or way < 0 else f"{round(way) % 360} degrees"),
        vehicle=_vehicle(tree_at(tree, "vehicle")),
        box=corners_box(tree, "best_plate.coordinates"),
        frame_count=max(len(frames), 1),
        plate_picture=picture_in(walk(tree, "best_plate.plate_crop_jpeg")),
        context_picture=picture_in(walk(tree, "overview_jpeg")) or picture_in(walk(tree, "vehicle_crop_jpeg")),
        hit=hit,
        reader=_reader(tree),
    )


def _frames(tree: Tree) -> tuple[str, ...]:
    """Return the ids of a group's results: each picture's, with which of its plates it is."""
    ids, places = walk(tree, "uuids"), walk(tree, "plate_indexes")
    if not isinstance(ids, list):
        return ()
    numbers = places if isinstance(places, list) else []
    texts = [as_text(each) for each in ids[:_MOST_FRAMES]]
    return tuple(
        f"{text}/{_place(numbers[number]) if number < len(numbers) else 0}" for number, text in enumerate(texts) if text
    )


def _place(value: Any) -> int:
    return whole_at({"value": value}, "value") or 0


def _results(tree: Tree, found: Gathered) -> None:
    listed = trees_at(tree, "results")
    if truth_at(tree, "error"):
        found.notes.append("the agent says that it could not process the picture")
    if not listed:
        found.without_plate += 1
    for each in listed:
        found.add(partial(_result, tree, each, found))


def _result(tree: Tree, result: Tree, found: Gathered) -> ReportedRead | None:
    plate = plate_text(walk(result, "plate"))
    if plate is None:
        return None
    picture = text_at(tree, "uuid")
    return ReportedRead(
        plate=plate,
        camera=_camera(tree),
        captured_at=found.times.at(tree, "epoch_time"),
        confidence=probability(walk(result, "confidence"), 100),
        frame_ids=(f"{picture}/{whole_at(result, 'plate_index') or 0}",) if picture else (),
        is_final=False,
        candidates=_candidates(result),
        jurisdiction=_state(found, result, text_at(tree, "country") or text_at(result, "country"), "region"),
        jurisdiction_confidence=probability(walk(result, "region_confidence"), 100),
        location=location_of(walk(tree, "gps_latitude"), walk(tree, "gps_longitude")),
        vehicle=_vehicle(tree_at(result, "vehicle")),
        box=corners_box(result, "coordinates"),
        plate_picture=picture_in(walk(result, "plate_crop_jpeg")),
        reader=_reader(tree),
    )


def _alert(tree: Tree, found: Gathered) -> ReportedRead | None:
    text = kept_payload([{key: value for key, value in tree.items() if key != "group"}], [])
    group = tree_at(tree, "group")
    if group:
        return _group(group, found, text)
    plate = plate_text(walk(tree, "plate_number"))
    if plate is None:
        raise InvalidInput("an alert without group and without plate_number")
    return ReportedRead(plate, _camera(tree), found.times.at(tree, "epoch_time"), hit=text, reader=_reader(tree))


def _vehicle(tree: Tree) -> VehicleDescription | None:
    make, model = named_best(tree, "make"), named_best(tree, "make_model")
    if make and model and model.casefold().startswith(make.casefold()):
        model = model[len(make) :].strip(" _-") or None
    years = named_best(tree, "year")
    return vehicle_of(make, model, named_best(tree, "color"), style=named_best(tree, "body_type"), year=years)


def _heartbeat(tree: Tree, found: Gathered) -> list[ReaderSign]:
    at = found.times.at(tree, "timestamp")
    problem = "its license is not valid" if "license_valid" in tree and not truth_at(tree, "license_valid") else None
    signs = [ReaderSign("", at, problem=problem)]
    for stream in trees_at(tree, "video_streams")[:_MOST_FRAMES]:
        fails = "is_streaming" in stream and not truth_at(stream, "is_streaming")
        seen = found.times.at(stream, "last_update") or at
        signs.append(
            ReaderSign(_camera(stream), seen, number_at(stream, "fps"), "it does not stream" if fails else None)
        )
    return signs


def _first(tree: Tree, *paths: str) -> Any:
    return next((value for path in paths if (value := walk(tree, path)) is not None), None)
