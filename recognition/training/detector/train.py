"""Train, export and measure the plate detector: `python -m recognition.training.detector.train --help`."""

from __future__ import annotations

import argparse
import functools
import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from recognition.detection.detector import OnnxDetector, PlateDetector
from recognition.detection.ultralytics_backend import UltralyticsDetector, import_ultralytics, load_yolo
from recognition.training.command import run_command
from recognition.training.detector.metrics import evaluate, table
from recognition.training.detector.review import correct_labels, read_review
from recognition.training.detector.start import start_from
from recognition.training.detector.still import StillDetector
from recognition.training.examples.labeled_pictures import LabeledPicture, gather, read_sources
from schemas.errors import ConfigurationError
from schemas.settings import DetectorSettings

EXAMPLE = """
example, a fine-tune on two sources that ends with an ONNX file and its figures:
  pip download --no-deps pyplatex==0.0.5
  python -m recognition.training.detector.train --data DATASETS/open-images --data DATASETS/romania-dashcam \\
      --from pyplatex-0.0.5-py3-none-any.whl --out runs/detector --epochs 8 \\
      --export plate-detector.onnx --evaluate

example, other countries' plates on the cars of the pictures, and labels that were looked at again:
  python -m recognition.training.detector.train --data DATASETS/open-images --from runs/detector/run/weights/best.pt \\
      --paste DATASETS/plate-ocr/labels.csv --corrections corrections.csv --out runs/pasted

example, go on after an interruption:
  python -m recognition.training.detector.train --data DATASETS/open-images --out runs/pasted --resume

example, average two runs (shares are divided by their sum), export and measure the mean:
  python -m recognition.training.detector.train --data DATASETS/open-images \\
      --from runs/detector/run/weights/last.pt:2 --from runs/pasted/run/weights/last.pt:1 \\
      --export plate-detector.onnx --evaluate

A source is a folder with train/ and val/, each with NAME.jpg and NAME.txt (YOLO labels). `val` only measures.
Corrections and reviews are CSV files: set (the source's name), picture, x1, y1, x2, y2 in pixels, verdict (plate or
not_plate). A corrected plate replaces the label that it overlaps, or is added.
On CPUs, MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=8589934592 in the environment saves page faults.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; see `run_command`."""
    return run_command(_parser(), _run, argv, misuse=_misuse)


def _misuse(options: argparse.Namespace) -> str | None:
    if options.out is None and options.export is None and not options.evaluate:
        return "nothing to do: give --out to train, or --export or --evaluate"
    if options.resume and options.out is None:
        return "--resume needs --out"
    return None if options.start or options.resume else "--from is required"


def _run(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="platewatch-weights-") as scratch:
        trains = options.out is not None
        weights = Path(_train(options) if trains else start_from(options.start, Path(scratch)))
        if options.export is not None:
            weights = _export(weights, options)
        if options.evaluate:
            _evaluate(weights, options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m recognition.training.detector.train",
        description="Train, export and measure the plate detector.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--data", type=Path, action="append", default=[], metavar="DIR", help="a source; may be repeated")
    add("--from", dest="start", action="append", default=[], metavar="WEIGHTS[:SHARE]",
        help=".pt, .onnx (measuring only), .yaml, .whl or 'pyplatex'; several are averaged")  # fmt: skip
    add("--out", type=Path, metavar="DIR", help="train, and keep the run here")
    add("--resume", action="store_true", help="go on with the run in --out, with its own recipe")
    add("--export", type=Path, metavar="ONNX", help="write the best (or the given) weights as ONNX")
    add("--evaluate", action="store_true", help="print recall and precision at IoU .5 per source, on val")
    training = parser.add_argument_group("training").add_argument
    training("--epochs", type=_positive, default=8)
    training("--batch", type=_positive, default=8)
    training("--learning-rate", type=float, default=1e-3, help="default: %(default)s")
    training("--freeze", type=int, default=6, metavar="N", help="leave the first N layers as they are (%(default)s)")
    training("--mosaic", type=float, default=0.5, help="share of pictures made of four (%(default)s)")
    training("--scale", type=float, default=0.5, help="a picture is enlarged or reduced by up to this (%(default)s)")
    training("--paste", type=Path, metavar="CSV", help="the reader's label file: paste its plates, and drawn ones")
    training("--paste-share", type=float, default=0.35, help="share of pictures that are pasted onto (%(default)s)")
    training("--corrections", type=Path, metavar="CSV", help="reviewed boxes that correct the labels of train")
    training("--seed", type=int, default=7)
    training("--threads", type=_positive, default=1, help="threads of torch (%(default)s)")
    training("--device", default="cpu", help="as ultralytics names it: cpu, 0, mps (%(default)s)")
    training("--precision", choices=("float32", "bfloat16"), default="float32", help="of the forward pass")
    measuring = parser.add_argument_group("size and measuring").add_argument
    measuring("--image-size", type=_multiple_of_32, default=640, metavar="PIXELS", help="default: %(default)s")
    measuring("--min-width", type=float, default=40.0, metavar="PIXELS", help="plates that count (%(default)s)")
    measuring("--reviewed", type=Path, metavar="CSV", help="reviewed boxes of val: count with corrected labels, too")
    measuring("--still", action="store_true", help="look at each picture as at a still: several times (.onnx only)")
    measuring("--confidence", type=float, default=DetectorSettings().confidence, help="boxes that count (%(default)s)")
    measuring("--iou", type=float, default=0.5, help="overlap of two boxes of which one is dropped (%(default)s)")
    return parser


def _train(options: argparse.Namespace) -> Path:
    """Gather the data, train or resume, and return the best epoch's checkpoint."""
    # The number of threads must be known before torch is imported, which the trainer's module does.
    os.environ.setdefault("OMP_NUM_THREADS", str(options.threads))
    ultralytics = import_ultralytics(verbose=True)
    from recognition.training.detector.recipe import Judge, Recipe
    from recognition.training.detector.trainer import resume, train

    options.out.mkdir(parents=True, exist_ok=True)
    start = None if options.resume else _loadable_start(options, ultralytics)
    data = gather(options.data, options.out / "data", _correction(options))
    judge = Judge(read_sources(options.data, "val"), options.min_width, options.confidence, options.iou)
    if start is None:
        return resume(data, options.out, judge, print)
    recipe = Recipe(
        epochs=options.epochs,
        image_size=options.image_size,
        batch=options.batch,
        learning_rate=options.learning_rate,
        freeze=options.freeze,
        mosaic=options.mosaic,
        scale=options.scale,
        paste=None if options.paste is None else str(options.paste.absolute()),
        paste_share=options.paste_share,
        corrections=None if options.corrections is None else str(options.corrections.absolute()),
        seed=options.seed,
        threads=options.threads,
        device=options.device,
        bfloat16=options.precision == "bfloat16",
    )
    return train(start, data, options.out, recipe, judge, print)


def _correction(options: argparse.Namespace) -> Callable[[list[LabeledPicture]], list[LabeledPicture]]:
    """Return what corrects the labels to train with; the same list without corrections.

    A resumed run takes the corrections that it was started with.
    """
    corrections = options.corrections
    recipe = options.out / "recipe.json"
    if options.resume and corrections is None and recipe.is_file():
        corrections = json.loads(recipe.read_text(encoding="utf-8")).get("corrections")
    if corrections is None:
        return list
    return functools.partial(correct_labels, review=read_review(Path(corrections)))


def _loadable_start(options: argparse.Namespace, ultralytics: Any) -> Path | str:
    """Return what to start from, once it is clear that ultralytics can train it."""
    start = start_from(options.start, options.out)
    if Path(start).suffix == ".onnx":
        raise ConfigurationError(f"{start}: an exported model cannot be trained; give the .pt file it was made from")
    if Path(start).suffix != ".yaml":
        load_yolo(ultralytics, Path(start))
    return start


def _export(weights: Path, options: argparse.Namespace) -> Path:
    from recognition.training.detector.export import export_onnx

    export_onnx(weights, options.export, options.image_size)
    print(f"{options.export}: {options.export.stat().st_size / 1e6:.1f} MB")
    return Path(options.export)


def _evaluate(weights: Path, options: argparse.Namespace) -> None:
    pictures = read_sources(options.data, "val")
    print(f"{weights}, plates at least {options.min_width:g} px wide, confidence at least {options.confidence:g}:")
    review = None if options.reviewed is None else read_review(options.reviewed)
    print(table(evaluate(_detector(weights, options), pictures, options.min_width, review)))


def _detector(weights: Path, options: argparse.Namespace) -> PlateDetector:
    """Open the weights with the backend that they are for."""
    if weights.suffix == ".onnx":
        onnx = OnnxDetector(weights, confidence=options.confidence, iou=options.iou, image_size=options.image_size)
        return StillDetector(onnx) if options.still else onnx
    return UltralyticsDetector(weights, confidence=options.confidence, iou=options.iou, image_size=options.image_size)


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return value


def _multiple_of_32(text: str) -> int:
    value = _positive(text)
    if value % 32:
        raise argparse.ArgumentTypeError(f"{text} is not a multiple of 32")
    return value


if __name__ == "__main__":
    sys.exit(main())
