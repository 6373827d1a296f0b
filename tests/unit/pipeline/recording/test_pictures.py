"""A read's pictures: each under its own key, lost without the read, and said once per outage."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from pipeline.counters import Counters
from pipeline.recording.pictures import PictureKeeper
from schemas.arrivals import Arrival, Pictures
from schemas.errors import StorageFull
from schemas.settings import Settings
from storage.reads.images import ImageStore
from tests.unit.pipeline.recording.test_second_opinion import plate_read
from tests.unit.samples import NoReceipt


def arrival(number: int = 0, *, context: bytes | None = b"frame") -> Arrival:
    return Arrival(plate_read(number), Pictures(b"plate", context), NoReceipt("a"))


def test_each_picture_is_kept_under_its_own_key(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    keeper, store = PictureKeeper(settings, Counters()), ImageStore(settings)
    read = keeper.keep(arrival())
    assert read.plate_image_key is not None
    assert read.context_image_key is not None
    assert (store.load(read.plate_image_key), store.load(read.context_image_key)) == (b"plate", b"frame")
    bare = keeper.keep(arrival(1, context=None))
    assert bare.plate_image_key is not None
    assert bare.context_image_key is None


def test_an_outage_costs_the_pictures_and_is_said_once_and_so_is_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "pipeline.recording.pictures")
    counters = Counters()
    keeper = PictureKeeper(Settings(data_dir=tmp_path), counters)

    def full(*_: object, **__: object) -> None:
        raise StorageFull("no space left")

    kept = []
    for number, is_full in enumerate((False, True, True, False, False, True)):
        with monkeypatch.context() as patched:
            if is_full:
                patched.setattr(ImageStore, "save", full)
            kept.append(keeper.keep(arrival(number)).plate_image_key is not None)
    assert kept == [True, False, False, True, True, False]
    assert counters.totals().lost_pictures == 3
    lost = "pictures are not kept: no space left; reads and alerts go on without them"
    assert [record.getMessage() for record in caplog.records] == [lost, "pictures are kept again", lost]
