"""Drawn pictures with labels."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

SIZE = 96


def draw_source(folder: Path, pictures: int) -> Path:
    """Write light plates with dark strokes on grey pictures, with their labels; every fourth picture shows none."""
    random = np.random.default_rng(3)
    for split, number in (("train", pictures), ("val", max(pictures // 2, 2))):
        place = folder / split
        place.mkdir(parents=True)
        for index in range(number):
            image = random.integers(40, 120, (SIZE, SIZE, 3), dtype=np.uint8)
            label = ""
            if index % 4 != 3:
                x, y, w, h = int(random.integers(2, 40)), int(random.integers(2, 70)), 48, 20
                cv2.rectangle(image, (x, y), (x + w, y + h), (230, 230, 230), -1)
                cv2.putText(image, "AB12", (x + 4, y + 15), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (20, 20, 20), 1)
                label = f"0 {(x + w / 2) / SIZE} {(y + h / 2) / SIZE} {w / SIZE} {h / SIZE}\n"
            cv2.imwrite(str(place / f"{index:03d}.jpg"), image)
            (place / f"{index:03d}.txt").write_text(label)
    return folder
