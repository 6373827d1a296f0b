"""How a hotlist differs from an earlier version of it, for whoever keeps lists in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ListChange(Generic[T]):
    """How a list differs from a version of it.

    `version_id` is the active version, None where the list is not active any more; `as_of` is the date of its content.
    `removed` are the ids of entries that are gone or changed, `added` what was made of the new ones and the changed
    ones as they are now: a changed entry is in both.
    """

    version_id: int | None
    as_of: datetime | None
    added: T
    removed: tuple[UUID, ...]
