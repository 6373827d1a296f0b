"""Files that people send to the console: each in a folder of its own until it is imported, or given up.

A file's name is its sender's, and may say anything: what is kept of it names a file in that folder and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, ValidationError

from hotlists.feeds.disk import on_disk
from schemas.errors import InvalidInput
from services.private_files import FILE_MODE, make_private_folder, save_private

KEEP = timedelta(days=21)
"""How long a file is kept that nobody imports: it is personal data."""
UNFINISHED = timedelta(hours=6)
"""After so long a transfer that did not end never will."""
MOST_MAPPING = 64 << 10
_NOTE = "upload.json"
_MOST_NAME_BYTES = 150
_UNNAMED = "list"


class UploadNote(BaseModel):
    """What is known of a file: how it is read, who sent it, when. `mapping` is a mapping's TOML text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file_name: str
    sha256: str
    size: int
    sent_by: str
    sent_at: datetime
    layout: str
    hotlist_id: str | None = None
    default_state: str | None = None
    as_of: datetime | None = None
    mapping: str | None = None


class Upload(BaseModel):
    """A file that was sent, as a whole."""

    model_config = ConfigDict(frozen=True)

    upload_id: UUID
    path: Path
    note: UploadNote


class Incoming:
    """A file that comes in.

    Args:
        folder: Its own.
        file_name: As its sender says.
        most_bytes: It may not be larger.
    """

    def __init__(self, folder: Path, file_name: str, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._digest = hashlib.sha256()
        self._path = folder / plain_name(file_name)
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
        self.size = 0

    def write(self, data: bytes) -> None:
        """Take the next bytes.

        Raises:
            InvalidInput: There are too many.
            StorageFull: The disk is full.
        """
        self.size += len(data)
        if self.size > self._most_bytes:
            raise InvalidInput(
                f"the file is larger than {self._most_bytes / 1e6:g} MB (hotlists.max_upload_megabytes); import it on "
                "the command line, or raise the limit"
            )
        self._digest.update(data)
        with on_disk(self._folder):
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]

    def finish(
        self,
        *,
        sent_by: str,
        layout: str,
        hotlist_id: str | None = None,
        default_state: str | None = None,
        as_of: datetime | None = None,
        mapping: str | None = None,
    ) -> Upload:
        """Note that the file is whole, and what was said of it.

        Raises:
            InvalidInput: It is empty.
            StorageFull: The disk is full.
        """
        if not self.size:
            raise InvalidInput("the file is empty; choose the list's file")
        note = UploadNote(
            file_name=self._path.name,
            sha256=self._digest.hexdigest(),
            size=self.size,
            sent_by=sent_by,
            sent_at=datetime.now(UTC),
            layout=layout,
            hotlist_id=hotlist_id,
            default_state=default_state,
            as_of=as_of,
            mapping=mapping,
        )
        with on_disk(self._folder):
            os.fsync(self._descriptor)
            save_private(self._folder / _NOTE, note.model_dump_json().encode())
        return Upload(upload_id=UUID(self._folder.name), path=self._path, note=note)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)


def uploads_folder(data_dir: Path) -> Path:
    """Return where the files lie that were sent."""
    return data_dir / "hotlists" / "uploads"


class Uploads:
    """The files that were sent.

    Args:
        data_dir: The data directory.
    """

    def __init__(self, data_dir: Path) -> None:
        self._base = uploads_folder(data_dir)

    @contextlib.contextmanager
    def receiving(self, file_name: str, most_bytes: int) -> Iterator[Incoming]:
        """Take a file in; whatever ends this without `finish` leaves nothing behind.

        Args:
            file_name: As its sender says.
            most_bytes: It may not be larger.

        Raises:
            ConfigurationError: The folder cannot be written.
            StorageFull: The disk is full.
        """
        folder = self._base / str(uuid4())
        with on_disk(folder):
            make_private_folder(folder)
            incoming = Incoming(folder, file_name, most_bytes)
        try:
            yield incoming
        finally:
            incoming.close()
            if not (folder / _NOTE).exists():
                shutil.rmtree(folder, ignore_errors=True)

    def all(self) -> list[Upload]:
        """Return the files that are whole, the newest first."""
        if not self._base.is_dir():
            return []
        found = [upload for place in self._base.iterdir() if (upload := self._read(place)) is not None]
        return sorted(found, key=lambda upload: upload.note.sent_at, reverse=True)

    def find(self, upload_id: UUID) -> Upload:
        """Return a file.

        Raises:
            InvalidInput: It is not there, or not any more.
        """
        found = self._read(self._base / str(upload_id))
        if found is None:
            raise InvalidInput("the file is not here any more: it was imported, given up, or is too old; send it again")
        return found

    def with_digest(self, sha256: str) -> Upload | None:
        """Return the newest file with this content (SHA-256, hexadecimal), or None."""
        return next((upload for upload in self.all() if upload.note.sha256 == sha256), None)

    def remove(self, upload: Upload) -> None:
        """Delete a file."""
        shutil.rmtree(self._base / str(upload.upload_id), ignore_errors=True)

    def prune(self, now: datetime) -> None:
        """Delete what nobody has imported for long, and what never came to its end.

        Args:
            now: The time, aware.
        """
        if not self._base.is_dir():
            return
        for place in self._base.iterdir():
            upload = self._read(place)
            with contextlib.suppress(OSError):
                age = now - (
                    datetime.fromtimestamp(place.stat().st_mtime, UTC) if upload is None else upload.note.sent_at
                )
                if age > (UNFINISHED if upload is None else KEEP):
                    shutil.rmtree(place, ignore_errors=True)

    def _read(self, folder: Path) -> Upload | None:
        try:
            note = UploadNote.model_validate_json((folder / _NOTE).read_bytes())
            upload_id = UUID(folder.name)
        except (OSError, ValidationError, ValueError):
            return None
        path = folder / plain_name(note.file_name)
        return Upload(upload_id=upload_id, path=path, note=note) if path.is_file() else None


def plain_name(text: str) -> str:
    """Return a file's name as it may be kept: one part of a path, of letters, digits and a few marks, not too long.

    Args:
        text: As its sender says; a path of any system.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", text))[-1]
    kept = "".join(sign if sign.isalnum() or sign in "._-+ ()" else "_" for sign in last)
    kept = re.sub(r"[_ ]{2,}", "_", kept).strip(" ._-")
    stem, dot, suffix = kept.rpartition(".")
    if not dot or len(suffix) > 10:
        stem, suffix = kept, ""
    ending = f".{suffix}" if suffix else ""
    room = _MOST_NAME_BYTES - len(ending.encode())
    stem = stem.encode()[:room].decode(errors="ignore").strip(" ._-") or _UNNAMED
    name = f"{stem}{ending}"
    return f"_{name}" if name == _NOTE else name
