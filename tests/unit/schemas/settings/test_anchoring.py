"""Relative paths of the file mean the file's folder, whichever section they stand in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from schemas.settings import Settings, load_settings
from schemas.settings.loading.anchoring import anchor_paths
from schemas.settings.loading.field_types import Arm, arms, field_arms
from schemas.settings.section import FilePath, Section

FOLDER = Path("/etc/platewatch")


def paths(kind: Any, keys: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Arm]]:
    """Yield every path-typed value of a configuration, with the keys that lead to it; `type` keys pick the members."""
    for arm in arms(kind) if not isinstance(kind, Arm) else [kind]:
        if isinstance(arm.kind, type) and issubclass(arm.kind, Path):
            yield keys, arm
        elif arm.fields:
            member = () if arm.discriminator is None else (f"{arm.discriminator}={arm.tag}",)
            for name, field in arm.fields.items():
                for inner in field_arms(field):
                    yield from paths(inner, (*keys, *member, name))
        elif arm.items() is not None:
            yield from paths(arm.items(), (*keys, 0))


PATHS = [keys for keys, _ in paths(Settings)]


def document(keys: tuple[str | int, ...], value: str) -> Any:
    """Return the document that holds one value at these keys."""
    if not keys:
        return value
    first, *rest = keys
    if first == 0:
        return [document(tuple(rest), value)]
    name, is_member, tag = str(first).partition("=")
    if is_member:
        return {name: tag, **document(tuple(rest), value)}
    return {name: document(tuple(rest), value)}


def test_every_section_with_paths_is_walked() -> None:
    found = {".".join(str(key) for key in keys) for keys in PATHS}
    assert len(PATHS) == len(found) == 66
    assert {
        "data_dir",
        "database.bin_dir",
        "kafka.cache_dir",
        "recognition.detector.weights",
        "cameras.0.type=video_file.path",
        "cameras.0.type=image_folder.path",
        "hotlists.feeds.0.kind=folder.path",
        "hotlists.feeds.0.kind=sftp.known_hosts",
    } <= found


@pytest.mark.parametrize("keys", PATHS, ids=lambda keys: ".".join(str(key) for key in keys))
def test_every_path_is_anchored(keys: tuple[str | int, ...]) -> None:
    for written, meant in (
        ("a/b", "/etc/platewatch/a/b"),
        ("/srv/x", "/srv/x"),
        ("~/x", str(Path("~/x").expanduser())),
    ):
        assert anchor_paths(document(keys, written), Settings, FOLDER) == document(keys, meant)


def test_text_is_left_as_it_stands() -> None:
    written = {
        "agency_id": "a/b",
        "images": {"url": "images", "options": {"key": "a/b"}},
        "kafka": {"options": {"ssl_cafile": "ca.pem"}},
        "policy": {"profile": "maine"},
        "cameras": [{"type": "unknown", "path": "a"}, 3, "x"],
        "recognition": "no table",
        "unknown": {"path": "a"},
    }
    assert anchor_paths(written, Settings, FOLDER) == written


def test_the_environment_s_paths_mean_the_working_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "conf" / "platewatch.toml"
    path.parent.mkdir()
    path.write_text('[recognition.detector]\nweights = "a.onnx"\n')
    monkeypatch.setenv("PLATEWATCH_RECOGNITION__OCR__WEIGHTS", "b.onnx")
    recognition = load_settings(path).recognition
    assert (recognition.detector.weights, recognition.ocr.weights) == (path.parent / "a.onnx", Path("b.onnx"))


class Stream(Section):
    type: Literal["stream"]
    path: str


class Files(Section):
    type: Literal["files"]
    path: FilePath | None = None
    more: dict[str, tuple[FilePath, ...]] = Field(default_factory=dict)


class Later(BaseModel):
    one: Annotated[Stream | Files, Field(discriminator="type")]


def test_a_key_is_a_path_in_one_member_and_text_in_another() -> None:
    assert anchor_paths({"one": {"type": "stream", "path": "live"}}, Later, FOLDER)["one"]["path"] == "live"
    files = {"type": "files", "path": "a", "more": {"x": ["b", "/c"]}}
    assert anchor_paths({"one": files}, Later, FOLDER) == {
        "one": {"type": "files", "path": "/etc/platewatch/a", "more": {"x": ["/etc/platewatch/b", "/c"]}}
    }
