"""Pictures and labels in one line each, for the tests of the recognition benchmark."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from schemas.types import Image


def stripes(height: int, width: int) -> Image:
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, ::4] = 255
    return picture


def source_folder(folder: Path) -> Path:
    (folder / "road" / "val").mkdir(parents=True)
    for number in range(6):
        cv2.imwrite(str(folder / "road" / "val" / f"{number}.jpg"), stripes(120, 160))
        (folder / "road" / "val" / f"{number}.txt").write_text("0 0.5 0.5 0.2 0.1\n")
    return folder / "road"
