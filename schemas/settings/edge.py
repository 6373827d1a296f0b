"""A machine at the edge: it reads plates and hands its reads to others."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.settings.section import Section


class EdgeSettings(Section):
    """What `platewatch recognize` does with reads until the broker has them."""

    spool_megabytes: Annotated[float, Field(ge=1, le=10_000_000)] = 4096.0
    """Room on the disk for reads of live cameras that wait for the broker; once it is used up, live cameras wait."""
    picture_wait_seconds: Annotated[float, Field(ge=0, le=3600)] = 3.0
    """How long a read waits until an image store on another machine has its pictures; then it goes ahead of them."""
