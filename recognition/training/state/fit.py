"""Weigh the evidence of a plate's state: `python -m recognition.training.state.fit --help`.

Looks, serial and words are seen on plates that the picture network has not learned from; their weights are those that
make the plates' true states most likely, the threshold the least one above which enough of the answers are right.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from recognition.reading.ocr import PlateOcr
from recognition.reading.text_lines import TextLineReader
from recognition.states.looks import StatePicture
from recognition.states.weighing import EvidenceWeights, weigh
from recognition.training.command import run_command
from recognition.training.examples.augment import bordered
from recognition.training.examples.labeled_crops import read_image, read_labels, training_crops
from recognition.training.state.data import FOLDS, fold_of, labeled_street_samples
from recognition.training.state.evidence import BORDER, Observer, StateEvidence, joined, label_of, narrowed
from schemas.settings import OcrSettings

WIDTHS = (None, 120, 80, 60)
_STREET_WEIGHT = 4.0  # street plates are few and nearer to what cameras see
_RIGHT = 0.99  # share of the answers that the threshold makes right
_THRESHOLDS = np.arange(0.6, 0.99, 0.01)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; see `run_command`."""
    return run_command(_parser(), _weigh, argv)


def _weigh(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    crops, street = _gather(options)
    everything = joined([crops, street])
    importance = np.concatenate([np.ones(len(crops)), np.full(len(street), _STREET_WEIGHT)])
    picture, serial, _ = fit(everything, importance, with_words=False)
    quick = EvidenceWeights(picture, serial, 0.0, 0.0)
    # Street labels come from words, so words are weighed on labeled crops alone.
    *_, text = fit(crops, np.ones(len(crops)), with_words=True, fixed=(picture, serial))
    full = EvidenceWeights(picture, serial, text, 0.0)
    options.out.write_text(
        "# Written by recognition.training.state.fit: weights of evidence, and the least probability of an answer.\n\n"
        + _table("with_lines", full, threshold(full, crops, np.ones(len(crops))))
        + "\n"
        + _table("without_lines", quick, threshold(quick, everything, importance)),
        "utf-8",
    )
    print(options.out.read_text("utf-8"))


def fit(
    evidence: StateEvidence,
    importance: np.ndarray,
    *,
    with_words: bool,
    fixed: tuple[float, float] | None = None,
) -> tuple[float, float, float]:
    """Return the factors of looks, serial and words that make the labels most likely.

    Args:
        evidence: Plates that the picture network has not learned from.
        importance: (n,) how much each plate counts.
        with_words: Whether words are seen at all; else their factor is 0.
        fixed: Factors of looks and serial that are given, so that only the words' is sought.
    """
    parts = [torch.from_numpy(part).double() for part in (evidence.looks, evidence.serial, evidence.words)]
    labels, shares = torch.from_numpy(evidence.labels), torch.from_numpy(importance / importance.sum())
    logs = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([logs], max_iter=100, line_search_fn="strong_wolfe")

    def factors() -> torch.Tensor:
        values = torch.exp(logs) * torch.tensor([1.0, 1.0, float(with_words)])
        return values if fixed is None else torch.cat([torch.tensor(fixed, dtype=torch.float64), values[2:]])

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        total = sum((factor * part for factor, part in zip(factors(), parts, strict=True)), torch.tensor(0.0))
        value = (torch.nn.functional.cross_entropy(total, labels, reduction="none") * shares).sum()
        value.backward()
        return value

    optimizer.step(loss)
    picture, serial, text = factors().tolist()
    return picture, serial, text


def threshold(weights: EvidenceWeights, evidence: StateEvidence, importance: np.ndarray) -> float:
    """Return the least probability from which on the answers are right often enough; the highest where none is."""
    words = evidence.words if weights.text else [None] * len(evidence)
    found = np.stack([weigh(weights, *row) for row in zip(evidence.looks, evidence.serial, words, strict=True)])
    best, sure = found.argmax(axis=1), found.max(axis=1)
    for value in _THRESHOLDS:
        answered = (sure >= value) & (best != found.shape[1] - 1)
        right = best[answered] == evidence.labels[answered]
        if answered.any() and np.average(right, weights=importance[answered]) >= _RIGHT:
            return float(round(value, 2))
    return float(round(_THRESHOLDS[-1], 2))


def _gather(options: argparse.Namespace) -> tuple[StateEvidence, StateEvidence]:
    looks, lines = StatePicture(options.network), TextLineReader()
    observer = Observer(looks, lines, PlateOcr(OcrSettings(), 1))
    kept = [crop for crop in training_crops(read_labels(options.crops)) if fold_of(crop) == options.leave_out]
    pictures, labels = [], []
    for crop in kept:
        image = read_image(crop.path)
        for width in WIDTHS if crop.is_us else WIDTHS[:1]:
            scaled = narrowed(image, width)
            if scaled is not None:
                pictures.append(bordered(scaled, BORDER))
                labels.append(label_of(crop.jurisdiction))
    held = {options.leave_out, (options.leave_out + 1) % FOLDS}
    street = [s for n, s in enumerate(labeled_street_samples(options.street)) if n % FOLDS in held]
    cut = [_inside(sample.image, sample.box) for sample in street]
    without_serial = Observer(looks, lines, None)
    return observer.see(pictures, labels), without_serial.see(cut, [sample.label for sample in street])


def _inside(image: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
    x1, y1, x2, y2 = (round(side) for side in box)
    spare = round((y2 - y1) * 0.08)
    return image[max(y1 - spare, 0) : y2 + spare, max(x1 - spare, 0) : x2 + spare]


def _table(name: str, weights: EvidenceWeights, least: float) -> str:
    text = f"text = {weights.text:.4f}\n" if weights.text else ""
    return f"[{name}]\npicture = {weights.picture:.4f}\nserial = {weights.serial:.4f}\n{text}threshold = {least:.2f}\n"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m recognition.training.state.fit",
        description="Weigh looks, serial and words of a plate on data that the network has not seen.",
    )
    add = parser.add_argument
    add("--network", type=Path, required=True, metavar="FILE.onnx", help="trained with the same --leave-out")
    add("--crops", type=Path, required=True, metavar="LABELS.csv", help="labeled crops: image,text,jurisdiction,split")
    add("--street", type=Path, required=True, metavar="FILE.csv", help="labels of recognition.training.state.labels")
    add("--leave-out", type=int, default=0, choices=range(FOLDS), metavar="PART", help="the part left out of training")
    add("--out", type=Path, required=True, metavar="FILE.toml", help="where to write the weights")
    return parser


if __name__ == "__main__":
    sys.exit(main())
