"""Pictures that tests of ingest write."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np

SUFFIXES = [".jpg", ".png", ".webp", ".bmp", ".tiff", ".gif"]


def scene(height: int = 40, width: int = 60) -> np.ndarray:
    """A picture whose left half is blue and right half is red, with a white top left corner."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, : width // 2] = (220, 30, 30)
    picture[:, width // 2 :] = (30, 30, 220)
    picture[: height // 4, : width // 4] = 255
    return picture


def write(path: Path, picture: np.ndarray) -> Path:
    assert cv2.imwrite(str(path), picture)
    return path


def put(path: Path, age: float, value: int = 90) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((32, 48, 3), value, np.uint8))
    moment = path.stat().st_mtime - age
    os.utime(path, (moment, moment))
    return path
