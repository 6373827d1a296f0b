"""A session that ends while somebody types: what they typed is there when they have signed in again."""

from __future__ import annotations

import logging
import re
import time

import httpx
import pytest

from console.visitors import COOKIE
from operations.people.accounts import disable_person
from operations.people.kept import KEPT, PLACE
from operations.people.sessions import end_sessions_of
from schemas.audit import Action
from schemas.roles import Role
from storage.audit.reader import AuditFilter, audit_entries
from tests.browser.chromium import Watched, violations
from tests.integration.console.site import KEEPER, ConsoleSite
from tests.integration.console.test_signing_in import PASSWORD, begun

ASKED = {"plate": "VNV4527", "purpose": "hit and run, Main Street", "case": "26-00117"}


def searches(console: ConsoleSite) -> int:
    return len(audit_entries(console.database, AuditFilter(action=Action.SEARCH), limit=50))


def test_what_was_typed_is_sent_after_signing_in_again(
    console: ConsoleSite, browser: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    totp = begun(console, "lee", Role.ANALYST)
    page = browser.new_page()
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(f"{console.url}/search")
    page.get_by_label("Name").fill("lee")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Code of").fill(totp.now())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{console.url}/search")
    for name, text in ASKED.items():
        page.locator(f"#{name}").fill(text)
    end_sessions_of(KEEPER, console.database, "lee")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_label("Name").fill("lee")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Code of").fill(totp.at(time.time() + 30))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="You are signed in again").wait_for()
    assert searches(console) == 0  # nothing is done by signing in
    for text in ASKED.values():
        assert page.get_by_text(text, exact=True).is_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Send it now").press("Enter")
    page.get_by_role("heading", name="Search").wait_for()
    assert {name: page.locator(f"#{name}").input_value() for name in ASKED} == ASKED
    assert searches(console) == 1
    kept = next(one for one in browser.context.cookies() if one["name"] == KEPT)
    assert (kept["httpOnly"], kept["secure"], kept["sameSite"]) == (True, True, "Lax")
    assert not any("VNV4527" in address or "Main" in address for address in addresses)
    assert "VNV4527" not in caplog.text


def sent(console: ConsoleSite, cookie: str, **fields: str) -> httpx.Response:
    """Send a search with a session that has ended."""
    with console.client(cookie) as client:
        return client.post("/search", data=fields or ASKED)


def after(console: ConsoleSite, name: str, kept: str) -> str:
    """Return the page after signing in again, with the cookie of what was kept."""
    cookie = console.signed_in(name)
    with console.client(headers={"Cookie": f"{COOKIE}={cookie}; {KEPT}={kept}"}) as client:
        return client.get(PLACE).text


def test_nobody_else_gets_it_and_nobody_sends_it_for_them(console: ConsoleSite) -> None:
    cookie = console.signed_in("lee", Role.ANALYST)
    console.signed_in("kim", Role.ANALYST)
    end_sessions_of(KEEPER, console.database, "lee")
    away = sent(console, cookie)
    assert (away.status_code, away.headers["location"]) == (303, f"/sign-in?next={PLACE}")
    kept = away.cookies[KEPT]
    assert "VNV4527" not in str(away.headers)
    assert "VNV4527" not in after(console, "kim", kept)
    del console.cookies["lee"]
    console.cookies["lee"] = _again(console, "lee")
    assert 'name="plate" value="VNV4527"' in after(console, "lee", kept)
    assert "VNV4527" not in after(console, "lee", "a guess")
    with console.client(headers={"Cookie": f"{COOKIE}={console.cookies['lee']}; {KEPT}={kept}"}) as client:
        # Another site can neither have it kept, nor sent, nor forgotten.
        foreign = {"Sec-Fetch-Site": "cross-site"}
        assert client.post("/search", data=ASKED, headers=foreign).status_code == 403
        assert client.post(f"{PLACE}/leave", headers=foreign).status_code == 403
        assert client.post(f"{PLACE}/leave").status_code == 303
        assert "VNV4527" not in client.get(PLACE).text
    assert searches(console) == 0


def test_secrets_files_and_what_nobody_known_sends_are_not_kept(console: ConsoleSite) -> None:
    cookie = console.signed_in("lee", Role.CAMERA_ADMINISTRATOR)
    assert KEPT not in sent(console, "a cookie of nobody").cookies
    end_sessions_of(KEEPER, console.database, "lee")
    with console.client(cookie) as client:
        camera = {"camera_id": "gate", "url": "rtsp://10.0.0.7/", "password": "hunter2 of the gate"}
        kept = client.post("/cameras/_new", data=camera).cookies[KEPT]
        assert KEPT not in client.post("/search", data={"plate": "A" * 70_000}).cookies
        assert KEPT not in client.post("/agreements/propose", files={"file": ("a.toml", b"id = 1")}).cookies
        assert client.post("/api/v1/reads/search", json={"plate": "VNV4527"}).status_code == 401
    console.cookies["lee"] = _again(console, "lee")
    page = after(console, "lee", kept)
    assert 'value="rtsp://10.0.0.7/"' in page
    assert "hunter2" not in page
    assert re.search("Passwords and codes are not kept", page)
    # Who may not sign in any more leaves nothing behind.
    disable_person(KEEPER, console.database, "lee", "left the department")
    assert KEPT not in sent(console, cookie).cookies


def _again(console: ConsoleSite, name: str) -> str:
    """Begin another session of somebody who is there."""
    from operations.people.letting_in import let_in
    from schemas.actor import SignIn
    from storage.people.people import people

    (person,) = people(console.database, name=name)
    with console.database.transaction() as connection:
        return let_in(connection, console.settings, person, SignIn.PASSWORD, "127.0.0.1", None).cookie
