"""Train, average, export and measure the plate reader: `python -m recognition.training.reader.train --help`."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import torch

from recognition.training.command import run_command
from recognition.training.examples.labeled_crops import LabeledCrop, read_labels, training_crops, validation_crops
from recognition.training.examples.synthetic import font_files
from recognition.training.reader.data import BatchSource
from recognition.training.reader.metrics import (
    ONE_MARGIN,
    best_temperature,
    character_calibration,
    expressible,
    logits_at,
    score,
)
from recognition.training.reader.model import PlateReader
from recognition.training.reader.plate_texts import read_plate_texts
from recognition.training.reader.pseudo_labels import pseudo_labeled
from recognition.training.reader.trainer import CHECKPOINT, Plan, Trainer, load_averaged
from recognition.training.reader.weights import average, export_onnx, load_weights
from schemas.errors import ConfigurationError, InvalidInput

log = logging.getLogger(__name__)

EXAMPLE = """
example: fine-tune fast-plate-ocr's published weights, then measure and write the calibrated model
  python -m recognition.training.reader.train --from cct_xs_v1_global.onnx --crops plate-ocr/labels.csv \\
      --detection plate-detection/open-images --fonts fonts --out runs/ocr-a --steps 1600 --lr 3e-4
  python -m recognition.training.reader.train --from runs/ocr-a --crops plate-ocr/labels.csv --evaluate \\
      --export plate-ocr.onnx
example: average two runs and their start (shares are divided by their sum)
  python -m recognition.training.reader.train --from runs/ocr-a:.375 --from runs/ocr-b:.375 \\
      --from cct_xs_v1_global.onnx:.25 --crops plate-ocr/labels.csv --evaluate --export plate-ocr.onnx

The label file has the columns image, text, jurisdiction and split. Rows with split val, and rows that share a text
with one, only measure. Rendered plates are always mixed in; --fonts adds TrueType faces to the project's own.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; see `run_command`."""
    return run_command(_parser(), _run, argv, misuse=_misuse)


def _misuse(options: argparse.Namespace) -> str | None:
    if options.out is None and options.export is None and not options.evaluate:
        return "nothing to do: give --out to train, or --export or --evaluate"
    return "--resume needs --out" if options.resume and options.out is None else None


def _run(options: argparse.Namespace) -> None:
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(options.threads)
    crops = read_labels(options.crops)
    reader = start_reader(options.start)
    if options.out is not None:
        reader = _train(reader, crops, options)
    if options.export is not None or options.evaluate:
        _deliver(reader, crops, options)


def start_reader(starts: Sequence[str]) -> PlateReader:
    """Load the weights that `--from` names, averaged where it names several.

    Args:
        starts: ONNX files or folders of runs, each with `:SHARE` behind it or 1 for a share.

    Returns:
        The reader.

    Raises:
        ConfigurationError: A file is missing, holds another network, or a share is no number.
    """
    states, shares = [], []
    for start in starts:
        name, _, share = start.rpartition(":") if ":" in start else (start, "", "1")
        try:
            shares.append(float(share))
        except ValueError as error:
            raise ConfigurationError(f"--from {start}: {share!r} is no share; expected FILE or FILE:NUMBER") from error
        states.append(_load(Path(name)).state_dict())
    reader = PlateReader()
    reader.load_state_dict(average(states, shares))
    return reader


def _load(path: Path) -> PlateReader:
    if path.is_dir():
        return load_averaged(path)
    if not path.is_file():
        raise ConfigurationError(f"{path}: not found; expected a reader's ONNX file or a run's folder")
    return load_weights(path)


def _train(reader: PlateReader, crops: Sequence[LabeledCrop], options: argparse.Namespace) -> PlateReader:
    options.out.mkdir(parents=True, exist_ok=True)
    if (options.out / CHECKPOINT).exists() and not options.resume:
        raise ConfigurationError(f"{options.out}: holds a run already; give --resume or another folder")
    texts = read_plate_texts(options.plate_texts) if options.plate_texts is not None else None
    pseudo = [sample for folder in options.detection for sample in pseudo_labeled(folder, reader, texts)]
    kept = training_crops(crops)
    if not kept:
        raise InvalidInput(f"{options.crops}: no row to train with is left beside val; expected rows with split train")
    source = BatchSource(kept, pseudo, font_files(options.fonts), size=options.batch, seed=options.seed)
    log.info("%d crops, %d pseudo-labeled plates", len(kept), len(pseudo))
    trainer = Trainer(reader, source, Plan(options.steps, options.lr), options.out)
    if options.resume:
        trainer.resume()
    trainer.run()
    return trainer.averaged()


def _deliver(reader: PlateReader, crops: Sequence[LabeledCrop], options: argparse.Namespace) -> None:
    measured = validation_crops(crops)
    if not measured:
        raise InvalidInput(f"{options.crops}: no row to measure with; expected rows with split val")
    spelled = expressible(measured)
    logits = logits_at(reader, spelled, ONE_MARGIN)
    temperature = options.temperature or best_temperature(logits, spelled)
    if options.evaluate:
        print("set    crops  one crop: exact / norm   three margins: exact / norm")
        for name, part in _by_country(measured).items():
            figures = score(reader, part)
            print(
                f"{name:6} {figures.crops:5}         {figures.exact:.3f} / {figures.normalized:.3f}"
                f"              {figures.fused_exact:.3f} / {figures.fused_normalized:.3f}"
            )
        for value in (1.0, temperature):
            found = character_calibration(logits, spelled, value)
            print(
                f"temperature {value:.2f}: negative log-likelihood {found.negative_log_likelihood:.4f}, "
                f"expected calibration error {found.expected_error:.4f}"
            )
    if options.export is not None:
        export_onnx(reader, options.export, temperature)
        print(f"{options.export}: written, temperature {temperature:.2f} folded in")


def _by_country(crops: Sequence[LabeledCrop]) -> dict[str, list[LabeledCrop]]:
    found: dict[str, list[LabeledCrop]] = {}
    for crop in crops:
        found.setdefault(crop.jurisdiction.partition("-")[0], []).append(crop)
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m recognition.training.reader.train",
        description="Train, average, export and measure the plate reader.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--from", dest="start", action="append", required=True, metavar="WEIGHTS[:SHARE]",
        help="ONNX file or a run's folder to start from; several are averaged by their shares")  # fmt: skip
    add("--crops", type=Path, required=True, metavar="LABELS.csv", help="labeled crops: image,text,jurisdiction,split")
    add("--detection", type=Path, action="append", default=[], metavar="DIR",
        help="detection data set whose train plates the start weights label (may be repeated)")  # fmt: skip
    add("--plate-texts", type=Path, metavar="FILE.csv",
        help="what plates of --detection say, from recognition.training.reader.plate_texts or by hand")  # fmt: skip
    add("--fonts", type=Path, metavar="DIR", help="TrueType files for rendered plates")
    add("--out", type=Path, metavar="DIR", help="train and keep checkpoints here")
    add("--resume", action="store_true", help="go on from the checkpoint in --out (same other arguments)")
    add("--steps", type=int, default=1600, help="batches to train (default: %(default)s)")
    add("--batch", type=int, default=64, help="crops per batch (default: %(default)s)")
    add("--lr", type=float, default=3e-4, help="AdamW's learning rate (default: %(default)s)")
    add("--seed", type=int, default=0, help="root of all chance (default: %(default)s)")
    add("--threads", type=int, default=1, help="CPU threads (default: %(default)s)")
    add("--evaluate", action="store_true", help="print accuracy and calibration on the val rows")
    add("--export", type=Path, metavar="FILE.onnx", help="write a model that fast-plate-ocr loads, calibrated on val")
    add("--temperature", type=float, help="fold this temperature into the export instead of val's best")
    return parser


if __name__ == "__main__":
    sys.exit(main())
