"""What the database server's processes hold, while a list is imported."""

from __future__ import annotations

import multiprocessing
import threading
from pathlib import Path


class ServerMemory:
    """Watches the largest sum of private memory of this process's children (the database server's processes)."""

    def __init__(self) -> None:
        self.peak_mib = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> ServerMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.25):
            self.peak_mib = max(self.peak_mib, sum(map(_private_mib, _descendants())))


def _descendants() -> list[int]:
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue
        parents.setdefault(parent, []).append(int(folder.name))
    found, todo = [], [multiprocessing.current_process().pid or 0]
    while todo:
        children = parents.get(todo.pop(), [])
        found += children
        todo += children
    return found


def _private_mib(process: int) -> float:
    try:
        lines = (Path("/proc") / str(process) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private")) / 1024
