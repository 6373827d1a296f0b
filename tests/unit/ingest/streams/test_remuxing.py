"""A camera's video is packed for browsers as it came: nothing is decoded, and FFmpeg plays what comes out."""

from __future__ import annotations

import io
import itertools
import threading
from pathlib import Path

import av
import pytest

from ingest.streams.failures import StreamFailed
from ingest.streams.remuxing import codec_of, fragments
from schemas.settings import RtspCamera
from services.rtsp.clip import Clip
from services.rtsp.server import RtspServer
from tests.unit.ingest.streams.cameras import write_clip


def payloads(file: Path | io.BytesIO) -> list[bytes]:
    with av.open(file if isinstance(file, io.BytesIO) else str(file)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_it_plays_from_a_key_frame_on_and_is_what_the_camera_sent(tmp_path: Path, transport: str) -> None:
    clip = write_clip(tmp_path / "a.mp4", size=(640, 360))
    with RtspServer({"gate": Clip.load(clip)}) as server:
        camera = RtspCamera(id="gate", url=server.url("gate"), transport=transport)
        stop = threading.Event()
        parts = list(itertools.islice(fragments(camera, stop), 40))
    assert parts[0][4:8] == b"ftyp"
    assert codec_of(parts[0]).startswith("avc1.")
    assert all(part[4:8] == b"moof" for part in parts[1:])  # each picture by itself, as soon as it comes
    whole = b"".join(parts)
    with av.open(io.BytesIO(whole)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height) == ("h264", 640, 360)
        frames = list(container.decode(stream))
    times = [float(frame.time) for frame in frames if frame.time is not None]
    assert len(times) >= 35
    assert frames[0].key_frame
    assert times[0] == 0.0
    assert all(before < after for before, after in itertools.pairwise(times))
    # Not one picture was encoded anew: they are those of the clip, byte by byte.
    sent, packed = set(payloads(clip)), payloads(io.BytesIO(whole))
    assert len([one for one in packed if any(one.endswith(other) or other.endswith(one) for other in sent)]) >= 35


def test_it_ends_when_it_is_told_to(tmp_path: Path) -> None:
    with RtspServer({"gate": Clip.load(write_clip(tmp_path / "a.mp4"))}) as server:
        stop = threading.Event()
        parts = fragments(RtspCamera(id="gate", url=server.url("gate")), stop)
        next(parts)
        stop.set()
        assert list(parts) == []


def test_what_browsers_do_not_play_is_no_video(tmp_path: Path) -> None:
    with RtspServer({"gate": Clip.load(write_clip(tmp_path / "a.mp4", "libx265"))}) as server:
        camera = RtspCamera(id="gate", url=server.url("gate"))
        with pytest.raises(StreamFailed, match=r"sends no H\.264"):
            next(fragments(camera, threading.Event()))
        absent = RtspCamera(id="gate", url=server.url("nowhere"))
        with pytest.raises(StreamFailed, match="404"):
            next(fragments(absent, threading.Event()))
    with pytest.raises(StreamFailed, match="how its video is coded"):
        codec_of(b"ftyp moov avcC")
