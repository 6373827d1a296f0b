"""Training the network that tells states by their looks."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from recognition.states.looks import ABROAD, CLASSES, StatePicture
from recognition.states.reader import Weights
from recognition.training.reader.data import LabeledCrop
from recognition.training.state.data import StateBatches, StateSample, fold_of, labeled_street_samples
from recognition.training.state.evidence import Evidence, narrowed
from recognition.training.state.fit import fit, threshold
from recognition.training.state.model import StateNet, export_onnx, from_detector
from recognition.training.state.train import main
from recognition.training.state.trainer import StateTrainer
from rendering.plates.standard import render_plate
from schemas.errors import ConfigurationError, InvalidInput

MODELS = Path(__file__).resolve().parents[3] / "recognition" / "models"


def samples() -> list[StateSample]:
    found = []
    for number, name in enumerate(("US-CA", "US-TX", "US-TX")):
        image = render_plate("ABC1234", name, np.random.default_rng(number)).image
        found.append(StateSample(image, (0.0, 0.0, 520.0, 260.0), CLASSES.index(name)))
    return found


def batches(seed: int = 0) -> StateBatches:
    return StateBatches(samples(), [], [], (), size=4, seed=seed)


def test_a_steps_batch_depends_on_seed_and_step_alone() -> None:
    images, labels = batches().batch(3)
    again, same = batches().batch(3)
    assert images.shape == (4, 64, 128, 3)
    assert np.array_equal(images, again)
    assert np.array_equal(labels, same)
    assert not np.array_equal(images, batches(1).batch(3)[0])


def test_a_resumed_run_ends_where_an_unbroken_one_does(tmp_path: Path) -> None:
    ends = []
    for name, stops in (("whole", [3]), ("broken", [2, 3])):
        folder = tmp_path / name
        folder.mkdir()
        for stop in stops:
            torch.manual_seed(0)
            trainer = StateTrainer(StateNet(), batches(), 3, 1e-3, folder)
            if stop != stops[0]:
                trainer.resume()
            trainer.run(until=stop)
        ends.append(trainer.averaged().state_dict())
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])


def test_the_first_layers_are_the_detectors() -> None:
    net = from_detector(MODELS / "plate-detector-v2.onnx")
    assert float(net.model[0].conv.weight.detach().abs().sum()) > 0
    with pytest.raises(ConfigurationError, match="not found"):
        from_detector(MODELS / "no-detector.onnx")
    with pytest.raises(ConfigurationError, match="as YOLOv8n has it"):
        from_detector(MODELS / "plate-ocr-v1.onnx")


def test_the_exported_network_says_the_same(tmp_path: Path) -> None:
    torch.manual_seed(1)
    net = StateNet().eval()
    export_onnx(net, tmp_path / "state.onnx")
    picture = np.full((64, 128, 3), 90, np.uint8)
    picture[10:20, 30:90] = 230
    with torch.no_grad():
        expected = torch.log_softmax(net(torch.from_numpy(picture[None])), 1).numpy()
    assert StatePicture(tmp_path / "state.onnx").scores([picture]) == pytest.approx(expected, abs=1e-3)


def test_street_labels_are_read_and_bad_ones_named(tmp_path: Path) -> None:
    picture = tmp_path / "street.png"
    cv2.imwrite(str(picture), np.full((100, 200, 3), 77, np.uint8))
    labels = tmp_path / "street.csv"
    with labels.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("image", "x1", "y1", "x2", "y2", "jurisdiction"))
        writer.writerow((picture, 50, 40, 110, 70, "US-OH"))
        writer.writerow((picture, 50, 40, 110, 70, ""))
    ohio, abroad = labeled_street_samples(labels)
    assert CLASSES[ohio.label] == "US-OH"
    assert CLASSES[abroad.label] == ABROAD
    assert ohio.box[2] - ohio.box[0] == 60
    labels.write_text(labels.read_text("utf-8").replace("US-OH", "US-XX"), "utf-8")
    with pytest.raises(InvalidInput, match=r"street\.csv:2: not a street label"):
        labeled_street_samples(labels)


def test_one_text_is_in_one_part() -> None:
    first = LabeledCrop(Path("a"), "ABC0O1", "US-CA", "train")
    second = LabeledCrop(Path("b"), "ABC00I", "US-TX", "train")
    assert fold_of(first) == fold_of(second)


def test_evidence_that_tells_gets_weight_and_noise_gets_none() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, len(CLASSES), 200)
    telling = np.full((200, len(CLASSES)), -6.0, np.float32)
    telling[np.arange(200), labels] = -0.01
    wrong = rng.random(200) < 0.2
    telling[wrong] = np.roll(telling[wrong], 1, axis=1)
    noise = rng.normal(size=telling.shape).astype(np.float32)
    evidence = Evidence(telling, noise, np.zeros_like(noise), labels)
    picture, serial, text = fit(evidence, np.ones(200), with_words=False)
    assert picture > 10 * serial
    assert text == 0.0
    assert threshold(Weights(picture, serial, 0.0, 0.0), evidence, np.ones(200)) > 0.6


def test_pictures_are_only_made_smaller() -> None:
    image = np.zeros((50, 100, 3), np.uint8)
    assert narrowed(image, 200) is None
    smaller = narrowed(image, 60)
    assert smaller is not None
    assert smaller.shape == (30, 60, 3)


def test_a_folder_with_a_run_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "state-checkpoint.pt").write_bytes(b"")
    arguments = ["--from", str(MODELS / "plate-detector-v2.onnx"), "--crops", "none.csv", "--out", str(tmp_path)]
    assert main(arguments) == 1
    assert "--resume" in capsys.readouterr().err
