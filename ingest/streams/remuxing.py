"""A camera's video for a browser as it is: packed anew as fragmented MP4, and neither decoded nor encoded."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import av

from ingest.streams.failures import StreamFailed
from ingest.streams.login import access_of
from ingest.streams.rtsp import OPEN_SECONDS, RtspConnection
from ingest.streams.rtsp_errors import said
from schemas.settings import RtspCamera

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

CODEC: Final = "H.264"
"""What every browser plays. Of H.265 only some do, and only on some machines."""
MOST_CHUNK_BYTES: Final = 16 << 20
"""A picture that is larger is none."""
_OPTIONS: Final = {"movflags": "empty_moov+default_base_moof+frag_every_frame", "flush_packets": "1"}
_BOX: Final = b"avcC"


class _Sink:
    """Takes what the muxer writes; nothing else of a file is asked for."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Take bytes."""
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """Return what came since the last time."""
        whole = b"".join(self._parts)
        self._parts.clear()
        return whole


def fragments(camera: RtspCamera, stop: threading.Event) -> Iterator[bytes]:
    """Yield a camera's video from the next key frame on: first what says how it is packed, then picture by picture.

    Args:
        camera: Its settings.
        stop: Ends it.

    Raises:
        StreamFailed: No video of H.264 can be had, or none comes any more.
    """
    access, connection = access_of(camera), RtspConnection(camera)
    with contextlib.closing(connection.open(access)) as container:
        stream = connection.video(container)
        if connection.facts is None or connection.facts.codec != CODEC:
            raise StreamFailed(f"sends no {CODEC}, which is what browsers play; its pictures can be seen")
        sink = _Sink()
        with contextlib.closing(av.open(sink, "w", format="mp4", options=dict(_OPTIONS))) as packed:
            packed_stream = packed.add_stream_from_template(stream)
            try:
                for _ in _moved(container, stream, packed, packed_stream, stop):
                    if chunk := sink.taken():
                        yield chunk
            except (av.error.FFmpegError, OSError) as error:
                raise said(error, access, camera.stall_seconds or OPEN_SECONDS, is_open=True) from None


def _moved(
    container: InputContainer,
    stream: VideoStream,
    packed: av.container.OutputContainer,
    packed_stream: VideoStream,
    stop: threading.Event,
) -> Iterator[None]:
    """Put packet by packet over, with times that begin at zero and only go on."""
    first = last = None
    for packet in container.demux(stream):
        if stop.is_set():
            return
        if packet.dts is None or packet.pts is None or packet.size > MOST_CHUNK_BYTES:
            continue
        if first is None:
            if not packet.is_keyframe:
                continue  # nothing before the first key frame can be played
            first = packet.dts
        packet.dts, packet.pts = packet.dts - first, packet.pts - first
        if last is not None and packet.dts <= last:
            continue
        last = packet.dts
        packet.stream = packed_stream
        packed.mux(packet)
        yield


def codec_of(beginning: bytes) -> str:
    """Return what a browser calls the codec of a video, like avc1.64001f.

    Args:
        beginning: The first of `fragments`.

    Raises:
        StreamFailed: It does not say.
    """
    place = beginning.find(_BOX)
    profile = beginning[place + 5 : place + 8]
    if place < 0 or len(profile) < 3:
        raise StreamFailed("does not say how its video is coded; its pictures can be seen")
    return f"avc1.{profile.hex()}"
