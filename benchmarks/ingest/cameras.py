"""One measurement of live cameras, a process each: python -m benchmarks.ingest.cameras WAY URL COUNT SECONDS."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import Counter

import cv2

from benchmarks.common.machine import cores, peak_mb
from ingest.streams.connecting import connector
from ingest.streams.reader import LiveReader
from recognition.pictures.crops import crop
from recognition.recognizer import Recognizer
from recognition.tracking.motion import MotionGate
from schemas.settings import RecognitionSettings, RtspCamera
from schemas.types import Gray, Image

SETTLE_SECONDS = 10.0

spent: Counter[str] = Counter()
"""Seconds of CPU by step, and counts."""


def main() -> None:
    # Platewatch lets OpenCV open files alone; the plain loop reads streams with it.
    os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "rtsp_transport;tcp"
    way, url, count, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    watch = _platewatch if way == "platewatch" else _plain
    recognizer = Recognizer(RecognitionSettings(), cameras=count)
    stop, lock = threading.Event(), threading.Lock()
    threads = [threading.Thread(target=watch, args=(f"c{n}", url, recognizer, stop, lock)) for n in range(count)]
    for thread in threads:
        thread.start()
    time.sleep(SETTLE_SECONDS)
    with lock:
        spent.clear()
    before, began = time.process_time(), time.perf_counter()
    time.sleep(seconds / 2)
    memory = peak_mb()
    time.sleep(seconds / 2)
    lasted, used = time.perf_counter() - began, time.process_time() - before
    with lock:
        seen = dict(spent)
    stop.set()
    for thread in threads:
        thread.join()
    total = max(seen.get("frames", 0) + seen.get("dropped", 0), 1)
    decode, gate = seen.get("decode", 0.0) / lasted, seen.get("gate", 0.0) / lasted
    rest = used / lasted - decode - gate
    print(
        f"| {way} | {count} | {seen.get('frames', 0) / lasted:.1f} | {seen.get('dropped', 0)} of {total} "
        f"| {used / lasted / cores():.0%} | {decode:.0%} | {gate:.0%} | {rest:.0%} | {memory:.0f}, {peak_mb():.0f} |"
    )


class TimedGate(MotionGate):
    """The gate, with what it takes."""

    def changed(self, image: Image | Gray) -> object:  # type: ignore[override]
        began = time.thread_time()
        found = super().changed(image)
        spent["gate"] += time.thread_time() - began
        return found


def _platewatch(name: str, url: str, recognizer: Recognizer, stop: threading.Event, lock: threading.Lock) -> None:
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
            session = recognizer.session(camera_id=name, agency_id="bench", location=None, source_item=sequence)
            if session._attention is not None:
                session._attention._gate = TimedGate()  # type: ignore[assignment]
        session.process(frame)
        state, now = reader.state, time.monotonic()
        with lock:
            spent["frames"] += 1
            spent["dropped"] += state.replaced - dropped
            spent["decode"] += (state.busy or 0.0) * (now - told)
        dropped, told = state.replaced, now
    reader.stop()


def _plain(name: str, url: str, recognizer: Recognizer, stop: threading.Event, lock: threading.Lock) -> None:
    """Detect in every frame and read every plate; frames that come meanwhile are dropped by reading them away."""
    capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG)
    newest: list[Image] = []
    arrived = threading.Event()

    def grab() -> None:
        while not stop.is_set():
            began = time.thread_time()
            is_there, picture = capture.read()
            with lock:
                spent["decode"] += time.thread_time() - began
                spent["dropped"] += len(newest)
                newest[:] = [picture] if is_there else []
            arrived.set()

    thread = threading.Thread(target=grab)
    thread.start()
    while not stop.is_set():
        if not arrived.wait(0.2):
            continue
        arrived.clear()
        with lock:
            picture = newest.pop() if newest else None
        if picture is not None:
            for found in recognizer.detect(picture):
                recognizer.read_crop(crop(picture, found.box, 0.1))
            with lock:
                spent["frames"] += 1
    thread.join()
    capture.release()


if __name__ == "__main__":
    main()
