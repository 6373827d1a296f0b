"""`HEAD` and `PATCH /ingest/cars/CAR/pictures/KEY`: pictures come in pieces, and go on where they were cut off.

The core of tus 1.0.0 (https://tus.io/protocols/resumable-upload), on URLs that are known beforehand: nothing has to be
created first, and every piece says how long the whole is.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol
from uuid import UUID

from ingest.formats.jpeg import size_of
from ingest.inbox_place import LEAST_FREE_BYTES
from ingest.server.answers import Refusal
from ingest.server.cars import CarReply, CarRequest
from ingest.server.inbox import LATER
from ingest.server.known_cars import KnownCar
from schemas.errors import StorageFull, TransientError
from services.private_files import make_private_folder
from storage.reads.images import camera_folder, is_key_of

log = logging.getLogger(__name__)

FOLDER = "car-pictures"
"""In the data directory: what has begun to come."""
MOST_PICTURE_BYTES = 8 << 20
MOST_BEGUN = 64
"""Pictures of one car that have begun to come at a time."""
GIVEN_UP_SECONDS = 2 * 86_400.0
"""A picture that did not go on for so long is given up; it may begin anew."""
SWEEP_SECONDS = 60.0
MEDIA_TYPE = "application/offset+octet-stream"
TUS = {"tus-resumable": "1.0.0"}
_END_OF_JPEG = b"\xff\xd9"
_LOOKED_AT = 4096
"""Bytes at the end within which a picture has to end: some encoders add a few."""


class Pictures(Protocol):
    """Where whole pictures go; `storage.reads.images.ImageStore` is one."""

    def has(self, key: str) -> bool:
        """Return whether there is a picture of that key."""
        ...

    def load(self, key: str) -> bytes:
        """Return a picture."""
        ...

    def keep(self, key: str, data: bytes, *, durable: bool = False) -> None:
        """Store a picture, whole or not at all; with `durable` it is on the disk then."""
        ...


class CarPictures:
    """Takes pictures in pieces. Threads share it.

    One that is there is never replaced: whoever has a car's token changes nothing of what it sent.

    Args:
        folder: Where pieces are collected; made at the first one.
        images: Where whole pictures go.
        least_free: Bytes of the disk that are left to others.
    """

    def __init__(self, folder: Path, images: Pictures, least_free: int = LEAST_FREE_BYTES) -> None:
        self._folder = folder
        self._images = images
        self._least_free = least_free
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._look_at = 0.0

    def handle(self, asked: CarRequest) -> CarReply:
        """Say how far a picture is, or take the next piece of it.

        Raises:
            Refusal: The key is none of this car's, the piece does not fit, or there is no room.
            TransientError: The image store does not answer.
        """
        key = _checked_key(asked.rest, asked.car)
        _check_version(asked.headers)
        with self._turn(asked.car.car_id):
            self._sweep()
            if asked.method == "HEAD":
                return self._look(key, asked.car)
            return self._take(key, asked)

    def _look(self, key: str, car: KnownCar) -> CarReply:
        begun = self._begun(key, car)
        if begun is not None:
            offset, length = begun.stat().st_size, str(_length_of(begun))
        elif self._images.has(key):
            offset = len(self._images.load(key))
            length = str(offset)
        else:
            return CarReply(200, headers={**TUS, "upload-offset": "0"})
        return CarReply(200, headers={**TUS, "upload-offset": str(offset), "upload-length": length})

    def _take(self, key: str, asked: CarRequest) -> CarReply:
        if asked.headers.get("content-type", "").strip().lower() != MEDIA_TYPE:
            raise Refusal(415, f"expected content-type: {MEDIA_TYPE}")
        length, offset = _number(asked.headers, "upload-length"), _number(asked.headers, "upload-offset")
        if not 0 < length <= MOST_PICTURE_BYTES:
            raise Refusal(413, f"a picture has 1 to {MOST_PICTURE_BYTES} bytes")
        begun = self._begun(key, asked.car)
        if begun is None and self._images.has(key):
            return _at(length)
        if begun is not None and _length_of(begun) != length:
            raise Refusal(409, f"this picture began with {_length_of(begun)} bytes, and not {length}")
        have = 0 if begun is None else begun.stat().st_size
        if offset != have:
            raise Refusal(409, f"the picture is at byte {have}, and not {offset}", {**TUS, "upload-offset": str(have)})
        if offset + len(asked.body) > length:
            raise Refusal(413, f"{offset + len(asked.body)} bytes of a picture that has {length}")
        if have == 0 and len(asked.body) == length:
            self._keep(key, asked.body, length)
            return _at(length)
        path = begun or self._new(key, asked.car, length)
        self._append(path, asked.body)
        if have + len(asked.body) < length:
            return _at(have + len(asked.body))
        try:
            self._keep(key, path.read_bytes(), length)
        except Refusal:
            path.unlink(missing_ok=True)  # it may begin anew
            raise
        path.unlink(missing_ok=True)
        return _at(length)

    def _keep(self, key: str, data: bytes, length: int) -> None:
        if len(data) != length or size_of(data) is None or _END_OF_JPEG not in data[-_LOOKED_AT:]:
            raise Refusal(422, "this is no whole JPEG picture")
        self._check_room(length)
        try:
            self._images.keep(key, data, durable=True)
        except StorageFull as error:
            log.error("a car's picture cannot be kept: %s", error)
            raise Refusal(507, "the disk is full; send it later", LATER) from None

    def _append(self, path: Path, body: bytes) -> None:
        self._check_room(len(body))
        try:
            with path.open("ab") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise TransientError(f"{path.parent}: a piece of a picture cannot be written ({error.strerror})") from error

    def _new(self, key: str, car: KnownCar, length: int) -> Path:
        folder = self._folder / car.car_id
        try:
            make_private_folder(folder)
            if sum(1 for _ in folder.iterdir()) >= MOST_BEGUN:
                raise Refusal(429, f"{MOST_BEGUN} pictures of this car have begun to come; end those first", LATER)
            path = folder / f"{_name_of(key)}-{length}.part"
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        except OSError as error:
            raise TransientError(f"{folder}: a picture cannot begin there ({error.strerror})") from error
        return path

    def _begun(self, key: str, car: KnownCar) -> Path | None:
        return next((self._folder / car.car_id).glob(f"{_name_of(key)}-*.part"), None)

    def _check_room(self, size: int) -> None:
        place = self._folder if self._folder.exists() else self._folder.parent
        found = os.statvfs(place)
        if found.f_bavail * found.f_frsize < self._least_free + size:
            raise Refusal(507, "the disk is nearly full; send it later", LATER)

    def _turn(self, car_id: str) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault(car_id, threading.Lock())

    def _sweep(self) -> None:
        """Delete what has begun and did not go on, now and then."""
        with self._lock:
            if time.monotonic() < self._look_at:
                return
            self._look_at = time.monotonic() + SWEEP_SECONDS
        ended = 0
        for path in self._folder.glob("*/*.part"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > GIVEN_UP_SECONDS:
                    path.unlink()
                    ended += 1
        if ended:
            log.info("%d pictures of cars did not go on for two days and are given up", ended)


def _at(offset: int) -> CarReply:
    return CarReply(204, headers={**TUS, "upload-offset": str(offset)})


def _checked_key(key: str, car: KnownCar) -> str:
    """Return a picture's key.

    Raises:
        Refusal: It is none, or not of this car's cameras.
    """
    parts = key.split("/")
    try:
        read_id = UUID(parts[-1][:36])
    except ValueError:
        raise Refusal(404, "this is not the key of a picture") from None
    if not is_key_of(key, read_id):
        raise Refusal(404, "this is not the key of a picture")
    if parts[-2] not in {camera_folder(camera_id) for camera_id in car.camera_ids}:
        raise Refusal(403, "this picture is of none of this car's cameras")
    return key


def _check_version(headers: Mapping[str, str]) -> None:
    if headers.get("tus-resumable", TUS["tus-resumable"]) != TUS["tus-resumable"]:
        raise Refusal(412, "only tus 1.0.0 is known here", {"tus-version": TUS["tus-resumable"]})


def _number(headers: Mapping[str, str], name: str) -> int:
    text = headers.get(name, "")
    if not (text.isascii() and text.isdigit()) or len(text) > 12:
        raise Refusal(400, f"{name} is no number; each piece says where it begins and how long the whole is")
    return int(text)


def _name_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:40]


def _length_of(path: Path) -> int:
    return int(path.stem.rpartition("-")[2])
