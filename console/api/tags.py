"""`If-Match`: how a program says which version of something it has looked at."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header, Response

_TAG = re.compile(r'"(\d{1,9})"', re.ASCII)
NO_VERSION = -1
"""What no version fits."""


def version_known(
    if_match: Annotated[
        str | None,
        Header(max_length=100, description="The ETag as it was looked at; it is refused if it changed."),
    ] = None,
) -> int | None:
    """Return the version that a caller knows, None where they do not say; what is no ETag of ours fits none."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _TAG.fullmatch(if_match.strip())
    return NO_VERSION if found is None else int(found[1])


Knows = Annotated[int | None, Depends(version_known)]
"""The version that whoever asks has looked at."""


def tag(response: Response, version: int) -> None:
    """Say in an answer which version it is about."""
    response.headers["ETag"] = f'"{version}"'
