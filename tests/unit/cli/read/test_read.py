"""`platewatch read` as a user meets it: lines on standard output, notes on standard error, exit codes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from cli.read import read
from rendering.scene.traffic import render_traffic
from schemas.errors import ConfigurationError

FIELDS = [
    "source", "plate", "confidence", "char_confidences", "box", "jurisdiction", "jurisdiction_confidence",
    "detection_confidence",
]  # fmt: skip

app = typer.Typer()
read.register(app)


@app.callback()
def root() -> None:
    """A second command makes typer keep the first one's name."""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["read", *map(str, arguments)])


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Six seconds of drawn traffic and the plate of the first vehicle."""
    path = tmp_path_factory.mktemp("clip") / "road.mp4"
    scenario = render_traffic(path, frames=95)
    return path, scenario.vehicles[0].serial


@pytest.fixture(scope="module")
def picture(clip: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A frame of the clip in which its plate can be read, and the plate."""
    path = tmp_path_factory.mktemp("picture") / "road.png"
    capture = cv2.VideoCapture(str(clip[0]))
    capture.set(cv2.CAP_PROP_POS_FRAMES, 90)
    cv2.imwrite(str(path), capture.read()[1])
    capture.release()
    return path, clip[1]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "sky.png"
    cv2.imwrite(str(path), np.full((240, 320, 3), (200, 160, 120), np.uint8))
    return path


def test_a_picture_gives_one_json_line_per_plate_best_first(picture: tuple[Path, str]) -> None:
    result = run(picture[0], "--json")
    assert result.exit_code == 0
    first = lines(result)[0]
    assert list(first) == FIELDS
    assert first["source"] == str(picture[0])
    assert first["plate"] == picture[1]
    assert 0.5 < first["confidence"] <= 1
    assert first["confidence"] == round(first["confidence"], 4)
    assert len(first["char_confidences"]) == len(first["plate"])
    x1, y1, x2, y2 = first["box"]
    assert 0 <= x1 < x2 <= 1280
    assert 0 <= y1 < y2 <= 720
    assert first["box"] == [round(value, 1) for value in first["box"]]


def test_a_video_gives_one_line_per_vehicle(clip: tuple[Path, str], tmp_path: Path) -> None:
    result = run(clip[0], "--json", "--annotate", tmp_path / "out")
    assert result.exit_code == 0
    (vehicle,) = [line for line in lines(result) if line["plate"] == clip[1]]
    assert vehicle["track_id"] >= 1
    assert vehicle["frame_count"] >= 5
    assert vehicle["first_seen"] < vehicle["last_seen"]
    assert vehicle["first_seen"].endswith("Z")
    assert 0 <= vehicle["first_seen_seconds"] < vehicle["last_seen_seconds"] <= 95 / 15
    drawn = cv2.imread(str(tmp_path / "out" / f"road-{vehicle['track_id']:04d}.jpg"))
    assert drawn.shape == (720, 1280, 3)


def test_a_person_gets_a_table_and_annotated_pictures(picture: tuple[Path, str], tmp_path: Path) -> None:
    result = run(picture[0], "--annotate", tmp_path / "deep" / "out")
    assert result.exit_code == 0
    assert picture[1] in result.stdout
    assert "confidence" in result.stdout
    drawn = cv2.imread(str(tmp_path / "deep" / "out" / "road.jpg"))
    original = cv2.imread(str(picture[0]))
    assert drawn.shape == original.shape
    assert (np.abs(drawn.astype(int) - original).max(axis=2) > 60).sum() > 200


def test_a_picture_without_plates_is_no_error(empty: Path) -> None:
    result = run(empty, "--json")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "no plate found" in result.stderr


def test_bad_files_are_named_and_the_others_are_read(picture: tuple[Path, str], tmp_path: Path) -> None:
    (tmp_path / "zero.jpg").write_bytes(b"")
    cv2.imwrite(str(tmp_path / "dot.png"), np.zeros((1, 1, 3), np.uint8))
    (tmp_path / "text.mp4").write_text("no video")
    result = run(tmp_path, tmp_path / "missing.jpg", picture[0], "--json")
    assert result.exit_code == 1
    assert lines(result)[0]["plate"] == picture[1]
    notes = result.stderr.splitlines()
    for name, message in {
        "zero.jpg": "is empty",
        "dot.png": "1x1 pixels",
        "text.mp4": "not a video",
        "missing.jpg": "no such file",
    }.items():
        (note,) = [line for line in notes if name in line]
        assert note.startswith("platewatch: ")
        assert message in note
    assert len(notes) == 4


def test_a_truncated_video_keeps_what_was_read(clip: tuple[Path, str], tmp_path: Path) -> None:
    # AVI keeps no index that a cut would take away, so the frames before it can be decoded.
    whole, cut = tmp_path / "whole.avi", tmp_path / "cut.avi"
    capture = cv2.VideoCapture(str(clip[0]))
    capture.set(cv2.CAP_PROP_POS_FRAMES, 65)
    writer = cv2.VideoWriter(str(whole), cv2.VideoWriter.fourcc(*"MJPG"), 15, (1280, 720))
    while (frame := capture.read()[1]) is not None:
        writer.write(frame)
    writer.release()
    capture.release()
    data = whole.read_bytes()
    cut.write_bytes(data[: len(data) * 3 // 4])
    result = run(cut, "--json")
    assert result.exit_code == 1
    assert clip[1] in [line["plate"] for line in lines(result)]
    assert "cut.avi: is cut off or damaged after frame" in result.stderr


def test_a_folder_is_read_whole(picture: tuple[Path, str], empty: Path, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.png").write_bytes(picture[0].read_bytes())
    (tmp_path / "b.png").write_bytes(empty.read_bytes())
    (tmp_path / "notes.txt").write_text("x")
    result = run(tmp_path, "--json")
    assert result.exit_code == 0
    assert {line["source"] for line in lines(result)} == {str(tmp_path / "sub" / "a.png")}
    assert "files of other kinds are left out: 1 .txt" in result.stderr
    (tmp_path / "none").mkdir()
    result = run(tmp_path / "none")
    assert result.exit_code == 1
    assert "no picture or video in this folder" in result.stderr


def test_names_that_are_no_text_are_read_and_shown(picture: tuple[Path, str], tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"a\xe9.png")
    path.write_bytes(picture[0].read_bytes())
    os.mkfifo(tmp_path / "pipe.jpg")
    result = run(tmp_path, "--json")
    assert result.exit_code == 1
    record = json.loads(result.stdout_bytes.decode("utf-8").splitlines()[0])
    assert (record["source"], record["plate"]) == (f"{tmp_path}/a\\xe9.png", picture[1])
    assert "pipe.jpg: cannot be read (it is a named pipe), expected a file" in result.stderr
    assert "a\\xe9.png" in run(path).stdout


def test_the_table_names_the_state_where_one_is_known() -> None:
    record = {"source": "a.jpg", "plate": "XKR4821", "confidence": 0.9, "box": [0, 0, 8, 4]}
    known = read._cells({**record, "jurisdiction": "US-VA", "jurisdiction_confidence": 0.98})
    unknown = read._cells({**record, "jurisdiction": None, "jurisdiction_confidence": None})
    assert (known["state"], unknown["state"]) == ("US-VA 98%", "")


def test_usage_errors_exit_with_2() -> None:
    assert run().exit_code == 2
    assert run("a.jpg", "--no-such-option").exit_code == 2


def test_missing_weights_and_configuration_are_named(picture: tuple[Path, str], tmp_path: Path) -> None:
    for option, name in (("--detector", "none.onnx"), ("--ocr", "none.onnx"), ("--config", "none.toml")):
        error = run(picture[0], option, tmp_path / name).exception
        assert isinstance(error, ConfigurationError)
        assert str(tmp_path / name) in str(error)


def test_annotated_pictures_of_files_with_one_name_do_not_replace_each_other(empty: Path, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "sky.png").write_bytes(empty.read_bytes())
    assert run(tmp_path / "a", tmp_path / "b", "--annotate", tmp_path / "out").exit_code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["sky-2.jpg", "sky.jpg"]


def test_a_folder_that_cannot_be_made_is_named(picture: tuple[Path, str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    error = run(picture[0], "--annotate", tmp_path / "file" / "out").exception
    assert isinstance(error, ConfigurationError)
    assert "cannot be made" in str(error)


def test_help_shows_an_example() -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert "platewatch read car.jpg" in result.stdout
