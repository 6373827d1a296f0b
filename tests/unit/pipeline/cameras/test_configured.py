"""The cameras of a run, as they are exchanged while it goes on."""

from __future__ import annotations

import threading
from pathlib import Path

from pipeline.cameras.configured import Cameras
from pipeline.health.board import HealthBoard
from pipeline.ingesting.pushed import PushedFrames
from pipeline.reloading import difference
from pipeline.stages.runner import Runner
from pipeline.stages.stage import Stage
from schemas.settings import CameraSettings, ImageFolderCamera, Settings


class Waiting:
    def __init__(self, name: str) -> None:
        self.name = name

    def run(self, stop: threading.Event) -> None:
        stop.wait()


class Maker:
    """Notes what was asked of it, in order."""

    def __init__(self) -> None:
        self.asked: list[int | str] = []

    def share(self, cameras: int) -> None:
        self.asked.append(cameras)

    def __call__(self, camera: CameraSettings, settings: Settings) -> Stage:
        self.asked.append(camera.id)
        return Waiting(f"camera-{camera.id}")


def with_cameras(*names: str) -> Settings:
    return Settings(cameras=tuple(ImageFolderCamera(id=name, path=Path(f"/srv/{name}")) for name in names))


def test_cameras_that_are_added_share_the_networks_from_their_start_on() -> None:
    stop, maker = threading.Event(), Maker()
    first, board = with_cameras("gate"), HealthBoard("here")
    cameras = Cameras(first, Runner(stop), board, maker, PushedFrames())
    cameras.start()
    second = with_cameras("gate", "west", "east")
    cameras.take_anew(difference(first, second))
    assert maker.asked == ["gate", 3, "west", "east"]
    assert {one.camera_id for one in board.cameras()} == {"gate", "west", "east"}
    cameras.take_anew(difference(second, with_cameras("east")))
    assert maker.asked[4:] == [1]
    assert {one.camera_id for one in board.cameras()} == {"east"}
    stop.set()
    cameras.stop()
    for thread in cameras.threads:
        thread.join(60)
    assert not cameras.are_alive
