"""Weights installed, and taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from cli import train
from recognition.training.reader.install import install, installed_weights, roll_back
from schemas.errors import ConfigurationError

app = typer.Typer()
train.register(app)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["train", *map(str, arguments)])


def candidate(folder: Path, content: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "candidate.onnx"
    path.write_text(content)
    path.with_suffix(".yaml").write_text(f"yaml of {content}")
    path.with_suffix(".calibration.json").write_text(json.dumps(content))
    return path


def test_installing_keeps_what_was_installed_and_rollback_swaps_the_two(tmp_path: Path) -> None:
    models = tmp_path / "data" / "models"
    assert install(candidate(tmp_path / "run", "first"), models) == installed_weights(models)
    install(candidate(tmp_path / "run", "second"), models)
    assert installed_weights(models).read_text() == "second"
    for expected in ("first", "second"):
        result = run("rollback", "--data-dir", tmp_path / "data")
        assert result.exit_code == 0
        assert installed_weights(models).read_text() == expected
        assert (models / "plate-ocr.yaml").read_text() == f"yaml of {expected}"
        assert json.loads((models / "plate-ocr.calibration.json").read_text()) == expected
    assert {path.name.removeprefix("plate-ocr") for path in models.iterdir()} == {
        *(".onnx", ".yaml", ".calibration.json"),
        *(".previous.onnx", ".previous.yaml", ".previous.calibration.json"),
    }


def test_rolling_back_from_the_first_installation_says_how_to_get_the_shipped_weights(tmp_path: Path) -> None:
    install(candidate(tmp_path / "run", "first"), tmp_path)
    with pytest.raises(ConfigurationError, match=r"remove recognition\.ocr\.weights"):
        roll_back(tmp_path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file")
    with pytest.raises(ConfigurationError, match="models"):
        install(candidate(tmp_path / "run", "first"), tmp_path / "models")
