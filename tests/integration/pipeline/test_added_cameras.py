"""Of several runs on a database the one that leads reads the cameras that were added, and the next one goes on."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from operations.added.adding import NewCamera, add_camera, remove_camera
from pipeline.cameras.added import AddedCamerasStage
from schemas.actor import Actor, SignIn
from schemas.settings import RtspCamera, Settings
from storage.database import Database
from storage.leadership import Leadership

ROOT = Actor("root", SignIn.LOCAL_USER, "a test", "local")
GATE = RtspCamera.model_validate({"id": "gate", "url": "rtsp://10.0.0.4/1"})
NEVER = threading.Event()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


@contextlib.contextmanager
def watching(database: Database) -> Iterator[AddedCamerasStage]:
    with Leadership(database) as leadership:
        yield AddedCamerasStage((GATE,), database, leadership)


def news(stage: AddedCamerasStage) -> list[str] | None:
    """The cameras that are to be in force after a look; None where there is nothing new."""
    stage.changed.clear()
    stage.step(NEVER)
    return [camera.id for camera in stage.cameras()] if stage.changed.is_set() else None


def test_one_run_reads_them_and_another_one_goes_on(database: Database, settings: Settings) -> None:
    with watching(database) as second:
        with watching(database) as first:
            assert news(first) is None
            add_camera(ROOT, database, settings, NewCamera("pole", "rtsp://10.0.0.5/1"))
            assert news(first) == ["gate", "pole"]
            assert news(first) is None
            assert news(second) is None
            remove_camera(ROOT, database, "pole", "the trial is over")
            add_camera(ROOT, database, settings, NewCamera("pole", "rtsp://10.0.0.6/1"))
            assert news(first) == ["gate", "pole"]
            assert news(second) is None
        assert news(second) == ["gate", "pole"]
        remove_camera(ROOT, database, "pole", "the trial is over")
        assert news(second) == ["gate"]


def test_a_file_that_is_refused_changes_nothing(database: Database, settings: Settings) -> None:
    with watching(database) as stage:
        add_camera(ROOT, database, settings, NewCamera("pole", "rtsp://10.0.0.5/1"))
        assert news(stage) == ["gate", "pole"]
        other = settings.model_copy(update={"cameras": (GATE.model_copy(update={"id": "bridge"}),)})
        assert [camera.id for camera in stage.beside(other).cameras] == ["bridge", "pole"]
        # Not accepted: the one before stands.
        assert [camera.id for camera in stage.cameras()] == ["gate", "pole"]
        stage.beside(other)
        stage.accept()
        assert [camera.id for camera in stage.cameras()] == ["bridge", "pole"]
        # The file's counts where both name one.
        stage.beside(settings.model_copy(update={"cameras": (GATE.model_copy(update={"id": "pole"}),)}))
        stage.accept()
        assert stage.cameras() == (GATE.model_copy(update={"id": "pole"}),)
