"""What cameras give: pictures, and where in them something is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
"""A picture: uint8 (H, W, 3), BGR."""

Gray = npt.NDArray[np.uint8]
"""A picture's brightness: uint8 (H, W)."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the full frame; `x1, y1` inclusive, `x2, y2` exclusive."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def width(self) -> float:
        """Width in pixels."""
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        """Height in pixels."""
        return self.y2 - self.y1

    @property
    def area(self) -> float:
        """Area in square pixels; 0 for an empty box."""
        return max(self.width, 0.0) * max(self.height, 0.0)


@dataclass(frozen=True, slots=True)
class Location:
    """Where a camera was. Degrees; heading clockwise from true north, or None when unknown.

    Of a camera on a vehicle, `fix_age` says how many seconds the fix is away from the moment, and `speed` how fast the
    vehicle went, in meters per second, where that is known; of one that stands both are None.
    """

    latitude: float
    longitude: float
    heading: float | None = None
    fix_age: float | None = None
    speed: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture from one camera.

    `frame_number` counts from 0 within `source_item` (a file's name, or the stream's). `image` is uint8 (H, W, 3) BGR.
    Kinds of frames whose image is made only when it is looked at say so: what else is asked of a frame costs little.
    """

    camera_id: str
    source_item: str
    frame_number: int
    captured_at: datetime
    image: Image

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.image.shape[1], self.image.shape[0]

    @property
    def preview(self) -> Image | Gray:
        """What shows where something moved: the image itself, or its brightness, maybe smaller."""
        return self.image

    @property
    def makes_its_image(self) -> bool:
        """Whether `image` costs something the first time; it is BGR then, and need not be looked at to know that."""
        return False


@dataclass(frozen=True, slots=True)
class SourceItem:
    """One file of a camera: a video, or one picture of a folder.

    `name` is unique within the camera, `fingerprint` changes when the content does (size and modification time), so
    that a finished item is never processed twice and a replaced one is. `captured_at` is the time of its first frame.
    `is_still` says that the item is a single picture, not a sequence.
    """

    camera_id: str
    name: str
    fingerprint: str
    captured_at: datetime
    is_still: bool
