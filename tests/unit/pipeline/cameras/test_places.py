"""Every read says where its camera was when its best picture was taken."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from pipeline.cameras import files
from pipeline.cameras.files import CameraStage
from pipeline.counters import Counters
from pipeline.recording.queue import ArrivalQueue
from recognition.results import VehiclePass
from schemas.arrivals import Arrival
from schemas.settings import ImageFolderCamera, Settings
from schemas.types import Frame, Location
from tests.integration.storage.samples import sample_read
from tests.unit.pipeline.cameras.test_files import NOON, Nothing, Source


class OneAFrame(Nothing):
    """A recognizer that sees one plate in every picture."""

    def read_still(self, frame: Frame, **_: object) -> list[VehiclePass]:  # type: ignore[override]
        later = frame.captured_at + timedelta(seconds=3)
        return [VehiclePass(sample_read(1, captured_at=later), frame.image, frame.image)]


def test_a_file_s_reads_have_the_place_of_their_best_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "open_source", lambda _camera: Source({"a.jpg": None}))
    asked: list[datetime] = []

    def place(moment: datetime) -> Location:
        asked.append(moment)
        return Location(1.0, 2.0, fix_age=0.5)

    stop, counters = threading.Event(), Counters()
    queue = ArrivalQueue(stop)
    camera = ImageFolderCamera(id="gate", path=Path("/nowhere"), mount="vehicle")
    of: Any = OneAFrame()
    stage = CameraStage(camera, Settings(cameras=(camera,)), of, of, queue, counters, until_done=True, place=place)
    stage.run(stop)
    taken = cast(list[Any], queue.take(50, 0.1))
    (arrival,) = [one for one in taken if isinstance(one, Arrival)]
    assert arrival.read.location == Location(1.0, 2.0, fix_age=0.5)
    assert asked == [NOON + timedelta(seconds=3)]
