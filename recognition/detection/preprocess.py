"""Pre-processing of the detector: a frame fitted into the network's input, and boxes brought back to the frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from schemas.errors import InvalidInput
from schemas.types import Image

PADDING = 114
"""Gray value around a frame that does not fill the input, the one that YOLO networks are trained with."""


@dataclass(frozen=True, slots=True)
class Letterbox:
    """How a frame of `frame_width` x `frame_height` lies in an input of `width` x `height`; all in pixels.

    The frame is scaled to `scaled_width` x `scaled_height` and stands `left`, `top` pixels from the input's corner.
    """

    frame_width: int
    frame_height: int
    width: int
    height: int
    scaled_width: int
    scaled_height: int
    left: int
    top: int

    def to_frame(self, boxes: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return boxes (n, 4) of x1, y1, x2, y2 in the input as boxes in the frame, cut at its edges."""
        gain_x = self.scaled_width / self.frame_width
        gain_y = self.scaled_height / self.frame_height
        moved = (boxes - np.array([self.left, self.top] * 2)) / np.array([gain_x, gain_y] * 2)
        limits = np.array([self.frame_width, self.frame_height] * 2)
        cut: npt.NDArray[np.float32] = np.clip(moved, 0, limits).astype(np.float32)
        return cut


def require_pictures(images: Sequence[object]) -> None:
    """Check that images are what a detector takes.

    Args:
        images: Anything.

    Raises:
        InvalidInput: One of them is not uint8 (H, W, 3) with at least one pixel; names its place and what it is.
    """
    for number, image in enumerate(images):
        if not isinstance(image, np.ndarray):
            raise InvalidInput(f"image {number} is of the type {type(image).__name__}; expected a numpy array")
        if image.ndim != 3 or image.shape[2] != 3:
            raise InvalidInput(
                f"image {number} has the shape {image.shape}; expected (height, width, 3), BGR: "
                "convert gray pictures and pictures with transparency first (cv2.cvtColor)"
            )
        if image.dtype != np.uint8:
            raise InvalidInput(
                f"image {number} has values of the type {image.dtype}; expected uint8: scale it to 0-255 and convert it"
            )
        if not image.size:
            raise InvalidInput(f"image {number} is {image.shape[1]} x {image.shape[0]} pixels; expected at least 1 x 1")


def fit(frame_width: int, frame_height: int, input_size: tuple[int, int], *, stride: int | None) -> Letterbox:
    """Fit a frame into the network's input with its aspect ratio kept.

    Args:
        frame_width: Width of the frame in pixels.
        frame_height: Height of the frame in pixels.
        input_size: Width and height of the input in pixels.
        stride: Cut padding down to the least rectangle whose sides are multiples of this; None: keep the full input.

    Returns:
        Where the frame lies in the input.

    Source: ultralytics 8.4, data/augment.py, LetterBox.get_params; the same roundings, so that the same weights give
        the same boxes.
    """
    scale = min(input_size[0] / frame_width, input_size[1] / frame_height)
    scaled_width = max(round(frame_width * scale), 1)
    scaled_height = max(round(frame_height * scale), 1)
    spare_x = input_size[0] - scaled_width
    spare_y = input_size[1] - scaled_height
    if stride is not None:
        spare_x, spare_y = spare_x % stride, spare_y % stride
    # An odd pixel goes to the right and to the bottom.
    left, top = round(spare_x / 2 - 0.1), round(spare_y / 2 - 0.1)
    return Letterbox(
        frame_width=frame_width,
        frame_height=frame_height,
        width=scaled_width + spare_x,
        height=scaled_height + spare_y,
        scaled_width=scaled_width,
        scaled_height=scaled_height,
        left=left,
        top=top,
    )


def apply(image: Image, box: Letterbox) -> Image:
    """Return the frame scaled and padded.

    Args:
        image: uint8 (H, W, 3).
        box: Its place in the input.

    Returns:
        uint8 (`box.height`, `box.width`, 3).
    """
    scaled = image
    if (box.scaled_width, box.scaled_height) != (box.frame_width, box.frame_height):
        scaled = cv2.resize(image, (box.scaled_width, box.scaled_height), interpolation=cv2.INTER_LINEAR).astype(
            np.uint8, copy=False
        )
    padded = np.full((box.height, box.width, 3), PADDING, np.uint8)
    padded[box.top : box.top + box.scaled_height, box.left : box.left + box.scaled_width] = scaled
    return padded


def to_tensor(images: Sequence[Image]) -> npt.NDArray[np.float32]:
    """Return the network's input.

    Args:
        images: uint8 (H, W, 3), BGR, all of one size.

    Returns:
        float32 (n, 3, H, W), RGB, 0-1.
    """
    channels_first = np.stack(images)[..., ::-1].transpose(0, 3, 1, 2)
    return np.ascontiguousarray(channels_first, dtype=np.float32) / np.float32(255.0)
