"""`platewatch train ocr`: what a department's corrections do to the weights in use."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
import typer
from typer.testing import CliRunner, Result

from cli import train
from recognition.reading.network import DEFAULT_WEIGHTS
from recognition.reading.ocr import PlateOcr
from recognition.training.examples.synthetic import draw_us
from recognition.training.reader import fine_tune
from recognition.training.reader.fine_tune import Comparison, FineTuned
from schemas.errors import ConfigurationError
from schemas.settings import OcrSettings

app = typer.Typer()
train.register(app)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["train", "ocr", "--batch", "4", *map(str, arguments)])


@pytest.fixture(scope="module")
def corrections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corrections")
    rows = []
    for number in range(12):
        image, text = draw_us(np.random.default_rng(number + 900), ())
        cv2.imwrite(str(folder / f"{number}.png"), image)
        rows.append((f"{number}.png", text, "US-VA"))
    path = folder / "corrections.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([("image", "text", "jurisdiction"), *rows])
    return path


@pytest.fixture
def gains(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Make every reader read so many more crops right than the one before it."""
    counts = [0, 1]
    monkeypatch.setattr(fine_tune, "_right", lambda reader, crops: counts.pop(0))
    return counts


def test_a_candidate_that_reads_no_better_is_kept_but_not_installed(corrections: Path, tmp_path: Path) -> None:
    # One step at nearly no learning rate changes no read.
    result = run("--from", corrections, "--data-dir", tmp_path, "--steps", 1, "--lr", 1e-7, "--seed", 3)
    assert result.exit_code == 1, result.output
    assert "corrections:" in result.stdout
    assert f"not better than {DEFAULT_WEIGHTS.name}: not installed" in result.stderr
    assert (tmp_path / "training" / "ocr" / "candidate.onnx").is_file()
    assert not (tmp_path / "models").exists()


def test_a_better_candidate_is_installed_and_can_be_read_with(
    corrections: Path, tmp_path: Path, gains: list[int]
) -> None:
    result = run("--from", corrections, "--data-dir", tmp_path, "--steps", 1, "--lr", 1e-7)
    assert result.exit_code == 0, result.output
    assert gains == []
    installed = tmp_path / "models" / "plate-ocr.onnx"
    assert f'weights = "{installed}"' in result.stdout.replace("\n", "") or str(installed.name) in result.stdout
    image, text = draw_us(np.random.default_rng(900), ())
    found = PlateOcr(OcrSettings(weights=installed), threads=1).read([image])[0]
    shipped = PlateOcr(OcrSettings(), threads=1).read([image])[0]
    assert found.text == shipped.text
    assert len(found.text) == len(text)


def test_a_better_candidate_is_left_alone_where_asked(corrections: Path, tmp_path: Path, gains: list[int]) -> None:
    result = run("--from", corrections, "--data-dir", tmp_path, "--steps", 1, "--no-install")
    assert result.exit_code == 0, result.output
    assert gains == []
    assert not (tmp_path / "models").exists()


def test_an_interrupted_run_goes_on_only_where_asked(corrections: Path, tmp_path: Path) -> None:
    common = ("--from", corrections, "--data-dir", tmp_path, "--steps", 1, "--lr", 1e-7)
    run(*common)
    again = run(*common)
    assert isinstance(again.exception, ConfigurationError)
    assert "--resume" in str(again.exception)
    assert "not installed" in run(*common, "--resume").stderr


def test_val_rows_of_further_crops_measure_and_keep_their_texts_out(corrections: Path, tmp_path: Path) -> None:
    with corrections.open(newline="") as stream:
        first = next(csv.DictReader(stream))
    labels = tmp_path / "labels.csv"
    with labels.open("w", newline="") as stream:
        rows = [("image", "text", "jurisdiction", "split")]
        rows += [(str(corrections.parent / first["image"]), first["text"], "US-VA", "val")]
        csv.writer(stream).writerows(rows)
    result = run(
        *("--from", corrections, "--crops", labels, "--data-dir", tmp_path, "--steps", 1, "--lr", 1e-7, "--seed", 3)
    )
    assert "line 2: a val row of --crops has the same text" in result.stderr
    assert "crops: 1 held out" in result.stdout


@pytest.mark.parametrize(
    ("own", "others", "min_gain", "expected"),
    [
        ((10, 8, 9), [], 0.0, True),
        ((10, 8, 8), [], 0.0, False),
        ((10, 8, 7), [], 0.0, False),
        ((10, 8, 9), [], 0.2, False),
        ((10, 7, 9), [], 0.2, True),
        ((10, 8, 10), [(50, 40, 39)], 0.0, False),
        ((10, 8, 10), [(50, 40, 40)], 0.0, True),
    ],
)
def test_only_what_reads_more_and_forgets_nothing_is_better(
    own: tuple[int, int, int], others: list[tuple[int, int, int]], min_gain: float, *, expected: bool
) -> None:
    compared = tuple(Comparison("set", *counts) for counts in (own, *others))
    assert FineTuned(Path("candidate.onnx"), compared).better(min_gain) is expected


def test_other_networks_cannot_be_fine_tuned(corrections: Path, tmp_path: Path) -> None:
    config = tmp_path / "platewatch.toml"
    config.write_text('[recognition.ocr]\nhub_model = "cct-s-v1-global-model"\n')
    result = run("--from", corrections, "--config", config, "--data-dir", tmp_path)
    assert isinstance(result.exception, ConfigurationError)
    assert "hub_model" in str(result.exception)
