"""A camera by RTSP, decoded by FFmpeg (PyAV)."""

from __future__ import annotations

import contextlib
import struct
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING

import av

from ingest.streams.connection import Caught, StreamFacts
from ingest.streams.failures import StreamFailed
from ingest.streams.login import Access, access_of
from ingest.streams.pictures import MOST_PIXELS, DecodedPicture
from ingest.streams.rtsp_errors import said
from schemas.settings import RtspCamera

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

OPEN_SECONDS = 10.0
"""How long a camera may take to answer; some take long while others watch."""

# How much of the stream is looked at before it is played: what is needed to know its size, and no second more.
_OPTIONS = {"fpsprobesize": "0", "probesize": "100000", "analyzeduration": "300000"}
_PROTOCOLS = "rtsp,rtsps,rtp,tcp,udp,tls"
_KNOWN_TIMES = 64
_CODECS = {"h264": "H.264", "hevc": "H.265", "mjpeg": "MJPEG", "mpeg4": "MPEG-4"}


class RtspConnection:
    """Plays one stream. For one thread.

    Args:
        camera: Its settings.
    """

    def __init__(self, camera: RtspCamera) -> None:
        self.facts: StreamFacts | None = None
        self.damaged = self.replaced = 0
        self._camera = camera
        self._transport: str = camera.transport
        # A picture's times by its place in the stream: a decoder may hold pictures back.
        self._times: OrderedDict[int, tuple[float, float | None]] = OrderedDict()

    def pictures(self, stop: threading.Event) -> Iterator[Caught]:
        """Yield pictures as they come; see `Connection`.

        Raises:
            StreamFailed: None can be had, or none comes any more.
        """
        access = access_of(self._camera)
        with contextlib.closing(self.open(access)) as container:
            stream = self.video(container)
            try:
                yield from self._play(container, stream, stop)
            except (av.error.FFmpegError, OSError) as error:
                raise said(error, access, self._camera.stall_seconds, is_open=True) from None

    def open(self, access: Access) -> InputContainer:
        """Connect.

        Raises:
            StreamFailed: It does not answer, or not as a camera does.
        """
        options = {**_OPTIONS, "rtsp_transport": self._transport, "protocol_whitelist": _PROTOCOLS}
        if access.plain_url.startswith("rtsps:"):
            options |= {"tls_verify": "1" if self._camera.verify else "0", "rtsp_transport": "tcp"}
            if self._camera.ca_file is not None:
                options["ca_file"] = str(self._camera.ca_file)
        try:
            # FFmpeg tells of a stall after twice the read timeout: its parser holds a picture back until the first.
            return av.open(
                access.url, format="rtsp", options=options, timeout=(OPEN_SECONDS, self._camera.stall_seconds / 2)
            )
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise said(error, access, OPEN_SECONDS, is_open=False) from None

    def video(self, container: InputContainer) -> VideoStream:
        """Return the stream that is played, and note what it is.

        Raises:
            StreamFailed: There is none that can be played.
        """
        if not container.streams.video:
            raise StreamFailed("sends no video; look its stream's path up in the camera's manual")
        stream = container.streams.video[0]
        codec = stream.codec_context
        if codec is None:
            raise StreamFailed("sends video of a codec that cannot be decoded here; set the camera to H.264 or H.265")
        # Threads that decode several pictures at once hold each of them back.
        codec.thread_count = 1
        rate = stream.average_rate or stream.guessed_rate
        name = _CODECS.get(codec.name, codec.name)
        self.facts = StreamFacts(name, self._transport, float(rate) if rate else None)
        return stream

    def _play(self, container: InputContainer, stream: VideoStream, stop: threading.Event) -> Iterator[Caught]:
        is_good = False
        last = time.monotonic()
        for packet in container.demux(stream):
            if stop.is_set():
                return
            if time.monotonic() - last > self._camera.stall_seconds:
                raise StreamFailed(
                    f"sends packets, but no picture that can be decoded came for {self._camera.stall_seconds:g} s; is "
                    "its key frame interval longer than that, or are packets lost on the way?",
                    is_stall=True,
                )
            is_good = is_good or packet.is_keyframe
            if not is_good:
                continue  # nothing before the first key frame can be decoded
            self._note_times(packet)
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                self.damaged += 1
                is_good = False
                continue
            for frame in frames:
                if frame.is_corrupt:
                    self.damaged += 1
                    continue
                last = time.monotonic()
                yield self._caught(frame)

    def _note_times(self, packet: Packet[VideoStream]) -> None:
        arrived = time.time()
        self._times[packet.pts if packet.pts is not None else -1] = (arrived, _camera_time(packet))
        while len(self._times) > _KNOWN_TIMES:
            self._times.popitem(last=False)

    def _caught(self, frame: VideoFrame) -> Caught:
        if frame.width * frame.height > MOST_PIXELS:
            raise StreamFailed(
                f"sends pictures of {frame.width}x{frame.height} pixels, expected at most "
                f"{MOST_PIXELS // 1_000_000} megapixels"
            )
        newest = next(reversed(self._times.values()))
        arrived, source = self._times.get(frame.pts if frame.pts is not None else -1, newest)
        return Caught(DecodedPicture(frame), arrived, source)


def _camera_time(packet: Packet[VideoStream]) -> float | None:
    """Return when a picture was captured by the camera's clock, seconds since 1970, from its last RTCP report."""
    if not packet.has_sidedata("prft"):
        return None
    data = bytes(packet.get_sidedata("prft"))
    if len(data) < 8:
        return None
    (microseconds,) = struct.unpack_from("=q", data)
    return float(microseconds) / 1e6
