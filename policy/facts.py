"""A statement about the law, with where it was found, as of when, and how sure we are."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""Text that says something."""


class Confidence(StrEnum):
    """How a fact is known. None of them makes it certain: an agency's counsel decides.

    read: the text of the law, or a copy of it, was read.
    secondary: a compilation, a digest or the news say so.
    unconfirmed: background knowledge, or a gap that nobody has looked into.
    """

    READ = "read"
    SECONDARY = "secondary"
    UNCONFIRMED = "unconfirmed"


class ProfileSection(BaseModel):
    """Base of what stands in a profile: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Fact(ProfileSection):
    """Base of a statement about the law."""

    citation: Text
    """Where the law says so, or that it was not found."""
    as_of: date
    """Since when it holds, where that is known; else when it was looked up."""
    confidence: Confidence
    """How it is known."""
    note: Annotated[str, Field(max_length=1000)] = ""
    """What else a reader should know: exceptions, what is not known."""

    @property
    def source(self) -> str:
        """Citation and date, like `Code of Virginia 2.2-5517 (2025-07-01)`."""
        return f"{self.citation} ({self.as_of.isoformat()})"
