"""One measurement of live cameras, a process: python -m benchmarks.ingest.cameras WAY URL COUNT SECONDS SERVER_PID."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import cv2

from benchmarks.common.machine import processor_seconds, resident_mb
from ingest.streams.connecting import connector
from ingest.streams.reader import LiveReader
from recognition.pictures.crops import crop
from recognition.recognizer import Recognizer
from recognition.session import RecognitionSession
from recognition.tracking.attention import Attention
from rendering.scene.scenario import CLIP_SECONDS, demo_scenario
from schemas.settings import RecognitionSettings, RtspCamera
from schemas.types import Image

APART_SECONDS = 1.3
"""From one camera's start to the next one's: they do not see the same at the same time."""

SETTLE_SECONDS = 10.0

PLATES = {text for vehicle in demo_scenario().vehicles for text in (vehicle.serial, vehicle.looks_like)}
"""What is to be read in the clip."""

_spent: Counter[str] = Counter()
"""Processor seconds by step and counts, over all cameras."""
_frames: Counter[str] = Counter()
"""Pictures that were taken, by camera."""
_lock = threading.Lock()


def main() -> None:
    # Platewatch lets OpenCV open files alone; the plain loop reads streams with it, each in one thread as ours are.
    os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "rtsp_transport;tcp|threads;1"
    way, url, count, seconds, server = (
        sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5])
    )  # fmt: skip
    watch = _platewatch if way == "platewatch" else _plain
    recognizer = Recognizer(RecognitionSettings(), cameras=count)
    _time_steps()
    stop = threading.Event()
    threads = [threading.Thread(target=watch, args=(f"c{n}", url, recognizer, stop)) for n in range(count)]
    for thread in threads:
        thread.start()
        time.sleep(APART_SECONDS)
    time.sleep(SETTLE_SECONDS)
    with _lock:
        _spent.clear()
        _frames.clear()
    began, used, served = time.perf_counter(), time.process_time(), processor_seconds(server)
    memory = []
    for _ in range(3):
        time.sleep(seconds / 3)
        memory.append(f"{resident_mb():.0f}")
    lasted, used, served = time.perf_counter() - began, time.process_time() - used, processor_seconds(server) - served
    with _lock:
        seen, by_camera = dict(_spent), dict(_frames)
    stop.set()
    for thread in threads:
        thread.join()
    taken, dropped = sum(by_camera.values()), int(seen.get("dropped", 0))
    came, steps = max(taken + dropped, 1), [seen.get(name, 0.0) for name in ("decode", "gate", "look")]
    rest = used - sum(steps)
    rounds = count * lasted / CLIP_SECONDS
    passes = (
        "" if way != "platewatch" else f"{seen.get('right', 0) / rounds:.1f} and {seen.get('other', 0) / rounds:.1f}"
    )
    shares = " | ".join(f"{1000 * step / came:.1f}" for step in (*steps, rest))
    print(
        f"| {way} | {count} | {came / lasted:.1f} | {taken / lasted:.1f} | {dropped / came:.0%} "
        f"| {min(by_camera.values(), default=0) / lasted:.1f} | {used / lasted:.2f} | {served / lasted:.2f} | {shares} "
        f"| {seen.get('looks', 0) / came:.0%} | {passes} | {', '.join(memory)} | {os.getloadavg()[0]:.1f} |"
    )


def _time_steps() -> None:
    """Take the processor time of the gate and of looks, whichever thread they are in; what a look begins is its own."""
    consider, look = Attention.consider, RecognitionSession._look

    def timed_consider(self: Attention, *arguments: object, **more: object) -> object:
        with _timed("gate"):
            return consider(self, *arguments, **more)  # type: ignore[arg-type]

    def timed_look(self: RecognitionSession, *arguments: object) -> None:
        with _timed("look"):
            look(self, *arguments)  # type: ignore[arg-type]

    Attention.consider = timed_consider  # type: ignore[method-assign,assignment]
    RecognitionSession._look = timed_look  # type: ignore[method-assign,assignment]


@contextmanager
def _timed(step: str) -> Iterator[None]:
    began = time.thread_time()
    try:
        yield
    finally:
        with _lock:
            _spent[step] += time.thread_time() - began
            _spent[f"{step}s"] += 1


def _platewatch(name: str, url: str, recognizer: Recognizer, stop: threading.Event) -> None:
    """Read a camera as the service does."""
    camera = RtspCamera.model_validate({"id": name, "url": url})
    reader = LiveReader(camera, connector(camera))
    reader.start()
    session, sequence, dropped, told = None, "", 0, time.monotonic()
    while not stop.is_set():
        frame = reader.frames.take(0.2)
        if frame is None:
            continue
        if session is None or frame.source_item != sequence:
            sequence = frame.source_item
            session = recognizer.session(camera_id=name, agency_id="bench", source_item=sequence, reports_early=True)
        reads = [vehicle.read for vehicle in session.process(frame) if vehicle.read.is_final]
        state, now = reader.state, time.monotonic()
        with _lock:
            _frames[name] += 1
            _spent["right"] += sum(read.plate in PLATES for read in reads)
            _spent["other"] += sum(read.plate not in PLATES for read in reads)
            _spent["dropped"] += state.replaced - dropped
            _spent["decode"] += (state.busy or 0.0) * (now - told)
        dropped, told = state.replaced, now
    reader.stop()
    # Native code that still has something to say when Python ends, ends it.
    reader.join(SETTLE_SECONDS)


def _plain(name: str, url: str, recognizer: Recognizer, stop: threading.Event) -> None:
    """Detect in every frame and read every plate; frames that come meanwhile are dropped by reading them away."""
    capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG)
    newest: list[Image] = []
    arrived = threading.Event()

    def grab() -> None:
        while not stop.is_set():
            began = time.thread_time()
            is_there, picture = capture.read()
            with _lock:
                _spent["decode"] += time.thread_time() - began
                _spent["dropped"] += len(newest)
                newest[:] = [picture] if is_there else []
            arrived.set()

    thread = threading.Thread(target=grab)
    thread.start()
    while not stop.is_set():
        if not arrived.wait(0.2):
            continue
        arrived.clear()
        with _lock:
            picture = newest.pop() if newest else None
        if picture is not None:
            with _timed("look"):
                for found in recognizer.detect(picture):
                    recognizer.read_crop(crop(picture, found.box, 0.1))
            with _lock:
                _frames[name] += 1
    thread.join()
    capture.release()


if __name__ == "__main__":
    main()
