"""Pictures on their way to a store elsewhere: an outage says how many wait."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from pipeline.recording import sending_pictures
from pipeline.recording.sending_pictures import PicturesStage
from schemas.errors import StorageFull, TransientError
from schemas.settings import Settings

PAUSE_SECONDS = 0.5

STOP = threading.Event()


class Store:
    """Stands for the image store: refuses as a test says."""

    count = 0
    refuses: Exception | None = None
    told: list[object]

    def __init__(self, settings: Settings) -> None:
        Store.told = [settings]

    def discard_unfinished(self) -> None:
        self.told.append("discarded")

    def send_waiting(self, stop: threading.Event) -> None:
        self.told.append(stop)
        if self.refuses is not None:
            raise self.refuses

    def waiting(self) -> int:
        return self.count


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PicturesStage:
    monkeypatch.setattr(sending_pictures, "ImageStore", Store)
    monkeypatch.setattr(Store, "refuses", None)
    settings = Settings(data_dir=tmp_path)
    stage = PicturesStage(settings)
    assert Store.told == [settings, "discarded"]
    return stage


def test_what_waits_is_sent_step_by_step(stage: PicturesStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "count", 3)
    assert stage.step(STOP) == PAUSE_SECONDS
    assert Store.told[2:] == [STOP]
    assert stage.waiting() == 3


@pytest.mark.parametrize("kind", [TransientError, StorageFull])
@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 pictures wait"), (1, "1 picture waits"), (2, "2 pictures wait")], ids=str
)
def test_a_store_that_refuses_is_an_outage_of_its_kind_that_says_how_many_wait(
    stage: PicturesStage, monkeypatch: pytest.MonkeyPatch, kind: type[Exception], count: int, words: str
) -> None:
    monkeypatch.setattr(Store, "refuses", kind("it does not answer"))
    monkeypatch.setattr(Store, "count", count)
    with pytest.raises(kind) as raised:
        stage.step(STOP)
    assert type(raised.value) is kind
    assert str(raised.value) == f"it does not answer; {words} in the data directory"
