"""Pictures as JPEG."""

from __future__ import annotations

import cv2
import numpy as np

from recognition.pictures.jpeg import encode_jpeg


def test_jpeg_round_trip() -> None:
    frame = np.full((40, 60, 3), (10, 120, 200), np.uint8)
    data = encode_jpeg(frame, 90)
    assert data[:2] == b"\xff\xd8"
    assert np.abs(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR).astype(int) - frame).max() < 6
