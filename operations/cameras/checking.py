"""Whether a live camera can be read here, what it shows, and what it costs. Nothing is stored."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from ingest.streams.connecting import connector
from ingest.streams.failures import StreamFailed, redacted, shown_address
from ingest.streams.frame import LiveFrame
from ingest.streams.reader import LiveReader
from ingest.streams.telling import ReaderState
from recognition.recognizer import RecognitionSession, Recognizer
from recognition.tracking.motion import MotionGate
from schemas.errors import ConfigurationError, InvalidInput
from schemas.settings import MjpegCamera, RecognitionSettings, RtspCamera, UsbCamera
from schemas.types import PlateRead

CONNECT_SECONDS = 20.0
CAMERA = "check"

LOAD_SHARE = 0.8
"""How much of the cores cameras may take: the rest is the database's, and for when all of them see traffic."""

_SAMPLES = 8


@dataclass(frozen=True, slots=True)
class CameraCost:
    """What a camera costs on this machine.

    `decode_ms`, `gate_ms` and `detect_ms` are for one picture: receiving and decoding it, asking whether something
    moved, and one look of the detector. `core_share` is what the camera took of one core while watched, in all;
    `carried` is how many such cameras `cores` carry.
    """

    decode_ms: float | None
    gate_ms: float
    detect_ms: float
    core_share: float
    cores: int
    carried: int


@dataclass(frozen=True, slots=True)
class CameraReport:
    """What was seen of a camera. `plate` is the first one that was read, None: none was in view."""

    address: str
    state: ReaderState
    plate: PlateRead | None
    plates: int
    cost: CameraCost
    seconds: float

    @property
    def doubts(self) -> list[str]:
        """What should be looked at though pictures come, a line each."""
        return list(_doubts(self.state, self.cost))


def camera_of(url: str, **more: Any) -> RtspCamera | MjpegCamera:
    """Return the settings of a camera that has a URL.

    Args:
        url: rtsp://, rtsps://, http:// or https://.
        more: Other settings.

    Raises:
        ConfigurationError: It is no such URL; says nothing of what is secret in it.
    """
    kind = RtspCamera if urlsplit(url.strip()).scheme.lower() not in MjpegCamera.schemes else MjpegCamera
    try:
        return kind.model_validate({"id": CAMERA, "url": url.strip(), **more})
    except ValidationError as error:
        told = "; ".join(str(one["msg"]).removeprefix("Value error, ") for one in error.errors(include_input=False))
        raise ConfigurationError(redacted(told.replace(f"camera '{CAMERA}': ", ""))) from None


def check_camera(
    camera: RtspCamera | MjpegCamera | UsbCamera,
    recognition: RecognitionSettings,
    *,
    seconds: float,
    on_connected: Callable[[ReaderState], None] | None = None,
) -> CameraReport:
    """Watch a camera for some seconds.

    Args:
        camera: Its settings.
        recognition: How plates are read.
        seconds: How long.
        on_connected: Told when the first picture is there.

    Raises:
        StreamFailed: No picture comes; why, in one line without secrets.
    """
    reader = LiveReader(camera, connector(camera))
    reader.start()
    try:
        first = _first_frame(reader)
        if on_connected is not None:
            on_connected(reader.state)
        return _watch(camera, Recognizer(recognition), reader, first, seconds)
    finally:
        reader.stop()


def _first_frame(reader: LiveReader) -> LiveFrame:
    deadline = time.monotonic() + CONNECT_SECONDS
    while time.monotonic() < deadline:
        frame = reader.frames.take(0.2)
        if frame is not None:
            return frame
        problem = reader.state.problem
        if problem is not None:
            raise StreamFailed(problem)
    raise StreamFailed(f"no picture came within {CONNECT_SECONDS:g} s, though it answers")


def _watch(
    camera: RtspCamera | MjpegCamera | UsbCamera,
    recognizer: Recognizer,
    reader: LiveReader,
    first: LiveFrame,
    seconds: float,
) -> CameraReport:
    reads: list[PlateRead] = []
    frame: LiveFrame | None = first
    kept: list[LiveFrame] = []
    session: RecognitionSession | None = None
    sequence = ""
    missed = reader.frames.replaced_count
    began, spent = time.monotonic(), time.process_time()
    while time.monotonic() - began < seconds:
        if frame is not None:
            if session is None or frame.source_item != sequence:
                reads += [] if session is None else [one.read for one in session.finish()]
                sequence = frame.source_item
                session = recognizer.session(
                    camera_id=CAMERA, agency_id=CAMERA, source_item=sequence, moves=camera.mount == "vehicle"
                )
            try:
                reads += [one.read for one in session.process(frame)]
                kept = [*kept, frame][-_SAMPLES:]
            except InvalidInput:
                pass  # counted by what it costs nobody: the next one comes
        frame = reader.frames.take(0.2)
    lasted = time.monotonic() - began
    share = (time.process_time() - spent) / lasted
    # What came while the networks were loaded was looked at by nobody.
    state = replace(reader.state, replaced=reader.frames.replaced_count - missed)
    reads += [] if session is None else [one.read for one in session.finish()]
    if state.problem is not None:
        raise StreamFailed(f"{state.problem}, after {state.frames} pictures")
    if not kept:
        raise StreamFailed("sends pictures that are all damaged")
    plate = min(reads, key=lambda read: read.first_seen, default=None)
    address = str(camera.path) if isinstance(camera, UsbCamera) else shown_address(camera.url.get_secret_value())
    return CameraReport(address, state, plate, len(reads), _cost(recognizer, kept, state, share), lasted)


def _cost(recognizer: Recognizer, frames: list[LiveFrame], state: ReaderState, share: float) -> CameraCost:
    gate = MotionGate()
    gates, looks = [], []
    for frame in frames:
        began = time.perf_counter()
        gate.changed(frame.preview)
        gates.append(time.perf_counter() - began)
        gate.looked()
        began = time.perf_counter()
        recognizer.detect(frame.image)
        looks.append(time.perf_counter() - began)
    cores = len(os.sched_getaffinity(0))
    decode = state.busy / state.fps * 1000 if state.busy is not None and state.fps else None
    return CameraCost(
        decode_ms=decode,
        gate_ms=statistics.median(gates) * 1000,
        detect_ms=statistics.median(looks) * 1000,
        core_share=share,
        cores=cores,
        carried=int(cores * LOAD_SHARE / max(share, 0.001)),
    )


def _doubts(state: ReaderState, cost: CameraCost) -> list[str]:
    doubts = []
    if state.size is not None and state.size[1] < 480:
        doubts.append(f"pictures of {state.size[0]}x{state.size[1]} are small; plates need 100 pixels of width or more")
    if state.fps is not None and state.fps < 8:
        doubts.append(f"{state.fps:.1f} pictures per second are few; a vehicle in traffic is seen in one or none")
    if state.clock_offset is not None and abs(state.clock_offset) > 5:
        doubts.append(f"its clock is {state.clock_offset:+.0f} s off; have it set by NTP")
    if state.damaged * 50 > state.frames:
        doubts.append(f"{state.damaged} pictures were damaged on the way; look at the network")
    if state.replaced * 10 > state.frames:
        doubts.append(f"{state.replaced} of {state.frames} pictures came faster than this machine looks at them")
    if cost.carried < 1:
        doubts.append("this machine is too slow for it; lower its rate (max_fps) or its resolution")
    return doubts
