"""Who asks through a proxy: what a trusted one says, and nothing that anybody else wrote."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.exceptions import HTTPException

from console.guards.proxies import Proxies
from schemas.settings import ConsoleSettings

TRUSTED = ConsoleSettings(trusted_proxies=("10.1.0.7", "10.2.0.0/24", "2001:db8::/64")).trusted_proxies


def asked(client: str, *headers: tuple[str, str], method: str = "GET", trusted: Any = TRUSTED) -> str:
    """Return which address the pages see."""
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["client"][0])

    scope = {
        "type": "http",
        "method": method,
        "client": (client, 4711),
        "raw_path": b"/board",
        "query_string": b"a=b",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    asyncio.run(Proxies(app, trusted=trusted, origin="https://alpr.example.gov")(scope, None, None))  # type: ignore[arg-type]
    return seen[0]


def forwarded(value: str) -> tuple[str, str]:
    return ("x-forwarded-for", value)


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("198.51.100.9", "198.51.100.9"),
        (" 198.51.100.9 ", "198.51.100.9"),
        ("198.51.100.9:4711", "198.51.100.9"),
        ("[2001:db8:1::9]:4711", "2001:db8:1::9"),
        ("2001:db8:1::9", "2001:db8:1::9"),
        ("::ffff:198.51.100.9", "198.51.100.9"),
        # What the browser wrote itself stands before what the proxy adds.
        ("203.0.113.1, 198.51.100.9", "198.51.100.9"),
        ("10.1.0.7, 198.51.100.9", "198.51.100.9"),
        # Several proxies of ours.
        ("203.0.113.1, 198.51.100.9, 10.2.0.4", "198.51.100.9"),
        ("10.2.0.4", "10.2.0.4"),
        # What is no address is believed nobody: the last one that is known counts.
        ("198.51.100.9, unknown", "10.1.0.7"),
        ("198.51.100.9, unknown, 10.2.0.4", "10.2.0.4"),
        ("", "10.1.0.7"),
        ("' or 1=1 --", "10.1.0.7"),
        ("1" * 5000, "10.1.0.7"),
        (", ".join(["198.51.100.9"] * 5000), "198.51.100.9"),
    ],
)
def test_a_trusted_proxy_is_believed(value: str, address: str) -> None:
    assert asked("10.1.0.7", forwarded(value), ("x-forwarded-proto", "https")) == address


def test_as_many_as_32_addresses_are_looked_at() -> None:
    for ours, address in ((31, "198.51.100.9"), (32, "10.2.0.4")):
        value = ", ".join(["198.51.100.9", *["10.2.0.4"] * ours])
        assert asked("10.1.0.7", forwarded(value)) == address


def test_several_headers_are_one_list() -> None:
    assert (
        asked("10.1.0.7", forwarded("203.0.113.1"), forwarded("198.51.100.9"), forwarded("10.2.0.4")) == "198.51.100.9"
    )


@pytest.mark.parametrize("client", ["198.51.100.9", "10.1.0.8", "10.2.1.4", "unknown", "2001:db8:1::1"])
def test_nobody_else_is_believed(client: str) -> None:
    assert asked(client, forwarded("203.0.113.1"), ("x-forwarded-proto", "http")) == client
    assert asked("10.1.0.7", forwarded("203.0.113.1"), trusted=()) == "10.1.0.7"


def test_ipv4_in_ipv6_is_the_same_proxy() -> None:
    assert asked("::ffff:10.1.0.7", forwarded("198.51.100.9")) == "198.51.100.9"


def test_what_came_in_clear_text_is_sent_to_https_or_refused() -> None:
    for value in ("http", "HTTP", "http, https", "ws", "javascript"):
        with pytest.raises(HTTPException) as caught:
            asked("10.1.0.7", ("x-forwarded-proto", value))
        assert caught.value.status_code == 308
        assert dict(caught.value.headers or {})["Location"] == "https://alpr.example.gov/board?a=b"
        with pytest.raises(HTTPException) as caught:
            asked("10.1.0.7", ("x-forwarded-proto", value), method="POST")
        assert caught.value.status_code == 403
