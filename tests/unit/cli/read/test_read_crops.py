"""`platewatch read --crops`: pictures that are one plate each, of every kind and quality that people have."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from cli.read import read
from recognition.detection.detector import DEFAULT_WEIGHTS as DETECTOR
from recognition.reading.network import DEFAULT_WEIGHTS as READER
from rendering.plates.standard import RenderedPlate, render_plate
from schemas.errors import ConfigurationError
from schemas.types import Image

app = typer.Typer()
read.register(app)


@app.callback()
def root() -> None:
    """A second command makes typer keep the first one's name."""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["read", "--crops", *map(str, arguments)])


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="module")
def plate() -> RenderedPlate:
    return render_plate("XKR4821", "US-VA", np.random.default_rng(3))


@pytest.fixture(scope="module")
def small(plate: RenderedPlate) -> Image:
    return np.asarray(cv2.resize(plate.image, (208, 104), interpolation=cv2.INTER_AREA), np.uint8)


@pytest.fixture
def crop(small: Image, tmp_path: Path) -> Path:
    cv2.imwrite(str(tmp_path / "plate.png"), small)
    return tmp_path / "plate.png"


def test_a_crop_gives_one_line_whose_box_is_the_whole_picture(crop: Path, plate: RenderedPlate) -> None:
    result = run(crop, "--json")
    assert result.exit_code == 0
    (line,) = lines(result)
    assert (line["source"], line["plate"], line["box"]) == (str(crop), plate.text, [0, 0, 208, 104])
    assert 0.5 < line["confidence"] <= 1
    assert len(line["char_confidences"]) == len(plate.text)
    assert "jurisdiction" in line
    assert "jurisdiction_confidence" in line


def test_a_folder_of_crops_is_a_table_for_people(crop: Path, plate: RenderedPlate) -> None:
    (crop.parent / "deeper").mkdir()
    (crop.parent / "deeper" / "same.png").write_bytes(crop.read_bytes())
    result = run(crop.parent)
    assert result.exit_code == 0
    assert result.stdout.count(plate.text) == 2
    assert "box" in result.stdout.splitlines()[0]


def test_annotated_crops_are_written(crop: Path, tmp_path: Path) -> None:
    assert run(crop, "--annotate", tmp_path / "out").exit_code == 0
    assert cv2.imread(str(tmp_path / "out" / "plate.jpg")).shape == (104, 208, 3)


@pytest.mark.parametrize(
    "convert",
    [
        lambda picture: cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY),
        lambda picture: cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA),
        lambda picture: picture.astype(np.uint16) * 257,
        lambda picture: cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.uint16) * 16,
    ],
    ids=["gray", "transparent", "16 bits", "12 bits in 16, gray"],
)
def test_every_kind_of_png_is_read_alike(
    convert: Callable[[Image], Image], small: Image, plate: RenderedPlate, tmp_path: Path
) -> None:
    cv2.imwrite(str(tmp_path / "plate.png"), convert(small))
    (line,) = lines(run(tmp_path, "--json"))
    assert line["plate"] == plate.text


def test_bad_crops_are_named_one_line_each_and_the_others_are_read(crop: Path, plate: RenderedPlate) -> None:
    folder = crop.parent
    (folder / "zero.jpg").write_bytes(b"")
    (folder / "text.png").write_text("a note, no picture")
    (folder / "half.png").write_bytes(crop.read_bytes()[:400])
    cv2.imwrite(str(folder / "dot.png"), np.zeros((1, 1, 3), np.uint8))
    (folder / "clip.mp4").write_bytes(b"\0" * 64)
    result = run(folder, folder / "missing.png", "--json")
    assert result.exit_code == 1
    assert [line["plate"] for line in lines(result)] == [plate.text]
    notes = {Path(note.split(": ")[1]).name: note for note in result.stderr.splitlines()}
    for name, message in {
        "zero.jpg": "is empty (0 bytes)",
        "text.png": "is not a picture",
        "half.png": "damaged PNG",
        "dot.png": "1x1 pixels",
        "clip.mp4": "is a video, expected a picture of one plate",
        "missing.png": "no such file",
    }.items():
        assert notes[name].startswith("platewatch: ")
        assert message in notes[name]
    assert len(notes) == len(result.stderr.splitlines()) == 6


def test_a_crop_in_which_nothing_can_be_read_is_no_error(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "blank.png"), np.full((8, 8, 3), 128, np.uint8))
    result = run(tmp_path / "blank.png", "--json")
    assert result.exit_code == 0
    assert all(line["confidence"] < 0.8 for line in lines(result))


def test_corrupt_weights_are_one_clear_line(crop: Path, tmp_path: Path) -> None:
    (tmp_path / "noise.onnx").write_bytes(b"no network at all")
    (tmp_path / "noise.yaml").write_bytes(READER.with_suffix(".yaml").read_bytes())
    (tmp_path / "cut.onnx").write_bytes(READER.read_bytes()[:5000])
    (tmp_path / "cut.yaml").write_bytes(READER.with_suffix(".yaml").read_bytes())
    for option, name in (("--ocr", "noise.onnx"), ("--ocr", "cut.onnx"), ("--detector", "noise.onnx")):
        error = run(crop, option, tmp_path / name).exception
        assert isinstance(error, ConfigurationError)
        assert name in str(error)
        assert len(str(error).splitlines()) == 1


def test_networks_in_each_others_place_are_refused(crop: Path, tmp_path: Path) -> None:
    (tmp_path / "reader.onnx").write_bytes(DETECTOR.read_bytes())
    (tmp_path / "reader.yaml").write_bytes(READER.with_suffix(".yaml").read_bytes())
    for option, path in (("--ocr", tmp_path / "reader.onnx"), ("--detector", READER)):
        error = run(crop, option, path).exception
        assert isinstance(error, ConfigurationError)
        assert path.name in str(error)
        assert len(str(error).splitlines()) == 1


def test_a_plate_config_that_does_not_fit_the_weights_is_refused(crop: Path, tmp_path: Path) -> None:
    (tmp_path / "reader.onnx").write_bytes(READER.read_bytes())
    config = READER.with_suffix(".yaml").read_text(encoding="utf-8")
    for name, changed in {
        "slots": config.replace("max_plate_slots: 9", "max_plate_slots: 7"),
        "size": config.replace("img_width: 128", "img_width: 200"),
        "alphabet": config.replace("0123456789ABC", "0123456789"),
        "no mapping": "just a text",
    }.items():
        assert changed != config, name
        (tmp_path / "reader.yaml").write_text(changed, encoding="utf-8")
        error = run(crop, "--ocr", tmp_path / "reader.onnx").exception
        assert isinstance(error, ConfigurationError), name
        assert len(str(error).splitlines()) == 1


def test_help_tells_about_crops() -> None:
    assert "--crops" in CliRunner().invoke(app, ["read", "--help"]).stdout
