"""The command that trains the plate detector."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from recognition.training.detector.train import main
from tests.training.detector.samples import SIZE, draw_source

REPOSITORY = Path(__file__).resolve().parents[3]
CLI = [sys.executable, "-m", "recognition.training.detector.train"]


def run_cli(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line in its own process, as a user does."""
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [*CLI, *map(str, arguments)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until a file appears; fail if the process ends before."""
    deadline = time.monotonic() + 120
    while not path.exists():
        assert process.poll() is None, "the training ended before it wrote a checkpoint"
        assert time.monotonic() < deadline, "no checkpoint within two minutes"
        time.sleep(0.02)


def test_a_killed_training_resumes_exports_and_runs_in_onnxruntime(tmp_path: Path) -> None:
    source = draw_source(tmp_path / "drawn", 8)
    epochs = 4
    arguments: list[object] = ["--data", source, "--from", "yolov8n.yaml", "--out", tmp_path / "out"]
    arguments += ["--epochs", epochs, "--image-size", SIZE, "--batch", 4, "--freeze", 0, "--min-width", 20]
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
    command = [*CLI, *map(str, arguments), "--precision", "bfloat16"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL) as process:
        wait_for(tmp_path / "out" / "run" / "weights" / "last.pt", process)
        process.send_signal(signal.SIGKILL)

    exported = tmp_path / "detector.onnx"
    finished = run_cli(*arguments, "--resume", "--export", exported, "--evaluate", folder=tmp_path)

    assert finished.returncode == 0, finished.stderr
    rows = [json.loads(row) for row in (tmp_path / "out" / "epochs.jsonl").read_text().splitlines()]
    assert [row["epoch"] for row in rows] == list(range(1, epochs + 1)), "every epoch is measured once"
    assert "drawn" in finished.stdout.splitlines()[-1], "the last line is the source's figures"
    session = onnxruntime.InferenceSession(str(exported), providers=["CPUExecutionProvider"])
    for batch, height, width in ((1, SIZE, SIZE), (3, 64, 128)):
        (output,) = session.run(None, {"images": np.zeros((batch, 3, height, width), np.float32)})
        anchors = sum(height // stride * (width // stride) for stride in (8, 16, 32))
        assert output.shape == (batch, 5, anchors)
    model = onnx.load(str(exported))
    facts = {entry.key: entry.value for entry in model.metadata_props}
    assert facts["names"] == "{0: 'license-plate'}"
    assert facts["imgsz"] == f"[{SIZE}, {SIZE}]"
    assert facts["license"] == "AGPL-3.0-or-later"
    assert model.opset_import[0].version == 17
    assert exported.stat().st_size <= 13_000_000

    again = run_cli(*arguments, "--resume", folder=tmp_path)
    assert again.returncode == 0, again.stderr
    assert f"all {epochs} epochs are done" in again.stdout


def test_training_leaves_the_users_data_as_it_was(tmp_path: Path) -> None:
    source = draw_source(tmp_path / "drawn", 4)
    damaged = source / "train" / "000.jpg"
    damaged.write_bytes(damaged.read_bytes()[:-2])
    before = {path: path.read_bytes() for path in sorted(source.rglob("*")) if path.is_file()}

    arguments = ["--data", source, "--from", "yolov8n.yaml", "--out", tmp_path / "out", "--epochs", 1]
    finished = run_cli(*arguments, "--image-size", 64, "--batch", 2, folder=tmp_path)

    assert finished.returncode == 0, finished.stderr
    assert {path: path.read_bytes() for path in sorted(source.rglob("*")) if path.is_file()} == before


def test_a_resumed_training_keeps_its_corrections(tmp_path: Path) -> None:
    source = draw_source(tmp_path / "drawn", 4)
    (tmp_path / "review.csv").write_text("set,picture,x1,y1,x2,y2,verdict\ndrawn,003.jpg,24,24,72,48,plate\n")
    arguments: list[object] = ["--data", source, "--out", tmp_path / "out", "--epochs", 1, "--image-size", 64]
    arguments += ["--batch", 2, "--from", "yolov8n.yaml"]
    label = tmp_path / "out" / "data" / "train" / "drawn-003.txt"

    started = run_cli(*arguments, "--corrections", "review.csv", folder=tmp_path)
    assert started.returncode == 0, started.stderr
    assert label.read_text() == "0 0.500000 0.375000 0.500000 0.250000\n"
    resumed = run_cli(*arguments, "--resume", folder=tmp_path)

    assert resumed.returncode == 0, resumed.stderr
    assert label.read_text() == "0 0.500000 0.375000 0.500000 0.250000\n"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--evaluate", "--from", "missing.pt"], "missing.pt: no such file"),
        (["--evaluate", "--from", "yolov8n.yaml"], "no data given"),
        (["--evaluate", "--from", "yolov8n.yaml", "--data", "missing"], "no such folder"),
        (["--export", "out.onnx", "--from", "broken.pt"], "not a YOLO checkpoint"),
        (["--out", "out", "--from", "broken.pt", "--data", "drawn"], "not a YOLO checkpoint"),
        (["--out", "out", "--from", "exported.onnx", "--data", "drawn"], "cannot be trained"),
        (["--out", "out", "--resume", "--data", "drawn"], "no run with a finished epoch"),
        (["--export", "out.onnx", "--from", "broken.pt:half"], "'half' is no share; expected FILE or FILE:NUMBER"),
        (["--export", "out.onnx", "--from", "broken.pt:0"], "the share is 0; expected a number above 0"),
        (["--export", "out.onnx", "--from", "broken.pt:1", "--from", "broken.pt:2"], "not a YOLO checkpoint"),
        (["--export", "out.onnx", "--from", "exported.onnx", "--from", "broken.pt"], "cannot be averaged"),
        (["--out", "out", "--from", "yolov8n.yaml", "--data", "drawn", "--paste", "gone.csv"], "gone.csv"),
        (["--out", "out", "--from", "yolov8n.yaml", "--data", "drawn", "--corrections", "gone.csv"], "gone.csv"),
    ],
)
def test_a_wrong_input_ends_in_one_line(
    arguments: list[str],
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    draw_source(tmp_path / "drawn", 2)
    for name in ("broken.pt", "exported.onnx"):
        (tmp_path / name).write_bytes(b"not a checkpoint")

    assert main(arguments) == 1
    message = capsys.readouterr().err.strip()
    assert expected in message
    assert "\n" not in message


@pytest.mark.parametrize(
    "arguments", [["--from", "a.pt"], ["--out", "x"], ["--evaluate", "--from", "a.pt", "--image-size", "100"]]
)
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
