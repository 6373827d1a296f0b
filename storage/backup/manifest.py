"""What a backup says of itself: every file with its hash, every table with its rows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MANIFEST = "manifest.json"
"""A folder without it is no backup; it is written last."""
FORMAT: Literal[1] = 1
Form = Literal["text", "csv"]
"""How rows are written: PostgreSQL's text, compressed, or CSV for everybody."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StoredFile(_Part):
    """A file: its name in the backup, and the size and SHA-256 of its bytes as they lie there."""

    name: str
    bytes: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class StoredTable(_Part):
    """A table's rows, or a part's: of `reads` those of a day, of `hotlist_entries` those of a list."""

    table: str
    part: str | None = None
    columns: tuple[str, ...]
    rows: Annotated[int, Field(ge=0)]
    file: StoredFile


class StoredPictures(_Part):
    """The pictures: an index with a line each (sorted by key), how many there are, and how many could not be had.

    `linked` of them share their bytes with an earlier backup.
    """

    index: StoredFile
    count: int
    bytes: int
    linked: int
    missing: int


class Manifest(_Part):
    """A backup as a whole. `taken_at` is the one moment that all of it belongs to."""

    format: Literal[1] = FORMAT
    taken_at: datetime
    finished_at: datetime
    agency_id: str
    version: str
    server: int
    migrations: tuple[str, ...]
    key_id: str | None
    form: Form = "text"
    tables: tuple[StoredTable, ...]
    sequences: dict[str, int]
    pictures: StoredPictures | None
    files: tuple[StoredFile, ...] = ()
    """What lies beside database and pictures: waiting messages, what a subscriber has seen, the configuration."""
    left_out: tuple[str, ...] = ()
    """What a person has to know is not in it, in words."""

    @property
    def rows(self) -> dict[str, int]:
        """Rows by table."""
        found: dict[str, int] = {}
        for one in self.tables:
            found[one.table] = found.get(one.table, 0) + one.rows
        return found

    @property
    def all_files(self) -> tuple[StoredFile, ...]:
        """Every file but pictures, which the index names."""
        index = () if self.pictures is None else (self.pictures.index,)
        return (*(one.file for one in self.tables), *self.files, *index)


class PictureLine(_Part):
    """A line of the index: a picture with its file's size and hash, or why there is none."""

    key: str
    bytes: int = 0
    sha256: str = ""
    missing: str | None = None
