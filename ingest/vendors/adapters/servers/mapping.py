"""Any other reader's JSON or XML, by a TOML file that says what stands where."""

from __future__ import annotations

from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from ingest.vendors.adapter import Parsed, PictureUrl, ReportedRead, VendorMessage
from ingest.vendors.mapping_file import ReadMapping, load_mapping
from ingest.vendors.parts.bodies import open_message
from ingest.vendors.parts.confidences import probability
from ingest.vendors.parts.pictures import picture_in
from ingest.vendors.parts.plates import plate_text
from ingest.vendors.parts.states import state_of
from ingest.vendors.parts.tree_adapter import Gathered, TreeAdapter
from ingest.vendors.parts.values import Tree, as_text, text_at, trees_at, truth_at, walk, whole_at
from ingest.vendors.parts.vehicles import direction_of, location_of, movement_of, vehicle_of
from schemas.errors import ConfigurationError
from schemas.settings import IngestSource
from schemas.types import ReaderVersion


class Mapped(TreeAdapter):
    """Reads what the source's mapping describes."""

    name = "mapping"
    title = "readers by a mapping of your own"
    expected = "JSON or XML with what the source's mapping names"

    def recognizes(self, tree: Tree) -> bool:
        """See `TreeAdapter`."""
        return True

    def validate(self, message: VendorMessage, source: IngestSource) -> None:
        """See `Adapter`.

        Raises:
            ConfigurationError: The source has no mapping, or one that cannot be used.
        """
        _mapping(source)
        self._own(open_message(message))

    def parse(self, message: VendorMessage, source: IngestSource) -> Parsed:
        """See `Adapter`."""
        _mapping(source)
        return super().parse(message, source)

    def gather(self, tree: Tree, found: Gathered) -> None:
        """See `TreeAdapter`."""
        mapping = _mapping(found.source)
        if not all(as_text(walk(tree, path)) == value for path, value in mapping.where.items()):
            found.without_plate += 1
            return
        results = trees_at(tree, mapping.reads) if mapping.reads else [tree]
        if not results:
            found.without_plate += 1
        for each in results:
            found.add(partial(_read, tree, each, mapping, found))


def _mapping(source: IngestSource) -> ReadMapping:
    if source.mapping is None:
        raise ConfigurationError(
            f'ingest source {source.id}: vendor = "mapping" needs mapping, the path of a TOML file'
        )
    path = Path(source.mapping)
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        changed = 0
    return _loaded(path, changed)


@lru_cache(64)
def _loaded(path: Path, _: int) -> ReadMapping:
    return load_mapping(path)


class _Fields:
    """Looks a field up: in the result, then in the whole message, then among the constants."""

    def __init__(self, whole: Tree, result: Tree, mapping: ReadMapping) -> None:
        self._trees = (result, whole)
        self._mapping = mapping
        self._paths = mapping.fields.given()

    def value(self, name: str) -> Any:
        path = self._paths.get(name)
        if path is not None:
            for tree in self._trees:
                if (value := walk(tree, path)) is not None:
                    return value
        return self._mapping.constants.get(name)

    def text(self, name: str) -> str | None:
        return text_at({"value": self.value(name)}, "value")


def _read(whole: Tree, result: Tree, mapping: ReadMapping, found: Gathered) -> ReportedRead | None:
    fields = _Fields(whole, result, mapping)
    plate = plate_text(fields.value("plate"))
    if plate is None:
        return None
    scale = mapping.confidence_of
    text = fields.text("captured_at")
    candidates = [
        (other, probability(walk(each, mapping.candidate_confidence), scale))
        for each in trees_at(result, mapping.fields.candidates or "\0")
        if (other := as_text(walk(each, mapping.candidate_plate)))
    ]
    urls = [(kind, fields.text(f"{kind}_url") or "") for kind in ("plate", "context")]
    return ReportedRead(
        plate=plate,
        camera=fields.text("camera") or "",
        captured_at=mapping.moment(text, found.times) if text else None,
        confidence=probability(fields.value("confidence"), scale),
        pass_id=fields.text("pass_id"),
        is_pass_id_unique=mapping.pass_id_is_unique,
        revision=max(whole_at({"value": fields.value("revision")}, "value") or 0, 0),
        is_final=_is_final(fields, mapping),
        candidates=tuple(candidates),
        jurisdiction=state_of(fields.text("state"), fields.text("country"), found.source.country),
        jurisdiction_confidence=probability(fields.value("state_confidence"), scale),
        location=location_of(fields.value("latitude"), fields.value("longitude"), fields.value("heading")),
        movement=movement_of(
            fields.text("lane"),
            mapping.directions.get(fields.text("direction") or "") or direction_of(fields.text("direction")),
            fields.value("speed"),
            mapping.speed_unit,
        ),
        vehicle=vehicle_of(
            fields.text("make"),
            fields.text("model"),
            fields.text("color"),
            fields.text("vehicle_class"),
            year=fields.value("year"),
        ),
        plate_picture=picture_in(fields.value("plate_image")),
        context_picture=picture_in(fields.value("context_image")) or found.opened.plate_and_context()[1],
        picture_urls=tuple(
            PictureUrl("plate" if kind == "plate" else "context", url) for kind, url in urls if url.startswith("http")
        ),
        reader=ReaderVersion(mapping.name, fields.text("version") or ""),
    )


def _is_final(fields: _Fields, mapping: ReadMapping) -> bool:
    state = fields.value("is_final")
    if state is None:
        return True
    text = as_text(state)
    return text in mapping.final_words if mapping.final_words else truth_at({"value": state}, "value")
