"""Files that another program still writes."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from ingest.files import fingerprint, stable_files
from tests.unit.ingest.picture_samples import put


def test_a_file_that_is_being_written_is_left_for_later(tmp_path: Path) -> None:
    old = put(tmp_path / "old.png", 100)
    fresh = put(tmp_path / "fresh.png", 0)
    growing = put(tmp_path / "growing.png", 0)
    done = threading.Event()

    def grow() -> None:
        while not done.wait(0.02):
            with growing.open("ab") as file:
                file.write(b"x")

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        assert list(stable_files([old, fresh, growing])) == [old, fresh]
    finally:
        done.set()
        writer.join()
    assert growing in list(stable_files([growing]))


def test_a_file_is_another_one_when_its_size_or_its_time_is(tmp_path: Path) -> None:
    path = put(tmp_path / "a.png", 100)
    status = path.stat()
    first = fingerprint(path)
    path.write_bytes(path.read_bytes() + b"x")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    longer = fingerprint(path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert len({first, longer, fingerprint(path)}) == 3
