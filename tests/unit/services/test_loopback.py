"""What counts as this machine."""

from __future__ import annotations

import pytest

from services.loopback import is_loopback


@pytest.mark.parametrize(
    "host",
    [
        "ip6-localhost",
        "ip6-loopback",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "127.0.0.1",
        "127.8.9.10",
        "::1",
        "[::1]",
        "::ffff:127.0.0.1",
    ],
)
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        *("db.example", "localhost.example", "127.0.0.1.example", "10.0.0.1", "0.0.0.0", "::", "fe80::1%lo", "[", ""),
        *("::ffff:10.0.0.1", "2001:db8::1", "[2001:db8::1]", "127.0.0.1,10.0.0.1"),
    ],
)
def test_another_machine_or_nobody_knows(host: str) -> None:
    assert not is_loopback(host)
