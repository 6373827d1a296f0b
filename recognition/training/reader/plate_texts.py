"""Writes down what the plates of a detection data set say where two readers agree: `--help` shows how."""

from __future__ import annotations

import argparse
import csv
import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from recognition.pictures.crops import crop
from recognition.reading.ocr import PlateOcr
from recognition.training.command import run_command
from recognition.training.examples.labeled_crops import read_image
from recognition.training.examples.labeled_pictures import read_split
from schemas.errors import ConfigurationError, InvalidInput
from schemas.settings import OcrSettings
from schemas.types import Box, Image

COLUMNS = ("image", "plate", "text", "trust")
MIN_WIDTH = 40  # pixels; below that every reader guesses

# What a text is worth as a label: both readers say it, only the plate reader and it is sure, only the general one.
AGREED, OWN, GENERAL = 0.9, 0.5, 0.4
_SURE = 0.9  # least probability of a whole text that the plate reader gives alone
_GENERAL_SURE = 0.9  # least score of a text of the general reader that stands alone
_MARGINS = (-0.06, 0.0, 0.08, 0.16)  # shares of the box's height at which the general reader looks
_GENERAL_SIZE = (160, 48)  # pixels that a crop has at least when the general reader sees it

EXAMPLE = """
example
  python -m recognition.training.reader.plate_texts --detection plate-detection/open-images \\
      --detection plate-detection/romania-dashcam --out plate-texts.csv

The plate reader and rapidocr's recognizer read every plate of the train splits. The file says where they agree or one
of them is sure; `python -m recognition.training.reader.train --plate-texts` learns from it. Lines may be mended
by hand: a text that a person has checked has trust 1.
"""


GeneralReader = Callable[[Image], tuple[str, float]]


@dataclass(frozen=True, slots=True)
class PlateText:
    """What a plate says and how far that can be trusted (0-1)."""

    text: str
    trust: float


def trusted_text(own: str, confidence: float, seen: Sequence[tuple[str, float]]) -> PlateText | None:
    """Decide what a plate says.

    Args:
        own: The plate reader's text.
        confidence: Its probability.
        seen: Texts, with scores (0-1), that a general reader saw at several margins.

    Returns:
        The text, or None where the readers differ and none is sure.
    """
    others = [("".join(c for c in text.upper() if c.isascii() and c.isalnum()), score) for text, score in seen]
    if any(text == own for text, _ in others) and len(own) > 1:
        return PlateText(own, AGREED)
    if confidence >= _SURE:
        return PlateText(own, OWN)
    for text, score in others:
        alike = [other for other, _ in others].count(text)
        if alike * 2 > len(others) and score >= _GENERAL_SURE and len(text) == len(own) > 1:
            return PlateText(text, GENERAL)
    return None


def read_plate_texts(path: Path) -> dict[tuple[str, int], PlateText]:
    """Read a file of texts.

    Args:
        path: CSV with the columns image (``open-images/train/a.jpg``), plate (number of the box, from 0), text, trust.

    Returns:
        Texts by image and plate.

    Raises:
        InvalidInput: The file cannot be read, lacks a column or has a malformed line, which is named.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = csv.DictReader(stream)
            if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
                raise InvalidInput(f"{path}: no column {', '.join(missing)}; expected {', '.join(COLUMNS)}")
            return {
                (row["image"], int(row["plate"])): PlateText(row["text"], min(max(float(row["trust"]), 0.0), 1.0))
                for row in rows
            }
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}; expected a file of plate texts") from error
    except (TypeError, ValueError) as error:
        raise InvalidInput(
            f"plate and trust must be numbers ({error})", source=str(path), line=rows.line_num
        ) from error


def plates_of(folder: Path) -> Iterator[tuple[str, int, Image, Box]]:
    """Walk through the plates of a source's train split that are at least 40 pixels wide.

    Yields:
        Image name as in the file of texts, number of the box, the picture and the box in its pixels.
    """
    for picture in read_split(folder, "train"):
        image = read_image(picture.path)
        height, width = image.shape[:2]
        for number, box in enumerate(picture.boxes_in_pixels(width, height)):
            if box.x2 - box.x1 >= MIN_WIDTH:
                yield f"{folder.name}/train/{picture.path.name}", number, image, box


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; see `run_command`."""
    return run_command(_parser(), _run, argv)


def _run(options: argparse.Namespace) -> None:
    written, read = _write(options.detection, options.out, general_reader())
    print(f"{options.out}: {written} of {read} plates have a text")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m recognition.training.reader.plate_texts",
        description="Write down what the plates of detection data sets say where two readers agree.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--detection", type=Path, action="append", required=True, metavar="DIR", help="data set")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.csv", help="the file to write")
    return parser


def general_reader() -> GeneralReader:
    """Load rapidocr's recognizer, which reads a whole crop as one line.

    Raises:
        ConfigurationError: rapidocr is not installed.
    """
    try:
        module = importlib.import_module("rapidocr")
    except ImportError as error:
        raise ConfigurationError('rapidocr is not installed; install it with pip install "rapidocr"') from error
    engine = module.RapidOCR(params={"Global.log_level": "critical"})

    def read(picture: Image) -> tuple[str, float]:
        growth = max(_GENERAL_SIZE[0] / picture.shape[1], _GENERAL_SIZE[1] / picture.shape[0], 1.0)
        larger = cv2.resize(picture, None, fx=growth, fy=growth, interpolation=cv2.INTER_CUBIC)
        found = engine(larger, use_det=False, use_cls=False, use_rec=True)
        return (str(found.txts[0]), float(found.scores[0])) if found.txts else ("", 0.0)

    return read


def _write(folders: Sequence[Path], out: Path, general: GeneralReader) -> tuple[int, int]:
    reader = PlateOcr(OcrSettings(), threads=1)
    written = read = 0
    try:
        with out.open("w", encoding="utf-8", newline="") as stream:
            rows = csv.writer(stream)
            rows.writerow(COLUMNS)
            for folder in folders:
                for name, number, image, box in plates_of(folder):
                    read += 1
                    own = reader.read_plates([(image, box)])[0]
                    seen = [general(crop(image, box, margin)) for margin in _MARGINS]
                    found = trusted_text(own.text, own.confidence, seen)
                    if found is not None:
                        written += 1
                        rows.writerow([name, number, found.text, found.trust])
    except OSError as error:
        raise ConfigurationError(f"{out}: {error.strerror}; give a file that can be written") from error
    return written, read


if __name__ == "__main__":
    sys.exit(main())
