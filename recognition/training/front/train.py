"""Train the network that tells where the plate in front ends: `python -m recognition.training.front.train --help`."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import torch

from recognition.training.command import run_command
from recognition.training.examples.labeled_crops import read_labels, training_crops
from recognition.training.examples.synthetic import font_files
from recognition.training.front.data import FrontBatches, crop_pictures, street_scenes
from recognition.training.front.model import export_onnx, front_net, loss
from recognition.training.layers import from_detector
from recognition.training.trainer import PlateTrainer, load_mean
from schemas.errors import ConfigurationError

log = logging.getLogger(__name__)

CHECKPOINT = "front-checkpoint.pt"
EXAMPLE = """
example: train the network that ships
  python -m recognition.training.front.train --from plate-detector.onnx --crops plate-ocr/labels.csv \\
      --street plate-detection/open-images --street plate-detection/romania-dashcam --fonts fonts \\
      --out runs/front --steps 1400
  python -m recognition.training.front.train ... --begin-with runs/front/front-checkpoint.pt \
      --out runs/front-b --steps 900 --lr 1.2e-3 --seed 1 --export plate-front.onnx

Rows of the label file with split val, and rows that share a text with one, are never learned from, nor are val
pictures. Drawn plates are always mixed in.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; see `run_command`."""
    return run_command(_parser(), _train, argv)


def _train(options: argparse.Namespace) -> None:
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    checkpoint = options.out / CHECKPOINT
    if checkpoint.exists() and not options.resume:
        raise ConfigurationError(f"{options.out}: holds a run already; give --resume or another folder")
    crops = crop_pictures(training_crops(read_labels(options.crops)))
    street = [scene for folder in options.street for scene in street_scenes(folder)]
    log.info("%d crops, %d street plates", len(crops), len(street))
    source = FrontBatches(crops, street, font_files(options.fonts), size=options.batch, seed=options.seed)
    torch.manual_seed(options.seed)
    net = from_detector(front_net(), options.start)
    if options.begin_with is not None:
        net.load_state_dict(load_mean(options.begin_with))
    trainer = PlateTrainer(net, source, loss, options.steps, options.lr, checkpoint)
    if options.resume:
        trainer.resume()
    trainer.run()
    if options.export is not None:
        export_onnx(trainer.averaged(), options.export)
        print(f"{options.export}: written")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m recognition.training.front.train",
        description="Train the network that tells where the plate in front ends in a box that holds more than it.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--from", dest="start", type=Path, required=True, metavar="DETECTOR.onnx",
        help="YOLOv8n plate detector whose first layers to start from")  # fmt: skip
    add("--begin-with", type=Path, metavar="CHECKPOINT.pt", help="go on from another run's weights, with a new plan")
    add("--crops", type=Path, required=True, metavar="LABELS.csv", help="labeled crops: image,text,jurisdiction,split")
    add("--street", type=Path, action="append", default=[], metavar="DIR", help="detection data set (may be repeated)")
    add("--fonts", type=Path, metavar="DIR", help="TrueType files for drawn plates")
    add("--out", type=Path, required=True, metavar="DIR", help="keep checkpoints here")
    add("--resume", action="store_true", help="go on from the checkpoint in --out (same other arguments)")
    add("--steps", type=int, default=1400, help="batches to train (default: %(default)s)")
    add("--batch", type=int, default=64, help="plates per batch (default: %(default)s)")
    add("--lr", type=float, default=2e-3, help="AdamW's learning rate (default: %(default)s)")
    add("--seed", type=int, default=0, help="root of all chance (default: %(default)s)")
    add("--threads", type=int, default=1, help="CPU threads (default: %(default)s)")
    add("--export", type=Path, metavar="FILE.onnx", help="write the network")
    return parser


if __name__ == "__main__":
    sys.exit(main())
