"""Files and pictures that a browser gets: what it may do with them."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

from fastapi.responses import Response

TYPES: Final = {
    ".csv": "text/csv; charset=utf-8",
    ".geojson": "application/geo+json",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml",
}
_PRIVATE: Final = {"Cache-Control": "private, no-store"}


def attached(name: str) -> dict[str, str]:
    """Return the headers of a file that is kept, and by nobody on the way.

    Args:
        name: What it is called, of letters that need no quoting.
    """
    return {**_PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'}


def download(text: str, name: str) -> Response:
    """Return a text as a file to keep.

    Args:
        text: What is in it. A CSV file gets the mark by which spreadsheets know UTF-8.
        name: What it is called, of letters that need no quoting; its ending says what it is.
    """
    suffix = PurePath(name).suffix
    content = text.encode("utf-8-sig" if suffix == ".csv" and not text.startswith("\ufeff") else "utf-8")
    return Response(content, headers=attached(name), media_type=TYPES[suffix])


def shown(jpeg: bytes) -> Response:
    """Return a picture that is shown and not kept."""
    return Response(jpeg, media_type="image/jpeg", headers={**_PRIVATE, "Content-Disposition": "inline"})
