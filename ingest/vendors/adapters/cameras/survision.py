"""Survision: `anpr` with its decision, as XML or as the JSON that is made of it."""

from __future__ import annotations

from functools import partial

from ingest.vendors.adapter import ReaderSign, ReportedRead
from ingest.vendors.parts.boxes import sized_box
from ingest.vendors.parts.confidences import probability
from ingest.vendors.parts.pictures import picture_in
from ingest.vendors.parts.plates import plate_text
from ingest.vendors.parts.states import state_of
from ingest.vendors.parts.tree_adapter import Gathered, TreeAdapter
from ingest.vendors.parts.values import Tree, as_text, find_trees, has_keys, text_at, tree_at, trees_at, walk
from ingest.vendors.parts.vehicles import direction_of, movement_of, vehicle_of
from schemas.types import ReaderVersion


class Survision(TreeAdapter):
    """Reads what a camera posts for each vehicle."""

    name = "survision"
    title = "Survision"
    expected = "anpr with decision, as XML or JSON"

    def recognizes(self, tree: Tree) -> bool:
        """See `TreeAdapter`."""
        return bool(find_trees(tree, "anpr", "decision")) or has_keys(tree, "status", "keepAlive", "dsp")

    def gather(self, tree: Tree, found: Gathered) -> None:
        """See `TreeAdapter`."""
        holders = find_trees(tree, "anpr", "decision")
        for holder in holders:
            for seen in trees_at(holder, "anpr") or [holder]:
                found.add(partial(_seen, seen, tree, found))
        if not holders:
            found.signs.append(ReaderSign(""))


def _seen(seen: Tree, whole: Tree, found: Gathered) -> ReportedRead | None:
    decision = _plain(tree_at(seen, "decision") or seen)
    told = _plain(seen)
    plate = plate_text(walk(decision, "plate"))
    if plate is None:
        return None
    picture, context = found.opened.plate_and_context()
    cropped = picture_in(as_text_long(walk(decision, "jpeg"))) or picture
    around = picture_in(as_text_long(walk(seen, "jpeg"))) or picture_in(as_text_long(walk(seen, "context")))
    number = text_at(told, "id", "session")
    return ReportedRead(
        plate=plate,
        camera=text_at(_plain(whole), "camera", "sensor", "serial")
        or text_at(told, "camera", "sensor", "cameraId")
        or "",
        captured_at=found.times.at(told, "date", "timestamp") or found.times.at(decision, "date"),
        confidence=probability(walk(decision, "reliability"), 100),
        pass_id=number,
        is_pass_id_unique=False,
        jurisdiction=state_of(
            text_at(decision, "state", "region", "country_state", "context"),
            text_at(decision, "country"),
            found.source.country,
        ),
        movement=movement_of(
            text_at(told, "lane"),
            direction_of(text_at(decision, "direction") or text_at(told, "direction")),
            walk(decision, "speed") or walk(told, "speed"),
        ),
        vehicle=vehicle_of(
            text_at(decision, "mmc.make", "make"),
            text_at(decision, "mmc.model", "model"),
            text_at(decision, "mmc.color", "color"),
            text_at(decision, "mmc.category", "vehicleClass"),
        ),
        box=sized_box({"box": decision}, "box"),
        plate_picture=cropped,
        context_picture=around or context,
        reader=ReaderVersion("survision"),
    )


def _plain(tree: Tree) -> Tree:
    """Return an object whose attributes have no sign before their names."""
    return {key.lstrip("@"): value for key, value in tree.items()}


def as_text_long(value: object) -> object:
    """Return what an element holds, also where it has attributes besides its text."""
    if isinstance(value, dict):
        return value.get("#text")
    return value if as_text(value) else None
