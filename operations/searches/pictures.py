"""Pictures that are shown with reads: of what somebody has just asked for, and of nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from schemas.errors import PlatewatchError
from schemas.settings import Settings
from schemas.types import PlateRead
from storage.reads.images import ImageStore, is_key_of

MOST_PICTURES: Final = 100
"""Plates that are shown beside their reads at a time; each read can be looked at by itself."""
LARGEST_PLATE: Final = 256 << 10
LARGEST_SCENE: Final = 12 << 20
"""Bytes of a picture that is put into a page."""
_AT_ONCE: Final = 8
"""A store on another machine answers each in its own time."""
_JPEG: Final = b"\xff\xd8\xff"


@dataclass(frozen=True, slots=True)
class ReadPictures:
    """The pictures of one read as JPEG; None where there is none any more."""

    plate: bytes | None
    scene: bytes | None


def plates_of(settings: Settings, reads: Sequence[PlateRead]) -> Mapping[UUID, bytes]:
    """Return the pictures of plates, as JPEG, of reads whose showing is in the audit; the first hundred of them.

    Args:
        settings: The configuration; it says where pictures are.
        reads: The reads.

    Raises:
        ConfigurationError: The image store cannot be used.
    """
    shown = reads[:MOST_PICTURES]
    if not shown:
        return {}
    images = ImageStore(settings)

    def load(read: PlateRead) -> bytes | None:
        return _load(images, read.plate_image_key, read.read_id, LARGEST_PLATE)

    with ThreadPoolExecutor(_AT_ONCE, "picture") as pool:
        loaded = zip(shown, pool.map(load, shown), strict=True)
        return {read.read_id: picture for read, picture in loaded if picture is not None}


def pictures_of(settings: Settings, read: PlateRead) -> ReadPictures:
    """Return both pictures of a read whose showing is in the audit; as `plates_of`."""
    images = ImageStore(settings)
    return ReadPictures(
        _load(images, read.plate_image_key, read.read_id, LARGEST_SCENE),
        _load(images, read.context_image_key, read.read_id, LARGEST_SCENE),
    )


def _load(images: ImageStore, key: str | None, read_id: UUID, largest: int) -> bytes | None:
    # A read may come from another machine, and its keys with it.
    if key is None or not is_key_of(key, read_id):
        return None
    try:
        picture = images.load(key)
    except PlatewatchError:
        return None  # ended with retention, or its store is away: the read is shown without
    return picture if picture.startswith(_JPEG) and len(picture) <= largest else None
