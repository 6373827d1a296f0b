"""Blue Iris: alerts whose body a person writes, with the list that its reading modules give."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from ingest.vendors.adapter import ReportedRead
from ingest.vendors.parts.boxes import box_of
from ingest.vendors.parts.confidences import probability
from ingest.vendors.parts.json_text import read_json
from ingest.vendors.parts.pictures import picture_in
from ingest.vendors.parts.plates import plate_text
from ingest.vendors.parts.tree_adapter import Gathered, TreeAdapter
from ingest.vendors.parts.values import Tree, find_trees, has_keys, number_at, raw_text_at, trees_at, walk
from schemas.errors import InvalidInput
from schemas.plates import canonical_plate
from schemas.types import ReaderVersion

_LABEL = re.compile(r"\s*plate\s*:\s*(.+)", re.IGNORECASE)
_MEMO = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9 -]{1,11}?)\s*(?:[:(]\s*(\d{1,3})\s*%?\)?)?\s*")
_THINGS = frozenset(
    {"car", "truck", "bus", "person", "motorcycle", "bicycle", "van", "dayplate", "nightplate", "plate"}
)
_MOST_TEXTS = 50


class BlueIris(TreeAdapter):
    """Reads the template of ALPR databases: ai_dump, plate_number or memo, with Image, camera and timestamp."""

    name = "blueiris"
    title = "Blue Iris"
    expected = "JSON with ai_dump, plate_number, plate or memo"

    def recognizes(self, tree: Tree) -> bool:
        """See `TreeAdapter`."""
        return has_keys(tree, "ai_dump", "plate_number", "memo", "plate", "ALERT_PATH")

    def gather(self, tree: Tree, found: Gathered) -> None:
        """See `TreeAdapter`."""
        seen = _predictions(tree, found)
        for each in seen:
            text = raw_text_at(each, "plate") or _label(each)
            found.add(partial(_read, tree, text, walk(each, "confidence"), each, found))
        if seen:
            return
        texts = [raw_text_at(tree, "plate_number", "plate"), *raw_text_at(tree, "memo").split(",")][:_MOST_TEXTS]
        named: dict[str, tuple[str, str | None]] = {}
        for text in texts:
            match = _MEMO.fullmatch(text)
            if match is None or match[1].casefold() in _THINGS:
                continue
            # A template may give the plate and the memo, which names it again with how sure it is.
            plate = canonical_plate(match[1])
            named[plate] = (match[1], match[2] or named.get(plate, ("", None))[1])
        alone = walk(tree, "confidence") if len(named) == 1 else None
        for text, score in named.values():
            found.add(partial(_read, tree, text, alone if score is None else score, {}, found))
        if not named:
            found.without_plate += 1


def _predictions(tree: Tree, found: Gathered) -> list[Tree]:
    dump = walk(tree, "ai_dump")
    if isinstance(dump, str):
        try:
            dump = read_json(dump) if dump.strip() else []
        except InvalidInput as error:
            found.notes.append(f"ai_dump cannot be read: {error.message}")
            return []
    listed = [each for part in find_trees(dump, "predictions") for each in trees_at(part, "predictions")]
    return [each for each in listed if raw_text_at(each, "plate") or _label(each)]


def _label(each: Tree) -> str:
    match = _LABEL.fullmatch(raw_text_at(each, "label"))
    return match[1] if match else ""


def _read(tree: Tree, text: str, score: Any, seen: Tree, found: Gathered) -> ReportedRead | None:
    plate = plate_text(text)
    if plate is None:
        return None
    sides = [number_at(seen, side) for side in ("x_min", "y_min", "x_max", "y_max")]
    return ReportedRead(
        plate=plate,
        camera=raw_text_at(tree, "camera", "camera_name", "cam"),
        captured_at=found.times.at(tree, "timestamp", "time", "ALERT_TIME"),
        confidence=probability(score, 1),
        box=box_of(*sides),
        context_picture=picture_in(walk(tree, "Image")) or picture_in(walk(tree, "image")),
        reader=ReaderVersion("blueiris"),
    )
