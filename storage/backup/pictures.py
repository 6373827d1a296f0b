"""The pictures that a moment's reads name: copied once, and shared with the backup before where it has them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from schemas.errors import InvalidInput
from services.private_files import make_private_folder
from services.sealing import SealingKey
from storage.backup.files import SEALED, hash_of, inside, reading, translated, writing
from storage.backup.folder import read_manifest
from storage.backup.manifest import PictureLine, StoredFile, StoredPictures
from storage.reads.images import ImageStore

INDEX = "pictures.jsonl.gz"
FOLDER = "pictures"
AT_ONCE = 8
"""Pictures that are fetched at a time: another machine's store answers each one late."""


@dataclass(frozen=True, slots=True)
class Former:
    """An earlier backup whose pictures can be shared: sealed with the same key, or with none like this one."""

    folder: Path
    index: StoredFile
    suffix: str


def former_of(backup: Path | None, keys: Sequence[SealingKey], key: SealingKey | None) -> Former | None:
    """Return an earlier backup as a source of pictures, or None where it is none that fits.

    Args:
        backup: The earlier backup.
        keys: Those at hand.
        key: What the new one is sealed with.
    """
    if backup is None:
        return None
    try:
        manifest = read_manifest(backup, keys)
    except Exception:  # noqa: BLE001 - whatever is wrong with it: then every picture is copied
        return None
    if manifest.pictures is None or manifest.key_id != (None if key is None else key.key_id):
        return None
    return Former(backup, manifest.pictures.index, "" if key is None else SEALED)


class PictureCopy:
    """Copies pictures into a backup, and writes its index.

    Args:
        images: The image store.
        backup: The backup's folder.
        key: Seals them; None: they are as they are.
        former: An earlier backup to share with.
        keys: Those at hand, to read its index.
    """

    def __init__(
        self,
        images: ImageStore,
        backup: Path,
        key: SealingKey | None,
        former: Former | None,
        keys: Sequence[SealingKey],
    ) -> None:
        self._images = images
        self._backup = backup
        self._key = key
        self._former = former
        self._keys = keys
        self._can_link = True

    def copy(self, wanted: Iterator[str]) -> StoredPictures:
        """Copy pictures.

        Args:
            wanted: Their keys, sorted byte by byte.

        Raises:
            StorageFull: No space left.
            TransientError: The image store does not answer.
        """
        count = size = linked = missing = 0
        name = INDEX if self._key is None else INDEX + SEALED
        with writing(self._backup, name, self._key, packed=True) as index, ThreadPoolExecutor(AT_ONCE) as pool:
            pairs = self._with_former(wanted)
            while batch := list(itertools.islice(pairs, AT_ONCE * 8)):
                for line, is_linked in pool.map(self._one, batch):
                    index.write(line.model_dump_json(exclude_defaults=True).encode() + b"\n")
                    missing += line.missing is not None
                    count += line.missing is None
                    linked += is_linked
                    size += line.bytes
        return StoredPictures(index=index.stored, count=count, bytes=size, linked=linked, missing=missing)

    def _with_former(self, wanted: Iterator[str]) -> Iterator[tuple[str, PictureLine | None]]:
        """Yield each key with its line of the earlier backup: both are in the same order."""
        lines = iter(()) if self._former is None else picture_lines(self._former.folder, self._former.index, self._keys)
        line = next(lines, None)
        for key in wanted:
            while line is not None and line.key.encode() < key.encode():
                line = next(lines, None)
            yield key, line if line is not None and line.key == key and line.missing is None else None

    def _one(self, wanted: tuple[str, PictureLine | None]) -> tuple[PictureLine, bool]:
        key, known = wanted
        if known is not None and self._linked(known):
            return known, True
        try:
            data = self._images.load(key)
        except InvalidInput:
            return PictureLine(key=key, missing="the image store does not have it"), False
        name = file_of(key, sealed=self._key is not None)
        with writing(self._backup, name, self._key) as file:
            file.write(data)
        return PictureLine(key=key, bytes=file.stored.bytes, sha256=file.stored.sha256), False

    def _linked(self, known: PictureLine) -> bool:
        """Share a picture's bytes with the earlier backup; not where the file system or its limits do not let us."""
        former = self._former
        if former is None or not self._can_link:
            return False
        name = file_of(known.key, sealed=bool(former.suffix))
        target = self._backup / name
        source = inside(former.folder, name)
        try:
            if source.stat().st_size != known.bytes:
                return False
            make_private_folder(target.parent)
            os.link(source, target)
        except FileNotFoundError:
            return False
        except OSError:
            self._can_link = False
            return False
        return True


def file_of(key: str, *, sealed: bool) -> str:
    """Return where a picture lies in a backup."""
    return f"{FOLDER}/{key}{SEALED if sealed else ''}"


def picture_lines(backup: Path, index: StoredFile, keys: Sequence[SealingKey]) -> Iterator[PictureLine]:
    """Yield the lines of a backup's index of pictures.

    Raises:
        InvalidInput: It is damaged.
    """
    rest = b""
    for piece in reading(backup, index.name, keys, packed=True):
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            try:
                yield PictureLine.model_validate_json(line)
            except ValidationError as error:
                raise InvalidInput("a line of the index is damaged", source=f"{backup}/{index.name}") from error


def damaged_pictures(backup: Path, pictures: StoredPictures, keys: Sequence[SealingKey]) -> Iterator[str]:
    """Yield what is wrong with a backup's pictures, in words."""
    sealed = pictures.index.name.endswith(SEALED)
    count = 0
    for line in picture_lines(backup, pictures.index, keys):
        if line.missing is not None:
            continue
        count += 1
        name = file_of(line.key, sealed=sealed)
        found = hash_of(backup, name)
        if found is None:
            yield f"{name}: is not there"
        elif (found.bytes, found.sha256) != (line.bytes, line.sha256):
            yield f"{name}: is another file than was written"
    if count != pictures.count:
        yield f"{pictures.index.name}: names {count} pictures, and the manifest says {pictures.count}"


def restore_pictures(
    backup: Path,
    pictures: StoredPictures,
    keys: Sequence[SealingKey],
    images: ImageStore,
    wanted: Callable[[Sequence[str]], set[str]],
) -> int:
    """Put a backup's pictures into an image store; return how many.

    Args:
        backup: The backup.
        pictures: What its manifest says of them.
        keys: Those at hand.
        images: The store.
        wanted: Returns which of some keys are named by reads that are there: the others are over.

    Raises:
        StorageFull: No space left.
        TransientError: The store does not answer.
        InvalidInput: A picture is damaged.
    """
    sealed = pictures.index.name.endswith(SEALED)
    lines = (line for line in picture_lines(backup, pictures.index, keys) if line.missing is None)
    count = 0

    def put(key: str) -> None:
        images.save(key, b"".join(reading(backup, file_of(key, sealed=sealed), keys)))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        while batch := [line.key for line in itertools.islice(lines, 1000)]:
            named = wanted(batch)
            count += sum(1 for _ in pool.map(put, sorted(named)))
    return count


def keys_in(path: Path) -> Iterator[str]:
    """Yield the keys of a file with one a line."""
    with translated(path), path.open(encoding="utf-8") as file:
        for line in file:
            yield line.rstrip("\n")
