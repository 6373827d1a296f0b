"""Labels plates of street pictures with the state that their own words name.

`python -m recognition.training.state.labels --help`. Labeled crops are tidy and few. Street pictures have dealers'
frames, shade and dirt; where the state's name is legible on them, the rest of the plate teaches what the state looks
like there. Needs the extra `second-reader`.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from recognition.pictures.crops import crop
from recognition.reading.text_lines import TextLineReader
from recognition.states.looks import CLASSES
from recognition.states.words import text_scores
from recognition.training.command import run_command
from recognition.training.examples.labeled_pictures import read_split
from schemas.types import Image

COLUMNS = ("image", "x1", "y1", "x2", "y2", "jurisdiction")
SURE = 5.0
"""Nats by which the words must speak for one state before any other."""

_MARGIN = 0.12
_LEAST_WIDTH = 40  # pixels


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; see `run_command`."""
    return run_command(_parser(), _run, argv)


def _run(options: argparse.Namespace) -> None:
    rows = label(options.folder)
    with options.out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    print(f"{options.out}: {len(rows)} plates")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m recognition.training.state.labels", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("folder", type=Path, help="detection data set with train/ and val/; only train/ is labeled")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.csv", help="where to write the labels")
    return parser


def label(folder: Path) -> list[tuple[str, float, float, float, float, str]]:
    """Return picture, box and jurisdiction of the train plates whose words name a state.

    Args:
        folder: A detection data set.

    Returns:
        Rows of `COLUMNS`; boxes in pixels, plates from abroad have an empty jurisdiction.

    Raises:
        PlatewatchError: The folder or rapidocr is missing.
    """
    reader = TextLineReader()
    rows = []
    for picture in read_split(folder, "train"):
        image = cv2.imread(str(picture.path))
        if image is None:
            continue
        for box in picture.boxes_in_pixels(image.shape[1], image.shape[0]):
            if box.width < _LEAST_WIDTH:
                continue
            found = state_in_words(crop(image.astype(np.uint8, copy=False), box, _MARGIN), reader)
            if found is not None:
                rows.append((str(picture.path.resolve()), box.x1, box.y1, box.x2, box.y2, found))
    return rows


def state_in_words(picture: Image, reader: TextLineReader) -> str | None:
    """Return the jurisdiction that a plate's words name beyond doubt, empty for one outside the US, or None."""
    scores = text_scores(reader.read(picture), "")
    second, first = np.sort(scores)[-2:]
    if first - second < SURE:
        return None
    return CLASSES[int(scores.argmax())]


if __name__ == "__main__":
    sys.exit(main())
