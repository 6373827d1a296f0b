"""An action as it is asked, for the audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from schemas.actions import Action
from schemas.actor import Actor
from schemas.permissions import check_permitted

__all__ = ["Action", "AuditRecord"]


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One action that somebody asks for, to be written down with what comes of it.

    `details` is what was asked, by name: text, numbers, times, ids, and lists or mappings of them; None means that it
    was not asked. `purpose` and `case_number` are why.

    Raises:
        NotPermitted: The actor's roles do not include it. Whatever is done needs a record, so no operation can forget
            to ask.
    """

    actor: Actor
    action: Action
    details: Mapping[str, Any] = field(default_factory=dict)
    purpose: str | None = None
    case_number: str | None = None

    def __post_init__(self) -> None:
        check_permitted(self.actor, self.action)
