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
    shift_starts: tuple[Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")], ...] = ()
    """When shifts begin, like 06:00, in the agency's time zone; where the law has lists renewed by then, one that was
    not is late. None given: midnight."""
    shift_grace_minutes: Annotated[float, Field(ge=0, le=720)] = 30.0
    """So long after a shift's begin a list may be renewed, where the law asks for that."""
    max_upload_megabytes: Annotated[float, Field(gt=0, le=8192)] = 1024.0
    """Larger files are refused on the console's pages; the command line takes files of any size."""
    upload_seconds: Annotated[float, Field(gt=0, le=86_400)] = 1800.0
    """How long a file may take to come in there."""
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
