"""The command that trains the plate reader."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from recognition.training.reader.data import BatchSource
from recognition.training.reader.model import PlateReader
from recognition.training.reader.train import main, start_reader
from recognition.training.reader.trainer import Plan, Trainer, load_averaged
from recognition.training.reader.weights import average, export_onnx
from schemas.types import Image
from tests.training.reader.samples import pictures, random_reader, write_labels

REPOSITORY = Path(__file__).resolve().parents[3]
PLAN = Plan(steps=6, learning_rate=1e-3)


def probabilities(path: Path, images: Image) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Run an ONNX file as it is."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    result: np.ndarray[tuple[int, ...], np.dtype[np.float32]] = session.run(None, {"input": images})[0]
    return result


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[PlateReader, Path]:
    reader = random_reader(1)
    path = tmp_path_factory.mktemp("export") / "reader.onnx"
    export_onnx(reader, path)
    return reader, path


def test_command_line_trains_measures_and_exports(tmp_path: Path, exported: tuple[PlateReader, Path]) -> None:
    labels, out, model = write_labels(tmp_path), tmp_path / "run", tmp_path / "new.onnx"
    command = [
        sys.executable,
        "-m",
        "recognition.training.reader.train",
        "--from",
        str(exported[1]),
        "--crops",
        str(labels),
    ]
    command += ["--out", str(out), "--steps", "3", "--batch", "4", "--evaluate", "--export", str(model)]
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    assert "US" in done.stdout
    assert "temperature" in done.stdout
    assert probabilities(model, pictures(2)).shape == (2, 9, 37)


def test_command_line_averages_a_run_with_its_start(tmp_path: Path, exported: tuple[PlateReader, Path]) -> None:
    Trainer(random_reader(2), BatchSource([], [], (), size=2, seed=3, drawn=4), PLAN, tmp_path).run(until=1)
    mixed = start_reader([f"{tmp_path}:.75", f"{exported[1]}:.25"]).state_dict()
    expected = average([load_averaged(tmp_path).state_dict(), exported[0].state_dict()], [0.75, 0.25])
    assert all(torch.equal(mixed[name], expected[name]) for name in mixed)


@pytest.mark.parametrize(
    ("start", "said"),
    [("none.onnx", "not found"), ("labels.csv:x", "'x' is no share"), ("labels.csv", "another network")],
)
def test_unusable_weights_end_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, start: str, said: str
) -> None:
    labels = write_labels(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["--from", start, "--crops", str(labels), "--evaluate"]) == 1
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_nothing_to_do_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--from", "a.onnx", "--crops", "b.csv"])
    assert ended.value.code == 2
    assert "--export" in capsys.readouterr().err
