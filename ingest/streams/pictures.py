"""A live camera's picture as it came: what shows motion costs little, the colors are made when they are looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
import simplejpeg

from ingest.formats import jpeg
from ingest.picture_header import read_header
from ingest.pictures import MIN_SIDE
from schemas.errors import UnreadableMedia
from schemas.types import Gray, Image

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

MOST_PIXELS = 40_000_000
"""Largest live picture: 8K has 33 megapixels."""

_LEAST_PREVIEW_WIDTH = 320
"""Previews are not made narrower: the motion gate looks at 160 columns, each of several pixels."""

# Formats whose first plane is the brightness, a byte per pixel.
_PLANAR = ("yuv", "yuvj", "nv", "gray")


class LivePicture(Protocol):
    """One picture."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        ...

    def preview(self) -> Gray:
        """Return its brightness, maybe smaller.

        Raises:
            UnreadableMedia: It is damaged.
        """
        ...

    def image(self) -> Image:
        """Return it in colors.

        Raises:
            UnreadableMedia: It is damaged.
        """
        ...


class DecodedPicture:
    """A picture that a video's decoder made: colors are still to be converted.

    Args:
        frame: The decoder's.
    """

    def __init__(self, frame: VideoFrame) -> None:
        self._frame = frame
        self.size = frame.width, frame.height

    def preview(self) -> Gray:
        """Return its brightness: a view of the decoder's own plane where that is bytes."""
        frame = self._frame
        if frame.format.name.startswith(_PLANAR) and frame.format.components[0].bits == 8:
            plane = frame.planes[0]
            rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
            return np.asarray(rows[: frame.height, : frame.width], np.uint8)
        return np.asarray(frame.to_ndarray(format="gray"), np.uint8)

    def image(self) -> Image:
        """Return it in colors."""
        return np.asarray(self._frame.to_ndarray(format="bgr24"), np.uint8)


class JpegPicture:
    """A picture that came as JPEG, not decoded yet.

    Args:
        data: The file.
        orientation: How the camera was held, 1 to 8 as EXIF numbers it.

    Raises:
        UnreadableMedia: It is no JPEG, too small or too large.
    """

    def __init__(self, data: bytes, orientation: int = 1) -> None:
        header = read_header(data)
        if header is None or header.format != "JPEG":
            raise UnreadableMedia(f"is no JPEG picture ({len(data)} bytes), expected one")
        if header.width * header.height > MOST_PIXELS or min(header.width, header.height) < MIN_SIDE:
            raise UnreadableMedia(
                f"is a picture of {header.width}x{header.height} pixels, expected at least {MIN_SIDE}x{MIN_SIDE} and "
                f"at most {MOST_PIXELS // 1_000_000} megapixels"
            )
        # From 5 on, what was upright lies on its side.
        self.size = (header.height, header.width) if orientation in range(5, 9) else (header.width, header.height)
        self._stored_size = header.width, header.height
        self._orientation = orientation
        self._data = data

    def preview(self) -> Gray:
        """Return its brightness, at an eighth of its size or more: as much as is enough."""
        width, height = self._stored_size
        share = _LEAST_PREVIEW_WIDTH / width
        try:
            # Damage that would be a line on standard error, did OpenCV decode it, is an error here.
            gray = simplejpeg.decode_jpeg(
                self._data,
                "GRAY",
                fastdct=True,
                min_width=min(_LEAST_PREVIEW_WIDTH, width),
                min_height=min(int(share * height), height),
                min_factor=1,
                strict=True,
            )
        except ValueError as error:
            raise UnreadableMedia("is a damaged JPEG picture") from error
        return np.asarray(self._upright(gray)[:, :, 0], np.uint8)

    def image(self) -> Image:
        """Return it in colors; what is left of a damaged one is no picture of a plate to rely on."""
        found = jpeg.decode(self._data)
        if found is None or found[1] is not None or found[0].size == 0:
            raise UnreadableMedia("is a damaged JPEG picture")
        return np.asarray(self._upright(found[0]), np.uint8)

    def _upright(self, picture: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return picture if self._orientation == 1 else jpeg.turned(picture, self._orientation)
