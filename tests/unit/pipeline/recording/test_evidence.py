"""Pictures that come soon are waited for a moment, so that their alerts go with their batch."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import pytest

from pipeline.counters import Counters
from pipeline.recording import evidence as module
from pipeline.recording.evidence import Evidence
from pipeline.recording.second_opinion import Opinion
from schemas.arrivals import Arrival, Pictures
from schemas.settings import AlertSettings, Settings
from storage.reads.images import ImageStore, image_key
from tests.unit.pipeline.recording.test_second_opinion import plate_read
from tests.unit.samples import NoReceipt


def evidence(folder: Path) -> Evidence:
    settings = Settings(data_dir=folder, alerts=AlertSettings(second_reader="off"))
    return Evidence(settings, Counters(), fetches=True)


class Slow(Opinion):
    """One that is not there; it counts how often it is waited for."""

    waits = 0

    def wait(self, seconds: float) -> bool:
        Slow.waits += 1
        return False


def test_a_picture_that_comes_soon_is_there_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "JOIN_SECONDS", 30.0)
    read = plate_read()
    key = image_key(read, "plate")
    ImageStore(Settings(data_dir=tmp_path)).save(key, b"jpeg")
    arrival = Arrival(read, Pictures(), NoReceipt("a"))
    with evidence(tmp_path) as own:
        assert own.asked_for(arrival) is None
        opinion = own.asked_for(arrival.with_read(dataclasses.replace(read, plate_image_key=key)))
        assert opinion is not None
        own.join([opinion])
        assert (opinion.settled, opinion.picture, opinion.reading) == (True, b"jpeg", None)


def test_a_store_that_is_slow_is_not_waited_for_again_so_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, late = evidence(tmp_path), Slow(time.monotonic() + 60)
    Slow.waits = 0
    own.join([late])
    own.join([late])
    assert Slow.waits == 1
    monkeypatch.setattr(module, "SLOW_SECONDS", 0.0)
    own = evidence(tmp_path)
    own.join([late])
    own.join([late])
    assert Slow.waits == 3
    own.join([])
    assert Slow.waits == 3
