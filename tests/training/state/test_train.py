"""The command that trains the state network."""

from __future__ import annotations

from pathlib import Path

import pytest

from recognition.training.state.train import main

MODELS = Path(__file__).resolve().parents[3] / "recognition" / "models"


def test_a_folder_with_a_run_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "state-checkpoint.pt").write_bytes(b"")
    arguments = ["--from", str(MODELS / "plate-detector-v2.onnx"), "--crops", "none.csv", "--out", str(tmp_path)]
    assert main(arguments) == 1
    assert "--resume" in capsys.readouterr().err
