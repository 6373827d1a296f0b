"""When and how an alert goes out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from schemas.settings.channels import ChannelSettings
from schemas.settings.section import Section
from schemas.types import Category, Priority


class AlertSettings(Section):
    """Hit to Alert."""

    topic: str | None = None
    """Alert topic; default: platewatch.alerts.<agency>.v1."""
    embed_plate_picture: bool = True
    """Put the picture of the plate into the alert."""
    second_reader: Literal["auto", "on", "off"] = "auto"
    """Read a plate again with another reader before it raises an alert; auto: where rapidocr is installed."""
    second_reader_timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 3.0
    """How long an alert waits for its second reading; then it goes out without one."""
    second_reader_early_seconds: Annotated[float, Field(gt=0, le=60)] = 0.5
    """How long the alert of an early read waits for it, at most the timeout: the finished pass is read again, too."""
    open_hours: Annotated[float, Field(gt=0)] = 24.0
    """Alerts of so many hours are canceled when their hotlist entry is withdrawn, removed, changed or expires."""
    storm_minimum: Annotated[int, Field(ge=0)] = 100
    """So many alerts of one camera or one entry within an hour never are a storm; 0: none is held for one."""
    priorities: dict[Category, Priority] = Field(default_factory=dict)
    """How much alerts of a category press (high, normal, low), where that is not as usual; says their order and tone on
    the board. High cannot be muted."""
    channels: tuple[ChannelSettings, ...] = ()
    """Where rules may send alerts (`[[alerts.channels]]`)."""

    @field_validator("channels")
    @classmethod
    def _distinct(cls, value: tuple[ChannelSettings, ...]) -> tuple[ChannelSettings, ...]:
        names = [channel.name for channel in value]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"channel named more than once: {', '.join(doubled)}")
        return value
