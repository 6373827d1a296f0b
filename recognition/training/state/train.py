"""Train, fit and measure the state reader: `python -m recognition.training.state.train --help`."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import torch
from torch import Tensor

from recognition.training.command import run_command
from recognition.training.examples.labeled_crops import read_labels, training_crops
from recognition.training.examples.synthetic import font_files
from recognition.training.layers import from_detector
from recognition.training.state.data import (
    FOLDS,
    StateBatches,
    StateSample,
    crop_samples,
    fold_of,
    labeled_street_samples,
    street_samples,
)
from recognition.training.state.model import export_onnx, state_net
from recognition.training.trainer import PlateTrainer
from schemas.errors import ConfigurationError, InvalidInput

log = logging.getLogger(__name__)

CHECKPOINT = "state-checkpoint.pt"
_SMOOTHING = 0.05

EXAMPLE = """
example: label street pictures by their own words, then train the network that ships
  python -m recognition.training.state.labels plate-detection/open-images --out street.csv
  python -m recognition.training.state.train --from plate-detector.onnx --crops plate-ocr/labels.csv \\
      --street street.csv --abroad plate-detection/romania-dashcam --wide plate-detection/open-images --fonts fonts \\
      --out runs/state --steps 1000 --export plate-state.onnx
example: train one without a fifth of the data, which `python -m recognition.training.state.fit` weighs evidence with
  python -m recognition.training.state.train ... --leave-out 0 --out runs/state-0 --export state-0.onnx

The label file has the columns image, text, jurisdiction and split. Rows with split val, and rows that share a text
with one, are never learned from. Rendered plates of every state are always mixed in.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; see `run_command`."""
    return run_command(_parser(), _train, argv)


def _train(options: argparse.Namespace) -> None:
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    if (options.out / CHECKPOINT).exists() and not options.resume:
        raise ConfigurationError(f"{options.out}: holds a run already; give --resume or another folder")
    crops, street, abroad = _gather(options)
    source = StateBatches(crops, street, abroad, font_files(options.fonts), size=options.batch, seed=options.seed)
    torch.manual_seed(options.seed)
    net = from_detector(state_net(), options.start)
    trainer = PlateTrainer(net, source, loss, options.steps, options.lr, options.out / CHECKPOINT)
    if options.resume:
        trainer.resume()
    trainer.run()
    if options.export is not None:
        export_onnx(trainer.averaged(), options.export)
        print(f"{options.export}: written")


def loss(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Return the loss of logits (n, classes) where the classes (n,) are known, and the share that is right."""
    wrong = torch.nn.functional.cross_entropy(logits, labels, label_smoothing=_SMOOTHING)
    return wrong, (logits.argmax(1) == labels).float().mean()


def _gather(options: argparse.Namespace) -> tuple[list[StateSample], list[StateSample], list[StateSample]]:
    kept = training_crops(read_labels(options.crops))
    crops = crop_samples([crop for crop in kept if crop.is_us and fold_of(crop) != options.leave_out])
    if not crops:
        raise InvalidInput(f"{options.crops}: no US row to train with; expected rows with split train")
    street = labeled_street_samples(options.street) if options.street else []
    if options.leave_out is not None:
        street = [sample for number, sample in enumerate(street) if number % FOLDS not in _street_folds(options)]
    abroad = crop_samples([crop for crop in kept if not crop.is_us])
    for folder in options.abroad:
        abroad += street_samples(folder, every=True)
    for folder in options.wide:
        abroad += street_samples(folder, every=False)
    log.info("%d US crops, %d street, %d abroad", len(crops), len(street), len(abroad))
    return crops, street, abroad


def _street_folds(options: argparse.Namespace) -> set[int]:
    """Street labels are so few that two parts in five are held out where one part of the crops is."""
    return {options.leave_out, (options.leave_out + 1) % FOLDS}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m recognition.training.state.train",
        description="Train the network that tells states by their plates' looks.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--from", dest="start", type=Path, required=True, metavar="DETECTOR.onnx",
        help="YOLOv8n plate detector whose first layers to start from")  # fmt: skip
    add("--crops", type=Path, required=True, metavar="LABELS.csv", help="labeled crops: image,text,jurisdiction,split")
    add("--street", type=Path, metavar="FILE.csv", help="street plates labeled by recognition.training.state.labels")
    add("--abroad", type=Path, action="append", default=[], metavar="DIR",
        help="detection data set without US plates (may be repeated)")  # fmt: skip
    add("--wide", type=Path, action="append", default=[], metavar="DIR",
        help="detection data set whose plates too wide for the US are from abroad (may be repeated)")  # fmt: skip
    add("--fonts", type=Path, metavar="DIR", help="TrueType files for rendered plates")
    add("--leave-out", type=int, choices=range(FOLDS), metavar="PART",
        help=f"leave a part of the data out, 0 to {FOLDS - 1}, to measure with")  # fmt: skip
    add("--out", type=Path, required=True, metavar="DIR", help="keep checkpoints here")
    add("--resume", action="store_true", help="go on from the checkpoint in --out (same other arguments)")
    add("--steps", type=int, default=1000, help="batches to train (default: %(default)s)")
    add("--batch", type=int, default=64, help="plates per batch (default: %(default)s)")
    add("--lr", type=float, default=2e-3, help="AdamW's learning rate (default: %(default)s)")
    add("--seed", type=int, default=0, help="root of all chance (default: %(default)s)")
    add("--threads", type=int, default=1, help="CPU threads (default: %(default)s)")
    add("--export", type=Path, metavar="FILE.onnx", help="write the network")
    return parser


if __name__ == "__main__":
    sys.exit(main())
