"""Where pictures are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from schemas.settings.section import Section


class ImageSettings(Section):
    """Where pictures are kept: any fsspec URL; default: `images` in the data directory."""

    url: str | None = None
    """fsspec URL of the image store, like s3://bucket/folder; default: `images` in the data directory."""
    options: dict[str, Any] = Field(default_factory=dict)
    """fsspec's own option names, passed through (key, secret, endpoint_url, ...)."""
    keep_context: bool = True
    """Keep the whole frame beside the picture of the plate."""
    jpeg_quality: Annotated[int, Field(ge=30, le=100)] = 85
    """JPEG quality of kept frames."""
    plate_jpeg_quality: Annotated[int, Field(ge=30, le=100)] = 95
    """JPEG quality of plates' pictures, which the second reader reads; one too large for an alert gets the frames'."""

    keep_free_gigabytes: Annotated[float, Field(ge=0, le=100_000)] = 1.0
    """Space on the disk that pictures leave to everything else: with less they are not kept, and an alarm is raised at
    twice as much; 0: they are kept as long as there is any."""

    @property
    def folder(self) -> Path | None:
        """The folder that `url` names on this machine; None where it names none, or there is none."""
        if self.url is None:
            return None
        scheme, mark, rest = self.url.partition("://")
        if not mark:
            return Path(self.url)
        return Path(rest) if scheme in ("file", "local") else None
