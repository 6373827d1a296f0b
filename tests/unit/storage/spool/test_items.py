"""What was read to its end is known to the next process, by its content, and says no name."""

from __future__ import annotations

import dataclasses
import threading
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.types import SourceItem
from storage.spool.items import LocalItems


def item(name: str = "VNV4527.jpg", fingerprint: str = "1:2", camera: str = "gate") -> SourceItem:
    return SourceItem(camera, name, fingerprint, datetime(2026, 1, 31, tzinfo=UTC), is_still=True)


def test_an_item_is_known_by_camera_name_and_content(tmp_path: Path) -> None:
    book = LocalItems(tmp_path / "outgoing" / "items.sqlite")
    assert not book.is_finished(item())
    book.finish(item())
    book.reject(item("broken.jpg"), "no picture")
    book.close()
    book = LocalItems(tmp_path / "outgoing" / "items.sqlite")
    assert (book.is_finished(item()), book.is_rejected(item())) == (True, False)
    assert (book.is_finished(item("broken.jpg")), book.is_rejected(item("broken.jpg"))) == (True, True)
    assert not book.is_finished(item(fingerprint="2:2"))
    assert not book.is_finished(item(camera="bridge"))
    # What was broken is read once it is another file, and not the one before then.
    book.finish(item("broken.jpg", "3:3"))
    assert not book.is_finished(item("broken.jpg"))
    assert not book.is_rejected(item("broken.jpg", "3:3"))
    book.close()


def test_no_name_is_kept(tmp_path: Path) -> None:
    book = LocalItems(tmp_path / "items.sqlite")
    book.finish(item())
    book.reject(item("LMT5306.jpg"), "LMT5306.jpg: no picture")
    book.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"VNV4527" not in kept
    assert b"LMT5306" not in kept
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())


@given(st.text(), st.text())
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_name_can_be_noted(tmp_path: Path, name: str, fingerprint: str) -> None:
    book = LocalItems(tmp_path / "items.sqlite")
    one = dataclasses.replace(item(), name=name, fingerprint=fingerprint)
    book.finish(one)
    assert book.is_finished(one)
    book.close()


def test_cameras_note_at_once(tmp_path: Path) -> None:
    book = LocalItems(tmp_path / "items.sqlite")
    threads = [
        threading.Thread(target=lambda n=number: [book.finish(item(f"{n}-{i}")) for i in range(20)])  # type: ignore[misc]
        for number in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(book.is_finished(item(f"{number}-{i}")) for number in range(4) for i in range(20))
    book.close()
