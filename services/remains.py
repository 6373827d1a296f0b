"""Looking for what was deleted in every byte of every file below a folder."""

from __future__ import annotations

import base64
import contextlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

CHUNK_BYTES = 8 << 20
OVERLAP_BYTES = 1024
"""Longer than whatever is sought, in any encoding."""
SHORTEST_TEXT = 5
"""Shorter texts are in every large file by chance."""
PROBE_BYTES = 48


@dataclass(frozen=True, slots=True)
class Sought:
    """Texts, as upper-case letters and digits, and probes: bytes from the middle of pictures."""

    texts: frozenset[str] = frozenset()
    probes: frozenset[bytes] = frozenset()

    @classmethod
    def of(cls, texts: Iterable[str], pictures: Iterable[bytes]) -> Sought:
        """Return what can be sought: texts that are too short, or of other signs, cannot.

        Args:
            texts: Plates.
            pictures: Encoded pictures; a base64 text holds them, too.
        """
        fitting = frozenset(t for t in texts if len(t) >= SHORTEST_TEXT and t.isascii() and t.isalnum() and t.isupper())
        probes: set[bytes] = set()
        for picture in pictures:
            if len(picture) >= 2 * PROBE_BYTES:
                probe = picture[len(picture) // 2 :][:PROBE_BYTES]
                probes.add(probe)
                # Wherever the picture begins in a base64 text, one of three ways to cut it fits.
                probes |= {base64.b64encode(probe[shift:])[: PROBE_BYTES // 3 * 3] for shift in range(3)}
        return cls(fitting, frozenset(probes))


@dataclass(slots=True)
class Searched:
    """How much was looked through, and where what was sought is: how often by file; `unread` could not be opened."""

    files: int = 0
    bytes: int = 0
    found: dict[Path, int] = field(default_factory=dict)
    unread: list[Path] = field(default_factory=list)


def search_files(folders: Iterable[Path], sought: Sought) -> Searched:
    """Look through every file below some folders, sparse and hidden ones included.

    Texts are found as ASCII (so as UTF-8) and as UTF-16 of both orders, in capitals or not.

    Args:
        folders: Where to look; links are not followed.
        sought: What to look for.
    """
    searched = Searched()
    finders = [_Finder(pattern, step, sought.texts) for pattern, step in _patterns(sought.texts)]
    for path in _files(folders):
        try:
            count, size = _search(path, finders, sought.probes)
        except FileNotFoundError:
            continue  # servers go on working
        except OSError:
            searched.unread.append(path)
            continue
        searched.files += 1
        searched.bytes += size
        if count:
            searched.found[path] = count
    return searched


def texts_in_files(folders: Iterable[Path], texts: Iterable[str]) -> set[str]:
    """Return those of some texts that stand in a file below some folders, as `search_files` finds them.

    Args:
        folders: Where to look; links are not followed.
        texts: What to look for.
    """
    wanted = Sought.of(texts, ()).texts
    finders = [_Finder(pattern, step, wanted) for pattern, step in _patterns(wanted)]
    found: set[str] = set()
    for path in _files(folders) if finders else ():
        with contextlib.suppress(OSError):
            for data in _parts(path):
                capitals = data.upper()
                found.update(text.decode() for finder in finders for text in finder.find(capitals))
    return found


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        for root, names, files in os.walk(folder):
            names.sort()
            for name in sorted(files):
                path = Path(root, name)
                try:
                    if stat.S_ISREG(path.lstat().st_mode):
                        yield path
                except OSError:
                    continue


def _patterns(texts: frozenset[str]) -> list[tuple[bytes, slice]]:
    if not texts:
        return []
    least = min(map(len, texts))
    return [
        (rb"[A-Z0-9]{%d,}" % least, slice(None)),
        (rb"(?:[A-Z0-9]\x00){%d,}" % least, slice(0, None, 2)),
        (rb"(?:\x00[A-Z0-9]){%d,}" % least, slice(1, None, 2)),
    ]


class _Finder:
    """Finds texts in one encoding: runs of letters and digits first, then the texts in these."""

    def __init__(self, pattern: bytes, step: slice, texts: Iterable[str]) -> None:
        self._runs = re.compile(pattern)
        self._step = step
        by_length: dict[int, set[bytes]] = {}
        for text in texts:
            by_length.setdefault(len(text), set()).add(text.encode())
        self._texts: Mapping[int, set[bytes]] = by_length

    def find(self, data: bytes) -> Iterator[bytes]:
        """Yield the texts that are in data in capitals, each as often as it is there."""
        for match in self._runs.finditer(data):
            run = match[0][self._step]
            for length, texts in self._texts.items():
                for place in range(len(run) - length + 1):
                    if (text := run[place : place + length]) in texts:
                        yield text


def _search(path: Path, finders: Iterable[_Finder], probes: Iterable[bytes]) -> tuple[int, int]:
    found = size = overlap = 0
    for data in _parts(path):
        size += len(data) - overlap
        overlap = min(len(data), OVERLAP_BYTES)
        capitals = data.upper()
        found += sum(1 for finder in finders for _ in finder.find(capitals))
        found += sum(probe in data for probe in probes)
    return found, size


def _parts(path: Path) -> Iterator[bytes]:
    """Yield a file in parts, each with the end of the one before."""
    before = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            data = before + chunk
            yield data
            before = data[-OVERLAP_BYTES:]
