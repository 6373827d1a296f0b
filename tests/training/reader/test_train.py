"""The plate reader's network, its training, its export and its command line, on plates that the tests draw."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pytest
import torch
from fast_plate_ocr import LicensePlateRecognizer

from recognition.training.examples.augment import fit
from recognition.training.examples.synthetic import draw_us
from recognition.training.reader.data import BatchSource, Sample
from recognition.training.reader.metrics import decode
from recognition.training.reader.model import ALPHABET, PlateReader
from recognition.training.reader.pseudo_labels import pseudo_labeled
from recognition.training.reader.train import main, start_reader
from recognition.training.reader.trainer import Plan, Trainer, load_averaged, reader_loss
from recognition.training.reader.weights import average, export_onnx, load_weights
from schemas.errors import ConfigurationError
from schemas.types import Image

REPOSITORY = Path(__file__).resolve().parents[3]
MODELS = REPOSITORY / "recognition" / "models"
CONFIG = MODELS / "plate-ocr-v1.yaml"
PLAN = Plan(steps=6, learning_rate=1e-3)


def random_reader(seed: int) -> PlateReader:
    """Make a reader whose every weight, biases and scales too, is drawn by chance."""
    torch.manual_seed(seed)
    reader = PlateReader()
    with torch.no_grad():
        for tensor in reader.parameters():
            tensor.add_(torch.randn_like(tensor) * 0.1)
    return reader


def probabilities(path: Path, images: Image) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Run an ONNX file as it is."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    result: np.ndarray[tuple[int, ...], np.dtype[np.float32]] = session.run(None, {"input": images})[0]
    return result


def pictures(count: int, seed: int = 0) -> Image:
    """Draw readable plates, as the reader's inputs."""
    return np.stack([fit(draw_us(np.random.default_rng((seed, number)), ())[0]) for number in range(count)])


def write_labels(folder: Path) -> Path:
    """Write ten drawn crops and their label file: six to train with, four to measure with."""
    rows = []
    for number in range(10):
        image, text = draw_us(np.random.default_rng(number + 50), ())
        cv2.imwrite(str(folder / f"{number}.jpg"), image)
        rows.append((f"{number}.jpg", text, "BR" if number % 3 == 0 else "US-VA", "val" if number > 5 else "train"))
    path = folder / "labels.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([("image", "text", "jurisdiction", "split"), *rows])
    return path


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[PlateReader, Path]:
    reader = random_reader(1)
    path = tmp_path_factory.mktemp("export") / "reader.onnx"
    export_onnx(reader, path)
    return reader, path


def test_exported_file_gives_what_the_network_gives_for_any_batch(exported: tuple[PlateReader, Path]) -> None:
    reader, path = exported
    for count in (1, 5):
        images = pictures(count)
        with torch.inference_mode():
            expected = torch.softmax(reader(torch.from_numpy(images)), dim=-1).numpy()
        assert np.abs(probabilities(path, images) - expected).max() < 1e-5


def test_weights_survive_the_way_through_a_file(exported: tuple[PlateReader, Path]) -> None:
    reader, path = exported
    read = load_weights(path).state_dict()
    assert all(torch.equal(read[name], tensor) for name, tensor in reader.state_dict().items())


def test_temperature_sharpens_without_changing_a_read(exported: tuple[PlateReader, Path], tmp_path: Path) -> None:
    reader, plain = exported
    sharp = tmp_path / "sharp.onnx"
    export_onnx(reader, sharp, temperature=0.5)
    images = pictures(3)
    before, after = probabilities(plain, images), probabilities(sharp, images)
    squared = before**2 / (before**2).sum(axis=-1, keepdims=True)
    assert np.abs(after - squared).max() < 1e-4


def test_fast_plate_ocr_loads_the_export_and_reads_the_same(exported: tuple[PlateReader, Path]) -> None:
    reader, path = exported
    images = pictures(4)
    recognizer = LicensePlateRecognizer(onnx_model_path=path, plate_config_path=CONFIG, device="cpu")
    with torch.inference_mode():
        expected = decode(reader(torch.from_numpy(images)).numpy())
    assert [found.plate for found in recognizer.run(images)] == expected


def test_published_weights_give_the_published_outputs(shared: Path | None) -> None:
    path = None if shared is None else shared / "models" / "cct_xs_v1_global.onnx"
    # Without the published file, the shipped one, which descends from it, stands in.
    path = path if path is not None and path.is_file() else MODELS / "plate-ocr-v1.onnx"
    images = pictures(8)
    with torch.inference_mode():
        found = torch.softmax(load_weights(path)(torch.from_numpy(images)), dim=-1).numpy()
    assert np.abs(found - probabilities(path, images)).max() < 1e-5


def test_shipped_reader_reads_clean_plates_through_fast_plate_ocr() -> None:
    recognizer = LicensePlateRecognizer(
        onnx_model_path=MODELS / "plate-ocr-v1.onnx", plate_config_path=CONFIG, device="cpu"
    )
    drawn = [draw_us(np.random.default_rng((9, number)), ()) for number in range(30)]
    found = recognizer.run(np.stack([fit(image) for image, _ in drawn]))
    right = [
        read.plate.replace("O", "0") == text.replace("O", "0") for read, (_, text) in zip(found, drawn, strict=True)
    ]
    assert sum(right) >= 27


def test_resumed_run_ends_with_the_weights_of_an_uninterrupted_one(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    readers = []
    for folder, stops in ((whole, (None,)), (parts, (2, 4, None))):
        folder.mkdir()
        for number, stop in enumerate(stops):
            trainer = Trainer(random_reader(2), BatchSource([], [], (), size=4, seed=3, drawn=8), PLAN, folder)
            if number:
                trainer.resume()
            trainer.run(until=stop)
        readers.append((trainer.reader.state_dict(), load_averaged(folder).state_dict()))
    for ours, theirs in zip(*readers, strict=True):
        assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_resuming_with_another_plan_is_refused(tmp_path: Path) -> None:
    source = BatchSource([], [], (), size=2, seed=3, drawn=4)
    Trainer(random_reader(2), source, PLAN, tmp_path).run(until=1)
    other = Trainer(random_reader(2), source, Plan(steps=9, learning_rate=1e-3), tmp_path)
    with pytest.raises(ConfigurationError, match="--steps 6"):
        other.resume()


def test_training_lowers_the_loss(tmp_path: Path) -> None:
    source = BatchSource([], [], (), size=8, seed=1, drawn=2)
    reader = random_reader(4)

    def loss() -> float:
        batch = source.batch(10_000)
        parts = (torch.from_numpy(part) for part in (batch.targets, batch.weights, batch.same_zero))
        with torch.inference_mode():
            return float(reader_loss(reader(torch.from_numpy(batch.images)), *parts))

    before = loss()
    Trainer(reader, source, Plan(steps=25, learning_rate=3e-3), tmp_path).run()
    assert loss() < before * 0.8


def test_o_counts_as_zero_only_where_labels_mix_them() -> None:
    zero, letter = ALPHABET.index("0"), ALPHABET.index("O")
    logits = torch.zeros(1, 9, 37)
    logits[..., letter] = 20.0
    targets = torch.zeros(1, 9, 37)
    targets[..., zero] = 1.0
    weights = torch.ones(1)
    assert float(reader_loss(logits, targets, weights, torch.tensor([True]))) < 1e-4
    assert float(reader_loss(logits, targets, weights, torch.tensor([False]))) > 15


def test_average_weighs_by_share() -> None:
    first, second = {"w": torch.tensor([0.0])}, {"w": torch.tensor([4.0])}
    assert float(average([first, second], [3.0, 1.0])["w"]) == 1.0


def test_pseudo_labels_are_distributions_over_what_the_boxes_show(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    image = np.full((200, 300, 3), 90, dtype=np.uint8)
    image[50:100, 60:160] = 220
    cv2.imwrite(str(tmp_path / "train" / "a.jpg"), image)
    (tmp_path / "train" / "a.txt").write_text(f"0 {110 / 300} {75 / 200} {100 / 300} {50 / 200}\n0 .5 .5 .05 .02\n")
    found: list[Sample] = pseudo_labeled(tmp_path, random_reader(3))
    assert len(found) == 1  # the second box is too small to be read
    x1, y1, x2, y2 = (round(edge) for edge in found[0].box)
    assert (found[0].image[y1 + 2 : y2 - 2, x1 + 2 : x2 - 2] > 200).all()
    assert found[0].target.sum(axis=-1) == pytest.approx(np.ones(9), abs=1e-4)


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
