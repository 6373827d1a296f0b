"""Ultralytics' training pictures with other countries' plates pasted in, anew in every epoch.

Importing this module imports ultralytics and torch.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from ultralytics.data.dataset import YOLODataset

from recognition.training.detector.paste import PlateStock, paste_plates


class PastingDataset(YOLODataset):  # type: ignore[misc]  # ultralytics is not installed where types are checked
    """Training pictures of which a share gets other plates.

    What is pasted depends on the seed, the epoch and the picture alone, so that a resumed run sees what it would have
    seen.

    Args:
        stock: What to paste.
        share: Share of the pictures that are changed (0-1).
        seed: Root of all chance.
        options: Arguments of ultralytics' YOLODataset.
    """

    epoch = 0

    def __init__(self, *, stock: PlateStock, share: float, seed: int, **options: Any) -> None:
        self._stock, self._share, self._seed = stock, share, seed
        super().__init__(**options)

    def get_image_and_label(self, index: int) -> dict[str, Any]:
        """Return a picture with its labels as ultralytics does, perhaps with other plates."""
        label: dict[str, Any] = super().get_image_and_label(index)
        rng = np.random.default_rng((self._seed, self.epoch, index))
        plates = label["instances"]
        if rng.random() >= self._share or not len(plates):
            return label
        height, width = label["img"].shape[:2]
        shares = np.array([width, height, width, height], np.float32)
        # Shares of the picture, center and size, as the label files have them.
        center, size = plates.bboxes[:, :2], plates.bboxes[:, 2:]
        boxes = np.concatenate([center - size / 2, center + size / 2], axis=1) * shares
        # ultralytics keeps the picture for its mosaics; the function leaves it as it is.
        label["img"], pasted = paste_plates(label["img"], boxes, self._stock, rng)
        low, high = pasted[:, :2] / shares[:2], pasted[:, 2:] / shares[:2]
        plates.update(np.concatenate([(low + high) / 2, high - low], axis=1).astype(np.float32))
        return label
