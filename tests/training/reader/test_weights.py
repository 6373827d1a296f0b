"""The reader's weights, read, written and averaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from fast_plate_ocr import LicensePlateRecognizer

from recognition.training.examples.augment import fit
from recognition.training.examples.synthetic import draw_us
from recognition.training.reader.metrics import decode
from recognition.training.reader.model import PlateReader
from recognition.training.reader.weights import average, export_onnx, load_weights
from schemas.types import Image
from tests.training.reader.samples import pictures, random_reader

REPOSITORY = Path(__file__).resolve().parents[3]
MODELS = REPOSITORY / "recognition" / "models"
CONFIG = MODELS / "plate-ocr-v1.yaml"


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


def test_average_weighs_by_share() -> None:
    first, second = {"w": torch.tensor([0.0])}, {"w": torch.tensor([4.0])}
    assert float(average([first, second], [3.0, 1.0])["w"]) == 1.0
