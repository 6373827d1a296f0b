"""Files that a browser keeps."""

from __future__ import annotations

from pathlib import PurePath

from fastapi.responses import Response

TYPES = {".csv": "text/csv", ".json": "application/json", ".txt": "text/plain"}


def download(text: str, name: str) -> Response:
    """Return a text as a file to keep.

    Args:
        text: What is in it. A CSV file gets the mark by which spreadsheets know UTF-8.
        name: What it is called, of letters that need no quoting; its ending says what it is.
    """
    suffix = PurePath(name).suffix
    content = text.encode("utf-8-sig" if suffix == ".csv" else "utf-8")
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, media_type=TYPES[suffix])
