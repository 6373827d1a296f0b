"""The law that holds, and what the agency decides for itself."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from schemas.settings.section import NameOrTomlPath, Section
from schemas.types import Category, Purpose


class PolicySettings(Section):
    """Which law holds here, and what this agency decides for itself (`platewatch law show` says what follows)."""

    profile: NameOrTomlPath = "virginia"
    """A profile that ships with Platewatch (`platewatch law list`), or the path of a TOML file of your own."""
    also_notify: tuple[Category, ...] = ()
    """Categories that raise alerts though the profile keeps them silent: a gate that a person opens, on record."""
    also_notify_reason: str | None = None
    """Who opened the gate and why; required with `also_notify`."""
    never_notify: tuple[Category, ...] = ()
    """Categories whose hits are stored but raise no alert, whatever the law permits."""
    also_purposes: tuple[Purpose, ...] = ()
    """Purposes that stored reads may be searched for though the profile's closed list leaves them out."""
    also_purposes_reason: str | None = None
    """Who opened the list and why; required with `also_purposes`."""
    never_purposes: tuple[Purpose, ...] = ()
    """Purposes that stored reads are searched for by nobody, whatever the law permits."""

    @model_validator(mode="after")
    def _gate(self) -> Self:
        if self.also_notify and not (self.also_notify_reason or "").strip():
            raise ValueError("also_notify needs also_notify_reason: who opened the gate, and why")
        both = sorted(set(self.also_notify) & set(self.never_notify))
        if both:
            raise ValueError(f"also_notify and never_notify both name {', '.join(both)}")
        return self

    @model_validator(mode="after")
    def _purposes(self) -> Self:
        if self.also_purposes and not (self.also_purposes_reason or "").strip():
            raise ValueError("also_purposes needs also_purposes_reason: who opened the list, and why")
        both = sorted(set(self.also_purposes) & set(self.never_purposes))
        if both:
            raise ValueError(f"also_purposes and never_purposes both name {', '.join(both)}")
        return self
