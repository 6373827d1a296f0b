"""The two tools that are run after new reader weights: on a few drawn plates, from the command line."""

from __future__ import annotations

import csv
import json
import shutil
import tomllib
from pathlib import Path

import cv2
import numpy as np
import pytest

from recognition.reading.calibration_file import calibration_path, load_calibration
from recognition.reading.ocr import DEFAULT_WEIGHTS, find_config
from recognition.training.calibration import calibrate as calibration_tool
from recognition.training.calibration import confusion as confusion_tool
from recognition.training.calibration.pictures import CONDITIONS, Crop, read_crops, track, with_signs, without_plates
from schemas.errors import InvalidInput
from schemas.types import Box, Image

TEXTS = ("ABC1234", "KTR4821", "8BD0123", "VWX5678", "JHL2290", "MNP7731")


def drawn(text: str) -> Image:
    picture = np.full((60, 180, 3), 225, np.uint8)
    cv2.putText(picture, text, (8, 45), cv2.FONT_HERSHEY_DUPLEX, 1.2, (40, 30, 30), 3, cv2.LINE_AA)
    return picture


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    with (tmp_path / "labels.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["image", "text", "jurisdiction", "split"])
        for number, text in enumerate(TEXTS):
            cv2.imwrite(str(tmp_path / f"{number}.png"), drawn(text))
            rows.writerow([f"{number}.png", text, "US-VA" if number % 2 else "BR", "val"])
        rows.writerow(["missing.png", "NONE", "US-VA", "train"])
    return tmp_path / "labels.csv"


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "own.onnx"
    shutil.copy(DEFAULT_WEIGHTS, path)
    shutil.copy(find_config(DEFAULT_WEIGHTS), path.with_suffix(".yaml"))
    return path


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, text in enumerate(TEXTS[:3]):
        scene = np.random.default_rng(number).normal(110, 4, (360, 480, 3)).clip(0, 255).astype(np.uint8)
        scene[200:260, 150:330] = drawn(text)
        cv2.imwrite(str(folder / f"{number}.jpg"), scene)
        (folder / f"{number}.txt").write_text(f"0 {240 / 480} {230 / 360} {180 / 480} {60 / 360}\n")
    return folder


def test_calibration_is_written_beside_the_weights_and_loads(
    labels: Path, weights: Path, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--weights", str(weights), "--crops", str(labels), "--pictures", str(pictures)]
    assert calibration_tool.main([*arguments, "--check"]) == 0
    assert not calibration_path(weights).exists()
    assert calibration_tool.main(arguments) == 0
    shown = capsys.readouterr().out
    assert "true box, second look" in shown
    assert "all tracks" in shown
    assert "pictures without a plate" in shown
    document = json.loads(calibration_path(weights).read_text(encoding="utf-8"))
    assert document["made"]["crops"] == len(TEXTS)
    assert document["made"]["out_of_fold"]["true box, first look"]["error"] <= 1
    assert load_calibration(weights).plate.sureness >= 0


def test_the_confusion_table_is_written(labels: Path, weights: Path, tmp_path: Path) -> None:
    out = tmp_path / "confusion.toml"
    assert confusion_tool.main(["--weights", str(weights), "--crops", str(labels), "--out", str(out)]) == 0
    document = tomllib.loads(out.read_text(encoding="utf-8"))
    assert document["made"]["weights"] == "own.onnx"
    assert document["made"]["readings"] == len(TEXTS) * len(CONDITIONS) * len(confusion_tool.MARGINS)
    assert set(document["shown"]) == set(confusion_tool.ALPHABET)


@pytest.mark.parametrize("tool", [calibration_tool, confusion_tool])
def test_files_that_cannot_be_used_are_named(
    tool: object, tmp_path: Path, labels: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main = tool.main  # type: ignore[attr-defined]
    (tmp_path / "short.csv").write_text("image,text\n")
    cases = {
        ("--crops", str(tmp_path / "none.csv")): "none.csv: cannot be read",
        ("--crops", str(tmp_path / "short.csv")): "short.csv: no column jurisdiction, split",
        ("--crops", str(labels), "--split", "test"): "labels.csv: no row with split test",
        ("--crops", str(labels), "--split", "train"): "missing.png: no picture that can be read",
        ("--crops", str(labels), "--weights", str(tmp_path / "none.onnx")): "none.onnx: no such reader weights",
    }
    for arguments, said in cases.items():
        assert main(list(arguments)) == 1
        error = capsys.readouterr().err
        assert error.startswith("error: ")
        assert said in error


def test_pictures_without_labels_are_named(
    labels: Path, weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--weights", str(weights), "--crops", str(labels), "--check", "--pictures"]
    assert calibration_tool.main([*arguments, str(tmp_path / "nowhere")]) == 1
    assert "no pictures (.jpg) with labels (.txt) beside them" in capsys.readouterr().err


@pytest.mark.parametrize("name", CONDITIONS)
def test_every_condition_shows_the_plate_where_its_box_says(name: str) -> None:
    picture, box = CONDITIONS[name](drawn("ABC1234"), np.random.default_rng(0))
    assert 0 <= box.x1 < box.x2 <= picture.shape[1]
    assert 0 <= box.y1 < box.y2 <= picture.shape[0]
    again, _ = CONDITIONS[name](drawn("ABC1234"), np.random.default_rng(0))
    assert (picture == again).all()


def test_a_track_grows_and_changes_from_frame_to_frame() -> None:
    shots = track(drawn("ABC1234"), 5, np.random.default_rng(2))
    assert len(shots) == 5
    assert shots[-1][0].shape[1] >= shots[0][0].shape[1]
    assert all(picture.dtype == np.uint8 for picture, _ in shots)


@pytest.mark.parametrize("seed", range(6))
def test_plates_are_taken_out_and_nothing_else(seed: int) -> None:
    scene = np.random.default_rng(seed).integers(0, 255, (200, 300, 3)).astype(np.uint8)
    scene[80:120, 100:220] = cv2.resize(drawn("ABC1234"), (120, 40))
    empty = without_plates(scene, [Box(100, 80, 220, 120), Box(-40, -40, -10, -20)], np.random.default_rng(seed))
    assert (empty[:60] == scene[:60]).all()
    assert empty[90:110, 110:210].std() < 0.7 * scene[90:110, 110:210].std()
    assert (with_signs(np.zeros((400, 700, 3), np.uint8), np.random.default_rng(seed)) > 0).any()


def test_texts_compare_as_their_labels_are_written() -> None:
    us, br = (Crop(drawn("A"), "A", where) for where in ("US-OH", "BR"))
    assert us.spelled("OQI01") == us.spelled("00101")
    assert br.spelled("O1Q") == br.spelled("01Q")
    assert br.spelled("I") != br.spelled("1")


def test_labels_are_read_in_order(labels: Path) -> None:
    assert [crop.text for crop in read_crops(labels)] == list(TEXTS)
    with pytest.raises(InvalidInput, match="missing"):
        read_crops(labels, "train")
