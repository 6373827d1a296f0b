"""How lists become active, and which ones come by themselves."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from schemas.settings.feeds import FeedSettings
from schemas.settings.section import Section


class HotlistSettings(Section):
    """How lists become active."""

    max_shrink: Annotated[float, Field(gt=0, le=1)] = 0.2
    """A version that is smaller than the active one by more than this share is held for a person."""
    max_grow: Annotated[float, Field(gt=0)] = 0.5
    """A version that is larger than the active one by more than this share is held for a person."""
    min_change: Annotated[int, Field(ge=1)] = 5
    """A version that has fewer entries more or less than this is not held for its size."""
    feeds: tuple[FeedSettings, ...] = ()
    """Lists that come by themselves (`[[hotlists.feeds]]`)."""

    @field_validator("feeds")
    @classmethod
    def _one_per_list(cls, value: tuple[FeedSettings, ...]) -> tuple[FeedSettings, ...]:
        names = [feed.name for feed in value]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"list fed more than once: {', '.join(doubled)}")
        return value
