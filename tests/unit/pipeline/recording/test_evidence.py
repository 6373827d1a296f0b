"""Pictures that come soon are waited for a moment, so that their alerts go with their batch."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipeline.counters import Counters
from pipeline.recording import evidence as module
from pipeline.recording.evidence import Evidence
from pipeline.recording.second_opinion import Opinion
from schemas.arrivals import Arrival, Pictures
from schemas.settings import AlertSettings, Settings
from storage.reads.images import ImageStore, image_key
from tests.unit.ingest.streams.cameras import until
from tests.unit.pipeline.recording.test_second_opinion import BOX, plate_read
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


@dataclass
class Reading:
    """Stands for the second reader: has a deadline of its own for what is early, and notes what it is asked."""

    asked: list[tuple[object, ...]] = field(default_factory=list)

    def deadline(self, *, is_early: bool) -> float:
        return time.monotonic() + (6000.0 if is_early else 60_000.0)

    def ask(self, *question: object, is_early: bool) -> Opinion:
        self.asked.append((*question, is_early))
        return Opinion(0.0)

    def ask_for(self, *question: object) -> None:
        self.asked.append(question)

    def __enter__(self) -> Reading:
        return self

    def __exit__(self, *_: object) -> None:
        self.asked.append(("closed",))


@pytest.mark.parametrize("is_early", [False, True])
@pytest.mark.parametrize("is_kept", [True, False], ids=["kept elsewhere", "lost"])
def test_a_second_reader_is_asked_about_the_picture_that_was_fetched_in_its_own_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_early: bool, is_kept: bool
) -> None:
    reader = Reading()
    monkeypatch.setattr(module, "open_second_opinions", lambda _: reader)
    read = plate_read()
    key = image_key(read, "plate")
    if is_kept:
        ImageStore(Settings(data_dir=tmp_path)).save(key, b"jpeg")
    read = dataclasses.replace(read, plate_image_key=key)
    arrival = Arrival(read, Pictures(plate_box=BOX), NoReceipt("a"), better_pictures_follow=is_early)
    own = evidence(tmp_path)
    began = time.monotonic()
    with own:
        opinion = own.asked_for(arrival)
        assert opinion is not None
        own.join([opinion])  # a second reader takes too long for that
        until(lambda: bool(reader.asked) or opinion.wait(0.0))
    assert (opinion.deadline - began < 30_000) is is_early
    assert reader.asked == [*([(opinion, b"jpeg", BOX, read)] if is_kept else []), ("closed",)]
    assert (opinion.picture, opinion.settled) == (b"jpeg" if is_kept else None, not is_kept)
    # One that came with its picture is asked about at once.
    reader.asked.clear()
    own.asked_for(dataclasses.replace(arrival, pictures=Pictures(b"own", plate_box=BOX)))
    assert reader.asked == [(b"own", BOX, read, is_early)]
