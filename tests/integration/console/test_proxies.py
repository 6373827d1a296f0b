"""Lockout and audit go by the browser's own address behind a proxy that the settings name, and by no other's word."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.audit import Action
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.console.site import running_console

FORWARDED = {"X-Forwarded-For": "203.0.113.1, 198.51.100.9", "X-Forwarded-Proto": "https"}
WRONG = {"name": "lee", "password": "not the right one", "code": ""}


@pytest.mark.parametrize(
    ("trusted", "address"), [(("127.0.0.0/8",), "198.51.100.9"), (("192.0.2.1",), "127.0.0.1"), ((), "127.0.0.1")]
)
def test_who_was_wrong_is_where_a_trusted_proxy_says(
    database: Database, console_folder: Path, trusted: tuple[str, ...], address: str
) -> None:
    with running_console(database, console_folder, trusted_proxies=trusted) as site, site.client() as client:
        assert client.post("/sign-in", data=WRONG, headers=FORWARDED).status_code == 403
        clear = client.get("/sign-in?next=/board", headers=FORWARDED | {"X-Forwarded-Proto": "http"})
        origin = site.url
    row = next(row for row in audit_entries(database) if row.action == Action.SIGN_IN_FAILED)
    assert address in row.actor.origin
    with database.connection() as connection:
        subjects = [row[0] for row in connection.execute("select subject from sign_in_failures").fetchall()]
    assert f"address:{address}" in subjects
    assert clear.status_code == (308 if address == "198.51.100.9" else 200)
    if clear.status_code == 308:
        assert clear.headers["location"] == f"{origin}/sign-in?next=/board"
