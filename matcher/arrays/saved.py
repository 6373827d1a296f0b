"""An index on disk: one file per array, mapped into memory when it is loaded, so that loading takes hardly any time.

What a disk damaged would match other plates, or none, and nobody would notice: every file's checksum is kept, and
looked at before the index is used. It guards against accidents; who may write the folder may do anything.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import zlib
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID

import numpy as np

from matcher.arrays.entries import COLUMNS, EntryArrays, Unusable
from matcher.arrays.layer import Layer
from matcher.arrays.packing import LAYOUT
from matcher.arrays.vocabulary import Names, Vocabulary
from services.private_files import FILE_MODE, make_private_folder

log = logging.getLogger(__name__)

_LAYER_ARRAYS: Final = ("keys", "offsets", "bitmap", "partial", "by_id", "gone")
_DOCUMENT: Final = "index.json"
_READ_AT_ONCE: Final = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class SavedIndex:
    """What an index is made of."""

    base: Layer
    addition: Layer
    as_of: dict[str, datetime]
    unusable: tuple[Unusable, ...]
    note: dict[str, Any]
    """What its owner wants to know of it when it is loaded, as JSON takes it."""


def save(index: SavedIndex, folder: Path) -> None:
    """Write an index to a folder, as a whole or not at all; one that is there is replaced.

    Args:
        index: The index.
        folder: Its parent exists.

    Raises:
        OSError: The disk is full, or the folder cannot be written.
    """
    # Beside its place, then renamed: whoever maps the old files keeps them.
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    make_private_folder(fresh)  # the index holds every listed plate
    sums: dict[str, int] = {}
    for name, layer in (("base", index.base), ("addition", index.addition)):
        _save_layer(layer, fresh, name, sums)
    vocabulary = index.base.entries.vocabulary
    document = {
        "layout": LAYOUT,
        "sums": sums,
        "note": index.note,
        "as_of": {hotlist_id: moment.isoformat() for hotlist_id, moment in index.as_of.items()},
        "unusable": [[str(one.entry_id), one.hotlist_id, one.reason] for one in index.unusable],
        "vocabulary": {field.name: getattr(vocabulary, field.name).texts[1:] for field in fields(Vocabulary)},
    }
    text = json.dumps(document).encode()
    with (fresh / _DOCUMENT).open("wb") as file:
        # The sum of the document stands before it, in a line of its own.
        file.write(b"%d\n" % zlib.crc32(text) + text)
        _synced(file)
    for saved in fresh.iterdir():
        saved.chmod(FILE_MODE)
    _sync_folder(fresh)
    old = folder.with_name(f"{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    _sync_folder(folder.parent)
    shutil.rmtree(old, ignore_errors=True)


def _save_layer(layer: Layer, folder: Path, name: str, sums: dict[str, int]) -> None:
    arrays = {part: getattr(layer, part) for part in _LAYER_ARRAYS}
    arrays |= {column: getattr(layer.entries, column) for column in COLUMNS}
    arrays |= {f"masks.{length}": masks for length, masks in enumerate(layer.masks)}
    for part, array in arrays.items():
        file_name = f"{name}.{part}.npy"
        with (folder / file_name).open("wb") as file:
            summed = _Summed(file)
            np.save(summed, array)
            _synced(file)
        sums[file_name] = summed.sum


class _Summed:
    """A file whose bytes are summed up as they are handed over: what the disk makes of them is another matter."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.sum = 0

    def write(self, data: bytes) -> int:
        self.sum = zlib.crc32(data, self.sum)
        return self._file.write(data)


def _synced(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Keep the names of a folder's files through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sum_of(path: Path) -> int:
    found, buffer = 0, bytearray(_READ_AT_ONCE)
    view = memoryview(buffer)
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(buffer):
            found = zlib.crc32(view[:count], found)
    return found


def load(folder: Path) -> SavedIndex | None:
    """Map an index of `save` into memory.

    Args:
        folder: Where it was written.

    Returns:
        The index, or None where there is none, or one that this version does not read, or one that is damaged.
    """
    if not (folder / _DOCUMENT).exists():
        return None
    try:
        stated, _, text = (folder / _DOCUMENT).read_bytes().partition(b"\n")
        if not text and stated.startswith(b"{"):
            return None  # of a version that kept no sums
        if int(stated) != zlib.crc32(text):
            raise ValueError(f"{_DOCUMENT} is not as it was written")
        document: dict[str, Any] = json.loads(text)
        if document["layout"] != LAYOUT:
            return None
        changed = [name for name, wanted in document["sums"].items() if _sum_of(folder / name) != wanted]
        if changed:
            raise ValueError(f"{', '.join(changed)}: not as written")
        vocabulary = Vocabulary(**{name: Names(texts) for name, texts in document["vocabulary"].items()})
        base, addition = (_load_layer(folder, name, vocabulary) for name in ("base", "addition"))
        as_of = {hotlist_id: datetime.fromisoformat(text) for hotlist_id, text in document["as_of"].items()}
        unusable = tuple(Unusable(UUID(text), hotlist_id, reason) for text, hotlist_id, reason in document["unusable"])
        note = dict(document["note"])
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        log.warning("the saved index of the hotlists is damaged (%s); it is made anew from the database", error)
        return None
    return SavedIndex(base, addition, as_of, unusable, note)


def _load_layer(folder: Path, name: str, vocabulary: Vocabulary) -> Layer:
    def array(part: str) -> Any:
        return np.load(folder / f"{name}.{part}.npy", mmap_mode="r", allow_pickle=False)

    entries = EntryArrays(vocabulary, **{column: array(column) for column in COLUMNS})
    arrays = {part: array(part) for part in _LAYER_ARRAYS}
    count = len(entries)
    if any(len(arrays[part]) != count for part in ("keys", "by_id", "gone")):
        raise ValueError("arrays of different lengths")
    masks: list[Any] = []
    while (folder / f"{name}.masks.{len(masks)}.npy").exists():
        masks.append(np.asarray(array(f"masks.{len(masks)}")))
    return Layer(entries, masks=tuple(masks), size=count - int(np.count_nonzero(arrays["gone"])), **arrays)
