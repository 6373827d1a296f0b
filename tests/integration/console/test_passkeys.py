"""Passkeys in a real browser, with an authenticator that Chromium plays."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from schemas.audit import Action
from schemas.roles import Role
from storage.audit.reader import AuditFilter, audit_entries
from tests.browser.chromium import Watched
from tests.integration.console.site import KEEPER, ConsoleSite


@pytest.fixture
def page(browser: Watched) -> Page:
    page = browser.new_page()
    page.bring_to_front()
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return page


def test_a_passkey_is_made_by_the_link_and_lets_in_afterwards(
    console: ConsoleSite, browser: Watched, page: Page
) -> None:
    page.goto(console.person("lee", Role.LIST_ADMINISTRATOR))
    page.get_by_role("button", name="Make a passkey").click()
    page.wait_for_url(f"{console.url}/lists")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{console.url}/sign-in")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if request.url.endswith("/used") else None)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{console.url}/lists")
    # What was seen on the page where they begin stands there too.
    found = audit_entries(console.database, AuditFilter(action=Action.SIGN_IN), limit=9)
    assert (found[0].action, found[0].actor.name, found[0].actor.via.value) == (Action.SIGN_IN, "lee", "passkey")
    # What the browser sent is good once.
    with console.client(headers={"Content-Type": "application/json", "Accept": "application/json"}) as client:
        again = client.post("/passkeys/used", content=sent[0])
        assert again.status_code == 422
        assert "set-cookie" not in again.headers
        for nonsense in (
            '{"question": "x", "credential": {}}',
            '{"question": 7}',
            "[]",
            '{"question": "x", "credential": {"rawId": "!!"}}',
        ):
            assert client.post("/passkeys/used", content=nonsense).status_code == 422
    from operations.people.accounts import disable_person

    disable_person(KEEPER, console.database, "lee", "left the department")
    page.goto(f"{console.url}/sign-in")
    browser.expected_statuses.add(422)
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("alert").wait_for()
    assert page.url == f"{console.url}/sign-in"


def test_another_passkey_is_made_by_whoever_is_signed_in(console: ConsoleSite, browser: Watched, page: Page) -> None:
    console.sign_in(browser, "lee", Role.OFFICER)
    page.goto(f"{console.url}/account")
    page.get_by_role("button", name="Make another passkey").click()
    page.get_by_text("passkey, made").wait_for()
