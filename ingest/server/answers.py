"""What the server answers: one line of JSON, which says what is wrong where something is."""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.responses import Response


class Refusal(Exception):
    """A request that is refused.

    Args:
        status: The HTTP status.
        message: Why, and what to do, in one line; no secrets and no plates.
        headers: What the answer says besides.
        code: The reason for programs, in one word.
    """

    def __init__(
        self, status: int, message: str, headers: Mapping[str, str] | None = None, code: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})
        self.code = code


class OneLine(Response):
    """An answer of one line, which cameras and people can read alike."""

    media_type = "application/json"

    def __init__(self, status: int, headers: Mapping[str, str] | None = None, **said: object) -> None:
        body = json.dumps(said, ensure_ascii=True) + "\n"
        super().__init__(body.encode(), status, {"cache-control": "no-store", **(headers or {})})


def refused(refusal: Refusal) -> OneLine:
    """Return the answer that a refusal is."""
    code = {} if refusal.code is None else {"code": refusal.code}
    return OneLine(refusal.status, refusal.headers, error=refusal.message, **code)
