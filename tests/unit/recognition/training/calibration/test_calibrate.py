"""The two tools that are run after new reader weights: on a few drawn plates, from the command line."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import cv2
import numpy as np
import pytest

from recognition.reading.calibration_file import calibration_path, load_calibration
from recognition.reading.network import DEFAULT_WEIGHTS, find_config
from recognition.training.calibration import calibrate as calibration_tool
from recognition.training.calibration import confusion as confusion_tool
from recognition.training.calibration.pictures import CONDITIONS
from tests.unit.recognition.training.calibration.samples import TEXTS, drawn


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
        ("--crops", str(labels), "--split", "train"): "missing.png: cannot be read as a picture",
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
