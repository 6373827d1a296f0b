"""What browsers are told with every answer, and of the cookies by which they are known."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from console.files import attached, download
from console.guards.headers import Headers
from console.guards.origins import Origins
from console.people.cookies import give, take
from operations.people.letting_in import SignedIn


def answered(*, strict: bool, images: tuple[str, ...] = (), **own: str) -> dict[str, str]:
    """Return the headers of an answer that brings some of its own."""
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(name.replace("_", "-").encode(), value.encode()) for name, value in own.items()]
        await send({"type": "http.response.start", "status": 200, "headers": headers})

    async def send(message: Any) -> None:
        sent.append(message)

    guard = Headers(app, strict_transport=strict, image_origins=images)
    asyncio.run(guard({"type": "http"}, None, send))  # type: ignore[arg-type]
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}


def test_a_browser_loads_and_runs_nothing_from_elsewhere_and_shows_us_in_nobodys_frame() -> None:
    headers = answered(strict=False, images=("https://tiles.example.gov",))
    policy = dict(part.split(" ", 1) for part in headers.pop("content-security-policy").split("; "))
    assert policy == {
        **dict.fromkeys(("default-src", "base-uri", "frame-ancestors"), "'none'"),
        **dict.fromkeys(
            ("script-src", "style-src", "connect-src", "font-src", "manifest-src", "form-action"), "'self'"
        ),
        # Pictures that scripts made: a code to sign in by, a map's tiles, and a camera's live view.
        "img-src": "'self' data: blob: https://tiles.example.gov",
        "media-src": "'self' blob:",
    }
    assert headers == {
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        "cache-control": "no-store",
    }


def test_tls_is_insisted_on_for_a_year_and_an_answers_own_headers_stand() -> None:
    year = str(365 * 86_400)
    assert answered(strict=True)["strict-transport-security"] == f"max-age={year}"
    assert answered(strict=False, cache_control="private")["cache-control"] == "private"


def test_the_sessions_cookie_is_for_this_host_and_tls_alone_and_the_browsers_own_lives_a_week_longer() -> None:
    response = Response()
    give(response, SignedIn(1, "lee", datetime.now(UTC) + timedelta(hours=1, seconds=30), "secret"))
    cookies = SimpleCookie()
    for value in response.headers.getlist("set-cookie"):
        cookies.load(value)
    assert set(cookies) == {"__Host-platewatch", "__Host-platewatch-device"}
    for name, days in (("__Host-platewatch", 0), ("__Host-platewatch-device", 7)):
        one = cookies[name]
        assert (one.value, one["path"], one["domain"], one["samesite"]) == ("secret", "/", "", "lax")
        assert one["secure"]
        assert one["httponly"]
        assert (int(one["max-age"]) - days * 86_400) // 3600 == 1
    gone = Response()
    take(gone)
    assert [value.split("=")[0] for value in gone.headers.getlist("set-cookie")] == ["__Host-platewatch"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"])
def test_another_site_can_have_a_browser_look_and_change_nothing(method: str) -> None:
    asked: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        asked.append(scope["method"])

    guard = Origins(app, origin="https://alpr.example.gov")
    scope = {"type": "http", "method": method, "headers": [(b"sec-fetch-site", b"same-site")]}
    if method in ("GET", "HEAD", "OPTIONS"):
        asyncio.run(guard(scope, None, None))  # type: ignore[arg-type]
        assert asked == [method]
        return
    with pytest.raises(HTTPException) as refused:
        asyncio.run(guard(scope, None, None))  # type: ignore[arg-type]
    assert (refused.value.status_code, asked) == (403, [])


def test_a_file_is_kept_by_whoever_asked_and_by_nobody_on_the_way() -> None:
    assert attached("reads.csv") == {
        "Cache-Control": "private, no-store",
        "Content-Disposition": 'attachment; filename="reads.csv"',
    }
    kinds = {
        name: download("", f"x.{name}").headers["content-type"] for name in ("csv", "json", "geojson", "xml", "txt")
    }
    assert kinds == {
        "csv": "text/csv; charset=utf-8",
        "json": "application/json",
        "geojson": "application/geo+json",
        "xml": "application/xml",
        "txt": "text/plain; charset=utf-8",
    }
