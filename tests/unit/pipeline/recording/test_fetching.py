"""Pictures are fetched in time or not at all, and whoever asks never waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.counters import Counters
from pipeline.recording import fetching
from pipeline.recording.fetching import PictureFetcher
from schemas.errors import TransientError
from schemas.settings import Settings
from storage.reads.images import ImageStore, image_key
from tests.unit.alerts.samples import sample_read

QUEUE_LENGTH = 64

AT_ONCE = 4
LARGEST_BYTES = 8 << 20

READ = sample_read()
KEY = image_key(READ, "plate")


class Store(ImageStore):
    """A store that answers as it is told."""

    def __init__(self, folder: Path, answer: Callable[[], bytes]) -> None:
        super().__init__(Settings(data_dir=folder))
        self._answer = answer

    def load(self, key: str) -> bytes:
        return self._answer()


def _fetched(store: ImageStore, within: float = 5.0) -> tuple[bytes | None, int]:
    counters, came, done = Counters(), list[bytes | None](), threading.Event()

    def then(picture: bytes | None) -> None:
        came.append(picture)
        done.set()

    with PictureFetcher(store, counters) as fetcher:
        fetcher.fetch(READ, KEY, time.monotonic() + within, then)
        assert done.wait(60)
    return came[0], counters.totals().missing_pictures


def test_a_picture_is_fetched(tmp_path: Path) -> None:
    store = ImageStore(Settings(data_dir=tmp_path))
    store.save(KEY, b"jpeg")
    assert _fetched(store) == (b"jpeg", 0)


def _refused() -> bytes:
    raise TransientError("the store does not answer")


def _broken() -> bytes:
    raise RuntimeError("a bug of a store's client")


@pytest.mark.parametrize("answer", [_refused, _broken, lambda: b"x" * (LARGEST_BYTES + 1)])
def test_a_store_that_fails_costs_the_picture(tmp_path: Path, answer: Callable[[], bytes]) -> None:
    assert _fetched(Store(tmp_path, answer)) == (None, 1)


def test_one_that_is_not_there_or_too_late_is_none(tmp_path: Path) -> None:
    assert _fetched(ImageStore(Settings(data_dir=tmp_path))) == (None, 1)
    assert _fetched(Store(tmp_path, lambda: b"jpeg"), within=-1) == (None, 1)


def test_nobody_waits_for_a_store_that_hangs(tmp_path: Path) -> None:
    gate, counters, came = threading.Event(), Counters(), list[bytes | None]()

    def hang() -> bytes:
        gate.wait(120)
        return b"late"

    with PictureFetcher(Store(tmp_path, hang), counters) as fetcher:
        began = time.monotonic()
        for _ in range(AT_ONCE + QUEUE_LENGTH + 20):
            fetcher.fetch(READ, KEY, time.monotonic() + 0.01, came.append)
        assert time.monotonic() - began < 60
        assert len(came) >= 20
        assert all(thread.daemon for thread in fetcher._threads)  # the process may end while they hang
        assert set(came) == {None}
        gate.set()


def test_missing_pictures_are_counted_each_and_said_once_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = [1000.0]
    monkeypatch.setattr(fetching, "time", SimpleNamespace(monotonic=lambda: now[0]))
    counters, came = Counters(), list[bytes | None]()
    fetcher = PictureFetcher(Store(tmp_path, _refused), counters)
    for now[0] in (1000.0, 1059.9, 1060.0):
        came.append(fetcher._picture(fetching._Wanted(READ, KEY, 5000.0, came.append)))
    assert came == [None] * 3
    assert counters.totals().missing_pictures == 3
    assert (
        caplog.messages
        == [
            f"read {READ.read_id}: its picture is not to be had, and its alert goes out without a second reading: the "
            "store does not answer"
        ]
        * 2
    )


def test_a_picture_of_the_largest_size_is_taken_and_none_at_its_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "time", SimpleNamespace(monotonic=lambda: 1000.0))
    fetcher = PictureFetcher(Store(tmp_path, lambda: b"x" * LARGEST_BYTES), Counters())
    found = [
        fetcher._picture(fetching._Wanted(READ, KEY, deadline, lambda _: None)) is not None
        for deadline in (999.9, 1000.0, 1000.1)
    ]
    assert found == [False, False, True]
