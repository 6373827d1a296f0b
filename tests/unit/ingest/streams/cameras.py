"""Clips, an HTTP camera that sends whatever a test says, and what reads them."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import simplejpeg

from ingest.streams.connecting import connector
from ingest.streams.frame import LiveFrame
from ingest.streams.reader import LiveReader
from schemas.settings import MjpegCamera, RtspCamera
from schemas.types import Image


def scene(number: int, size: tuple[int, int] = (320, 240)) -> Image:
    """Return a gray picture with a bright square that moves."""
    picture: Image = np.full((size[1], size[0], 3), 70, np.uint8)
    left = number * 12 % (size[0] - 60)
    picture[60:120, left : left + 60] = (40, 120, 220)
    return picture


def write_clip(
    path: Path, codec: str = "libx264", size: tuple[int, int] = (320, 240), count: int = 20, rate: int = 20
) -> Path:
    """Write a clip with a key frame each half second and no B frames, as cameras send."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.gop_size = rate // 2
        stream.codec_context.max_b_frames = 0
        stream.options = {"preset": "ultrafast", "tune": "zerolatency"}
        if codec == "libx265":
            stream.options["x265-params"] = f"log-level=none:bframes=0:keyint={rate // 2}"
        for number in range(count):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(scene(number, size), "bgr24")))
        container.mux(stream.encode())
    return path


def jpeg(number: int = 0, size: tuple[int, int] = (320, 240)) -> bytes:
    """Return a scene as JPEG."""
    return bytes(simplejpeg.encode_jpeg(scene(number, size), 90, "BGR"))


@contextlib.contextmanager
def reading(camera: RtspCamera | MjpegCamera, *, once: bool = False, login_pause: float = 60.0) -> Iterator[LiveReader]:
    """Read a camera while the block runs."""
    reader = LiveReader(camera, connector(camera), once=once, login_pause_seconds=login_pause)
    reader.start()
    try:
        yield reader
    finally:
        reader.stop()
        reader.join(10.0)


def frames_of(reader: LiveReader, count: int, seconds: float = 60.0) -> list[LiveFrame]:
    """Return the next frames of a camera; fails where they do not come."""
    frames: list[LiveFrame] = []
    deadline = time.monotonic() + seconds
    while len(frames) < count:
        frame = reader.frames.take(max(deadline - time.monotonic(), 0.0))
        assert frame is not None, reader.state
        frames.append(frame)
    return frames


def until(condition: Callable[[], bool], seconds: float = 60.0) -> float:
    """Wait until something is so; return how long that took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds
        time.sleep(0.01)
    return time.monotonic() - began


class HttpCamera:
    """Answers each connection with what `answer` sends, on a socket. A context.

    Args:
        answer: Takes the request's head and what sends bytes.
    """

    def __init__(self, answer: Callable[[str, Callable[[bytes], None]], None]) -> None:
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.requests: list[str] = []
        self.port = self._socket.getsockname()[1]

    def __enter__(self) -> HttpCamera:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def camera(self, **more: object) -> MjpegCamera:
        """Return the settings of a camera at this address."""
        values = {"id": "pole", "url": f"http://127.0.0.1:{self.port}/video", "stall_seconds": 1.0, **more}
        return MjpegCamera.model_validate(values)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(client,), daemon=True).start()

    def _one(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            self.requests.append(head.decode())
            self._answer(head.decode(), client.sendall)
