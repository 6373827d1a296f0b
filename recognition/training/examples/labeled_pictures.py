"""Labeled pictures for the plate detector: reading them, and gathering several sources into one training folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import ConfigurationError, InvalidInput
from schemas.types import Box

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})
SPLITS = ("train", "val")
CLASS_NAME = "license-plate"


@dataclass(frozen=True, slots=True)
class LabeledPicture:
    """A picture and where its plates are.

    `source` names the data set it belongs to. `boxes` are (center x, center y, width, height) as shares (0-1) of the
    picture's width and height; a picture without plates has none.
    """

    path: Path
    source: str
    boxes: tuple[tuple[float, float, float, float], ...]

    def boxes_in_pixels(self, width: int, height: int) -> list[Box]:
        """Return the plates as boxes of a picture that is `width` x `height` pixels."""
        return [
            Box((cx - w / 2) * width, (cy - h / 2) * height, (cx + w / 2) * width, (cy + h / 2) * height)
            for cx, cy, w, h in self.boxes
        ]


def read_split(folder: Path, split: str) -> list[LabeledPicture]:
    """Read one split of one source.

    Args:
        folder: The source: a folder with `train` and `val`, in each NAME.jpg and NAME.txt side by side.
        split: `train` or `val`.

    Returns:
        The pictures by name; one without a label file shows no plate.

    Raises:
        ConfigurationError: The folder is missing or holds no pictures.
        InvalidInput: A label line is malformed; names file and line.
    """
    place = folder / split
    if not place.is_dir():
        raise ConfigurationError(f"{place}: no such folder; expected {'/ and '.join(SPLITS)}/ in {folder}")
    paths = sorted(path for path in place.iterdir() if path.suffix.lower() in PICTURE_SUFFIXES)
    if not paths:
        raise ConfigurationError(f"{place}: holds no pictures; expected NAME.jpg with NAME.txt beside it")
    return [LabeledPicture(path, folder.name, _read_labels(path.with_suffix(".txt"))) for path in paths]


def read_sources(folders: Sequence[Path], split: str) -> list[LabeledPicture]:
    """Read one split of several sources.

    Args:
        folders: The sources; their last path components name them and must differ.
        split: `train` or `val`.

    Returns:
        The pictures, source by source.

    Raises:
        ConfigurationError: As `read_split`, or two sources share a name, or there is none.
        InvalidInput: As `read_split`.
    """
    names = [folder.name for folder in folders]
    if not names:
        raise ConfigurationError("no data given; name at least one source with --data")
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ConfigurationError(f"two sources are named {', '.join(doubled)}; rename one of the folders")
    return [picture for folder in folders for picture in read_split(folder, split)]


def gather(
    folders: Sequence[Path],
    destination: Path,
    correct: Callable[[list[LabeledPicture]], list[LabeledPicture]] = list,
) -> Path:
    """Copy the sources into one folder as ultralytics wants it, and describe it in a data.yaml.

    Pictures are copied, not linked: ultralytics repairs damaged JPEG files in place and writes caches beside them,
    and neither may touch the user's data.

    Args:
        folders: The sources, as for `read_sources`.
        destination: Folder to fill; what an earlier call left there is replaced.
        correct: Corrects the labels of the split train.

    Returns:
        The path of the data.yaml.

    Raises:
        ConfigurationError: As `read_sources`.
        InvalidInput: As `read_sources`.
    """
    splits = {split: read_sources(folders, split) for split in SPLITS}
    splits["train"] = correct(splits["train"])
    shutil.rmtree(destination, ignore_errors=True)
    for split, pictures in splits.items():
        _copy(pictures, destination / split)
    description = destination / "data.yaml"
    lines = [
        f"path: {destination.absolute()}",
        *(f"{split}: {split}" for split in SPLITS),
        f"names:\n  0: {CLASS_NAME}",
    ]
    description.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return description


def _copy(pictures: Iterable[LabeledPicture], folder: Path) -> None:
    folder.mkdir(parents=True)
    for picture in pictures:
        target = folder / f"{picture.source}-{picture.path.name}"
        shutil.copyfile(picture.path, target)
        rows = ("0 " + " ".join(f"{value:.6f}" for value in box) for box in picture.boxes)
        target.with_suffix(".txt").write_text("".join(f"{row}\n" for row in rows), encoding="ascii")


def _read_labels(path: Path) -> tuple[tuple[float, float, float, float], ...]:
    """Read `class cx cy w h` lines; every class counts as a plate, as these sources label nothing else."""
    if not path.is_file():
        return ()
    boxes = []
    for number, line in enumerate(path.read_text(encoding="ascii", errors="replace").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            _, cx, cy, w, h = (float(part) for part in line.split())
        except ValueError as error:
            raise InvalidInput(
                f"'{line[:60]}' is not a label; expected 'class cx cy width height'", source=str(path), line=number
            ) from error
        if not all(0 <= value <= 1 for value in (cx, cy, w, h)):
            raise InvalidInput(f"'{line[:60]}' reaches beyond 0-1; expected shares", source=str(path), line=number)
        boxes.append((cx, cy, w, h))
    return tuple(boxes)
