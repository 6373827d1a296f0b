"""Write drawn plates as pictures with a labels.csv, the form in which training and measuring read crops.

    python -m rendering.picture_set --out plates --count 20000 --seed 1 --fonts fonts/

writes what `python -m recognition.training.reader.train --crops plates/labels.csv` reads.
"""

from __future__ import annotations

import argparse
import csv
import logging
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from rendering.photographs.conditions import CONDITIONS, photograph
from rendering.plates.designs import JURISDICTIONS
from rendering.plates.generator import STYLES, draw_plate
from rendering.serials.formats import PLATE_CLASSES
from schemas.errors import ConfigurationError, StorageFull

__all__ = ["COLUMNS", "Order", "main", "write_pictures"]

log = logging.getLogger(__name__)

COLUMNS: Final = ("image", "text", "jurisdiction", "split", "plate_class", "style", "condition", "severity")
_LEAST_WIDTH: Final = 44
_DESCRIPTION: Final = """\
Draw US plates in every state's serial formats, photograph them under hard conditions, and write the pictures
with a labels.csv of image, text, jurisdiction, split (and plate_class, style, condition, severity), which
python -m recognition.training.reader.train --crops DIR/labels.csv reads. The same arguments write the same pictures."""
_EPILOG: Final = """\
text is the serial as embossed: no separators; stacked characters count, in their place from left to right, from
top to bottom; lines from top to bottom. Fonts are TrueType files of your own; without them the eight faces of the
project are used. 20,000 pictures take about four minutes of one core and 420 MB.

example: a set for measuring night and infrared on motorcycles, 200 pictures
  python -m rendering.picture_set --out hard --count 200 --seed 5 --class motorcycle \\
      --condition night --condition infrared --val 1"""


@dataclass(frozen=True, slots=True)
class Order:
    """What to draw.

    Attributes:
        count: how many pictures.
        seed: of everything left to chance; picture n does not depend on how many there are.
        jurisdictions: to choose from; none for all.
        classes: of plates to choose from; none for the usual mixture.
        styles: to choose from; none for the usual mixture.
        conditions: of `rendering.photographs.conditions` to choose from; none for all.
        severity: 0 to 1 for every picture; None for chance.
        width: of the plates in pixels; None for 44 to 240, narrow ones more often.
        fonts: TrueType files.
        val: share of the pictures whose split is "val"; the others' is "train".
    """

    count: int
    seed: int = 0
    jurisdictions: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    severity: float | None = None
    width: int | None = None
    fonts: tuple[str, ...] = ()
    val: float = 0.0


def write_pictures(folder: Path, order: Order) -> Path:
    """Draw and write pictures and their labels.

    Args:
        folder: is made if it is not there; must not hold a labels.csv.
        order: what to draw.

    Returns:
        The labels.csv, which appears when everything else is written.

    Raises:
        ConfigurationError: if the folder holds labels already or cannot be written to, or the order names something
            that is not known, such as a class of plates that a state does not have.
        StorageFull: if a picture cannot be written.
    """
    labels = folder / "labels.csv"
    if labels.exists():
        raise ConfigurationError(f"{labels} is there already: name another folder, or remove it")
    try:
        (folder / "pictures").mkdir(parents=True, exist_ok=True)
        partial = folder / ".labels.partial.csv"
        with partial.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(_rows(folder, order))
        partial.replace(labels)
    except ValueError as error:
        raise ConfigurationError(f"the order cannot be drawn: {error}") from error
    except OSError as error:
        raise ConfigurationError(f"{folder} cannot be written to: {error.strerror}") from error
    return labels


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: arguments; None for the process's own.

    Returns:
        Exit code: 0 done, 1 an error that a line on standard error explains (argparse exits with 2 for wrong usage).
    """
    parser = _parser()
    options = parser.parse_args(argv)
    fonts = tuple(str(path) for path in sorted(options.fonts.glob("*.ttf"))) if options.fonts else ()
    if options.fonts and not fonts:
        parser.error(f"--fonts: no .ttf file in {options.fonts}")
    if options.count < 1 or not 0 <= options.val <= 1 or not 0 <= (options.severity or 0) <= 1:
        parser.error("--count must be at least 1, --val and --severity 0 to 1")
    if options.width is not None and options.width < 8:
        parser.error("--width must be at least 8")
    order = Order(
        options.count, options.seed, tuple(options.jurisdiction), tuple(options.plate_class), tuple(options.style),
        tuple(options.condition), options.severity, options.width, fonts, options.val,
    )  # fmt: skip
    try:
        write_pictures(options.out, order)
    except (ConfigurationError, StorageFull) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


def _rows(folder: Path, order: Order) -> Iterator[tuple[str | float, ...]]:
    for index in range(order.count):
        rng = np.random.default_rng([order.seed, index])
        plate = draw_plate(
            rng,
            jurisdiction=_one_of(order.jurisdictions, rng),
            plate_class=_one_of(order.classes, rng),
            style=_one_of(order.styles, rng),
            fonts=order.fonts,
        )
        condition = _one_of(order.conditions or CONDITIONS, rng) or CONDITIONS[0]
        severity = round(float(rng.uniform(0, 1)), 3) if order.severity is None else order.severity
        width = order.width or round(_LEAST_WIDTH + 196 * float(rng.uniform(0, 1)) ** 1.4)
        seen = photograph(plate.image, rng, condition, severity, width)
        name = f"pictures/{index:06}.png"
        if not cv2.imwrite(str(folder / name), seen.image):
            raise StorageFull(f"{folder / name} could not be written: is the disk full?")
        split = "val" if rng.random() < order.val else "train"
        yield name, plate.text, plate.jurisdiction, split, plate.plate_class, plate.style, condition, severity
        if (index + 1) % 5000 == 0:
            log.info("plates written", extra={"done": index + 1, "count": order.count})


def _one_of(names: tuple[str, ...], rng: np.random.Generator) -> str | None:
    return str(rng.choice(names)) if names else None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m rendering.picture_set",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--out", type=Path, required=True, metavar="DIR", help="folder for the pictures and labels.csv")
    add("--count", type=int, required=True, metavar="N", help="how many pictures")
    add("--seed", type=int, default=0, help="root of all chance (default: %(default)s)")
    add("--class", dest="plate_class", action="append", default=[], choices=PLATE_CLASSES,
        help="draw this class of plates (may be repeated; default: a mixture, mostly passenger)")  # fmt: skip
    add("--style", action="append", default=[], choices=STYLES,
        help="draw this style (may be repeated; default: a mixture, mostly standard)")  # fmt: skip
    add("--jurisdiction", action="append", default=[], choices=JURISDICTIONS, metavar="US-XX",
        help="draw this state's plates (may be repeated; default: all states and US-DC)")  # fmt: skip
    add("--condition", action="append", default=[], choices=CONDITIONS,
        help="photograph under this condition (may be repeated; default: all in turn by chance)")  # fmt: skip
    add("--severity", type=float, metavar="0..1", help="how hard the condition is (default: by chance)")
    add("--width", type=int, metavar="PX", help="width of the plates in the pictures (default: 44 to 240 by chance)")
    add("--fonts", type=Path, metavar="DIR", help="TrueType files in which half of the serials are set")
    add("--val", type=float, default=0.0, metavar="0..1", help="share of rows for measuring (default: %(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
