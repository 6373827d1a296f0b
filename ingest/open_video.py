"""An open video file, decoded by OpenCV's FFmpeg, or by PyAV's where that one lacks the codec."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ingest.files import open_regular, text_of
from ingest.opencv import cv2
from ingest.pictures import MAX_PIXELS
from schemas.errors import UnreadableMedia
from schemas.types import Image

if TYPE_CHECKING:
    from av.stream import Stream
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_DEFAULT_RATE = 25.0
_KINDS = "MP4, MKV, AVI, MOV or WebM"

# As for OpenCV's: a playlist with a video's name could make FFmpeg fetch URLs.
PYAV_OPTIONS = {"protocol_whitelist": "file"}


class OpenVideo:
    """An open video: its frame rate, the number of frames it announces, and its size. A context.

    Args:
        path: The file.

    Raises:
        UnreadableMedia: The file is missing, empty, not a video, too large, or no file.
    """

    def __init__(self, path: Path) -> None:
        self.source = text_of(path)
        self._descriptor = open_regular(path)
        self.name = _ffmpeg_name(path, self._descriptor)
        """What FFmpeg opens."""
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> OpenVideo:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        if hasattr(self, "_capture"):
            self._capture.release()

    def pictures(self) -> Iterator[tuple[Image, float]]:
        """Yield every frame that can be decoded, in order, with its seconds since the video's first.

        Raises:
            UnreadableMedia: Not one frame can be decoded.
        """
        number = 0
        for picture, seconds in self._by_opencv():
            number += 1
            yield picture, seconds
        if number:
            return
        # OpenCV's FFmpeg has no decoder for AV1, among others.
        for picture, seconds in self._by_pyav():
            number += 1
            yield picture, seconds
        if not number:
            raise UnreadableMedia("is a video without a frame that can be decoded; copy it again", source=self.source)

    def _open(self) -> None:
        if os.fstat(self._descriptor).st_size == 0:
            raise UnreadableMedia(f"is empty (0 bytes), expected a video ({_KINDS}); copy it again", source=self.source)
        # The FFmpeg reader alone: others would take a name with digits for a sequence of pictures.
        self._capture = cv2.VideoCapture(self.name, cv2.CAP_FFMPEG)
        if self._capture.isOpened():
            self.width = int(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH))
            self.height = int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
            rate, announced = self._capture.get(cv2.CAP_PROP_FPS), self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        else:
            self.width, self.height, rate, announced = self._described_by_pyav()
        self.rate = rate if np.isfinite(rate) and 0.1 <= rate <= 1000 else _DEFAULT_RATE
        self.frame_count = int(announced) if np.isfinite(announced) and 0 < announced < 1e9 else 0
        if self.width * self.height > MAX_PIXELS:
            raise UnreadableMedia(
                f"is a video of {self.width}x{self.height} pixels, more than {MAX_PIXELS // 1_000_000} megapixels; "
                "scale it down",
                source=self.source,
            )

    def _described_by_pyav(self) -> tuple[int, int, float, float]:
        """Return width, height, frame rate and number of frames of what OpenCV cannot open."""
        import av

        try:
            with av.open(self.name, options=PYAV_OPTIONS) as container:
                stream = self._decodable(container.streams.best("video"))
                if stream is not None and stream.width and stream.height:
                    return stream.width, stream.height, float(stream.average_rate or _DEFAULT_RATE), stream.frames
        except av.error.FFmpegError:
            pass
        raise UnreadableMedia(
            f"is not a video that can be decoded, or its end is missing, expected {_KINDS}; copy it again",
            source=self.source,
        )

    def _decodable(self, stream: Stream | None) -> VideoStream | None:
        import av

        if stream is not None and stream.type == "video" and stream.codec_context is None:
            raise UnreadableMedia(
                "is a video whose codec cannot be decoded here; convert it to H.264 or H.265", source=self.source
            )
        return stream if isinstance(stream, av.VideoStream) else None

    def _by_opencv(self) -> Iterator[tuple[Image, float]]:
        seconds: float | None = None
        while True:
            ok, picture = self._capture.read()
            if not ok or picture is None:
                return
            seconds = self._advanced(self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0, seconds)
            yield picture.astype(np.uint8, copy=False), seconds

    def _by_pyav(self) -> Iterator[tuple[Image, float]]:
        # Taken in only where it is needed: it brings an FFmpeg of its own.
        import av

        with contextlib.suppress(av.error.FFmpegError), av.open(self.name, options=PYAV_OPTIONS) as container:
            stream = self._decodable(container.streams.best("video"))
            if stream is None:
                return
            stream.thread_type = "AUTO"
            first: float | None = None
            seconds: float | None = None
            for frame in container.decode(stream):
                time = frame.time or 0.0
                first = time if first is None else first
                seconds = self._advanced(time - first, seconds)
                yield _upright(frame), seconds

    def _advanced(self, seconds: float, previous: float | None) -> float:
        """Return a frame's seconds; by the frame rate where the file's own do not advance."""
        if previous is None:
            return 0.0
        return seconds if np.isfinite(seconds) and seconds > previous else previous + 1.0 / self.rate


def _upright(frame: VideoFrame) -> Image:
    """Return a frame as a person sees it: phones turn their videos by a note in the file."""
    turned: Image = np.ascontiguousarray(np.rot90(frame.to_ndarray(format="bgr24"), frame.rotation // 90))
    return turned


def _ffmpeg_name(path: Path, descriptor: int) -> str:
    """Return a name that FFmpeg can open; OpenCV crashes at names that are not UTF-8."""
    name = str(path.absolute())
    return name if text_of(name) == name else f"/proc/self/fd/{descriptor}"
