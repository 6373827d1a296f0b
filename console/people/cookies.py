"""The session's cookie, and where somebody goes after signing in."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi.responses import Response

from console.visitors import COOKIE
from operations.people.letting_in import SignedIn

DEVICE = "__Host-platewatch-device"
"""What a browser keeps when the session is over: the same secret, which lets nobody in any more, but says that somebody
was signed in here. Who floods the sign-in with wrong passwords does not lock them out of this browser."""
DEVICE_DAYS = 7
"""The rows of ended sessions are kept so long."""


def give(response: Response, signed_in: SignedIn) -> None:
    """Put a session's cookie on an answer: for this host alone, over TLS alone, and not for scripts."""
    seconds = int((signed_in.ends_at - datetime.now(UTC)).total_seconds())
    for name, until in ((COOKIE, seconds), (DEVICE, seconds + DEVICE_DAYS * 86_400)):
        response.set_cookie(name, signed_in.cookie, max_age=until, path="/", secure=True, httponly=True, samesite="lax")


def take(response: Response) -> None:
    """Take the cookie away."""
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")


def safe_target(target: str) -> str:
    """Return where to go after signing in: a path here, and never another site's."""
    is_path = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if is_path and target.isprintable() and "\\" not in target else "/"
