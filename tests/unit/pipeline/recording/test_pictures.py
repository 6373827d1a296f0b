"""A read's pictures: each under its own key, lost without the read, and said once per outage."""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.recording import pictures
from pipeline.recording.pictures import PictureKeeper
from schemas.arrivals import Arrival, Pictures
from schemas.errors import StorageFull
from schemas.events import AlarmKind
from schemas.settings import ImageSettings, Settings
from storage.reads.images import ImageStore
from tests.unit.pipeline.recording.test_second_opinion import plate_read
from tests.unit.samples import NoReceipt


def arrival(number: int = 0, *, context: bytes | None = b"frame") -> Arrival:
    return Arrival(plate_read(number), Pictures(b"plate", context), NoReceipt("a"))


def _full(*_: object, **__: object) -> None:
    raise StorageFull("no space left")


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

    kept = []
    for number, is_full in enumerate((False, True, True, False, False, True)):
        with monkeypatch.context() as patched:
            if is_full:
                patched.setattr(ImageStore, "save", _full)
            kept.append(keeper.keep(arrival(number)).plate_image_key is not None)
    assert kept == [True, False, False, True, True, False]
    assert counters.totals().lost_pictures == 3
    lost = "pictures are not kept: no space left; reads and alerts go on without them"
    assert [record.getMessage() for record in caplog.records] == [lost, "pictures are kept again", lost]


def test_a_store_that_refuses_is_an_alarm_until_the_next_picture_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = HealthBoard("east")
    keeper = PictureKeeper(Settings(data_dir=tmp_path), Counters(), board)
    changes = []
    for number, is_full in enumerate((True, False, False)):
        with monkeypatch.context() as patched:
            if is_full:
                patched.setattr(ImageStore, "save", _full)
            keeper.keep(arrival(number))
        while (change := board.next_change()) is not None:
            board.stored(change)
            if change.kind is AlarmKind.IMAGE_STORE:
                changes.append((number, change.subject, change.message))
    assert changes == [(0, "east", "pictures are not kept: no space left"), (1, "east", None)]


def test_the_alarm_of_a_store_elsewhere_is_not_cleared_by_what_waits_here(tmp_path: Path) -> None:
    board = HealthBoard("east")
    settings = Settings(data_dir=tmp_path, images=ImageSettings(url="memory://pictures"))
    board.raised(AlarmKind.IMAGE_STORE, "east", "the store does not answer")
    assert PictureKeeper(settings, Counters(), board).keep(arrival()).plate_image_key is not None
    assert board.stands(AlarmKind.IMAGE_STORE, "east")


@pytest.mark.parametrize(("seconds", "comes_back"), [(9.9, False), (10.0, True)])
def test_pictures_that_a_sweep_took_while_the_commit_was_late_are_kept_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float, comes_back: bool
) -> None:
    """The sweep's grace (storage/reads/pictures.py) is longer: what was committed sooner is never swept."""
    now = [1000.0]
    monkeypatch.setattr(pictures, "time", SimpleNamespace(monotonic=lambda: now[0]))
    keeper = PictureKeeper(Settings(data_dir=tmp_path), Counters())
    early = keeper.keep(arrival().with_read(dataclasses.replace(plate_read(), is_final=False, revision=1)))
    read, other = keeper.keep(arrival()), keeper.keep(arrival(1))
    sizes = {path: path.read_bytes() for path in tmp_path.rglob("*.jpg")}
    assert len(sizes) == 6
    for path in sizes:
        path.unlink()
    now[0] += seconds
    keeper.confirm([read])
    own = [key for key in (read.plate_image_key, read.context_image_key) if key is not None]
    back = {str(path.relative_to(tmp_path / "images")): path.read_bytes() for path in tmp_path.rglob("*.jpg")}
    assert back == (dict(zip(own, (b"plate", b"frame"), strict=True)) if comes_back else {})
    # Each is confirmed once, and the others on their own commits.
    now[0] += 100
    keeper.confirm([read, early, other])
    found = {path.name for path in tmp_path.rglob("*.jpg")}
    assert len(found) == (6 if comes_back else 4)


def test_pictures_that_cannot_be_kept_again_cost_nothing_but_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(pictures, "LATE_SECONDS", 0.0)
    keeper = PictureKeeper(Settings(data_dir=tmp_path), Counters())
    read = keeper.keep(arrival())
    monkeypatch.setattr(ImageStore, "save", _full)
    keeper.confirm([read])
    assert caplog.messages == [f"the pictures of read {read.read_id} could not be saved again: no space left"]
