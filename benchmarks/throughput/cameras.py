"""Several cameras in one process, each with its own clip: frames per second, processor time and peak memory, as JSON.

python -m benchmarks.throughput.cameras --cameras 4 CLIP...
"""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.common.arguments import parser_of
from benchmarks.common.machine import peak_mb
from ingest.video_file import VideoFileSource
from recognition.recognizer import Recognizer
from schemas.settings import RecognitionSettings, VideoFileCamera

STARTED_AT = datetime(2026, 1, 1, tzinfo=UTC)


class Camera(threading.Thread):
    """Reads one clip to its end, as a camera's thread of `platewatch run` does.

    Args:
        number: Of the camera, from 0.
        clip: The video.
        recognizer: Shared by all.
    """

    def __init__(self, number: int, clip: Path, recognizer: Recognizer) -> None:
        super().__init__(name=f"camera-{number}")
        camera = VideoFileCamera(id=f"camera-{number}", path=clip, started_at=STARTED_AT)
        self._source = VideoFileSource(camera)
        self._recognizer = recognizer
        self.frames = 0
        self.looks = 0
        self.plates: list[str] = []

    def run(self) -> None:
        """Process every frame."""
        for item in self._source.items():
            session = self._recognizer.session(item.camera_id, "benchmark", item.name)
            passes = [vehicle for frame in self._source.frames(item) for vehicle in session.process(frame)]
            passes += session.finish()
            self.plates += [vehicle.read.plate for vehicle in passes]
            self.frames += session.stats.frames
            self.looks += session.stats.looks


def main() -> None:
    parser = parser_of("throughput.cameras", __doc__)
    parser.add_argument("clips", type=Path, nargs="+", help="videos; cameras take them in turns")
    parser.add_argument("--cameras", type=int, default=1, help="how many at the same time (default 1)")
    arguments = parser.parse_args()
    recognizer = Recognizer(RecognitionSettings(), cameras=arguments.cameras)
    loaded_mb = peak_mb()
    cameras = [Camera(n, arguments.clips[n % len(arguments.clips)], recognizer) for n in range(arguments.cameras)]
    started, used = time.perf_counter(), time.process_time()
    for camera in cameras:
        camera.start()
    for camera in cameras:
        camera.join()
    result = {
        "cameras": len(cameras),
        "frames": sum(camera.frames for camera in cameras),
        "looks": sum(camera.looks for camera in cameras),
        "reads": sum(len(camera.plates) for camera in cameras),
        "seconds": time.perf_counter() - started,
        "processor_seconds": time.process_time() - used,
        "loaded_mb": loaded_mb,
        "peak_mb": peak_mb(),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
