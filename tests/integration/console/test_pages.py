"""What every page has: navigation by role, a policy that lets nothing in from elsewhere, and room on a phone."""

from __future__ import annotations

import httpx
import pytest

from schemas.roles import Role
from tests.browser.chromium import Watched
from tests.integration.console.conftest import PHONE
from tests.integration.console.site import ConsoleSite


def test_somebody_unknown_is_sent_to_sign_in_and_comes_back(console: ConsoleSite, browser: Watched) -> None:
    page = browser.new_page()
    page.goto(f"{console.url}/account")
    assert page.title() == "Sign in - portsmouth-pd"
    assert page.get_by_role("region", name="Notice").is_visible()
    assert "authorized persons" in page.get_by_role("region", name="Notice").inner_text()
    console.sign_in(browser, "lee", Role.OFFICER)
    page.goto(f"{console.url}/sign-in?next=/account")
    page.goto(f"{console.url}/account")
    assert page.get_by_role("heading", level=1).inner_text() == "lee"


@pytest.mark.parametrize("browser", [PHONE, {"color_scheme": "dark"}], indirect=True, ids=["phone", "dark"])
def test_pages_fit(console: ConsoleSite, browser: Watched) -> None:
    console.sign_in(browser, "lee", Role.ADMINISTRATOR)
    page = browser.new_page()
    page.goto(f"{console.url}/account")
    wide, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= room


def test_the_keyboard_alone_is_enough(console: ConsoleSite, browser: Watched) -> None:
    console.sign_in(browser, "lee", Role.ADMINISTRATOR)
    page = browser.new_page()
    page.goto(f"{console.url}/account")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.fixture
def paths() -> list[str]:
    return ["/sign-in", "/nothing-here", "/api/v1/me", "/assets/00000000/own/style.css", "/account"]


def test_every_answer_says_what_browsers_may_do(console: ConsoleSite, paths: list[str]) -> None:
    with console.client() as client:
        answers = [client.get(path) for path in paths]
        answers.append(client.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"}))
    for answer in answers:
        policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"


def test_http_2_is_spoken(console: ConsoleSite, browser: Watched) -> None:
    page = browser.new_page()
    page.goto(f"{console.url}/sign-in")
    protocols = page.evaluate("performance.getEntriesByType('resource').map((one) => one.nextHopProtocol)")
    assert set(protocols) == {"h2"}


def test_the_api_says_problems_as_details(console: ConsoleSite) -> None:
    with console.client() as client:
        answer = client.get("/api/v1/me")
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.status_code, answer.json()["status"]) == (401, 401)
        assert answer.headers["www-authenticate"] == "Bearer"
        document = client.get("/api/v1/openapi.json").json()
    assert "/api/v1/me" in document["paths"]
    assert all(path.startswith("/api/v1/") for path in document["paths"])
    with console.client(console.signed_in("lee", Role.OFFICER)) as client:
        said = client.get("/api/v1/me").json()
    assert said == {"name": "lee", "agency_id": "portsmouth-pd", "roles": ["officer"], "scopes": None}


def test_nobody_is_sent_elsewhere_after_signing_in(console: ConsoleSite) -> None:
    elsewhere = [
        "//elsewhere.example",
        "/\\elsewhere.example",
        "https://elsewhere.example",
        "/a\r\nSet-Cookie: a=b",
        "",
    ]
    with console.client() as client:
        for target in elsewhere:
            shown = client.get("/sign-in", params={"next": target})
            assert '<input type="hidden" name="next" value="/">' in shown.text


def test_another_site_cannot_end_a_session(console: ConsoleSite) -> None:
    cookies = {"__Host-platewatch": console.signed_in("lee", Role.OFFICER)}
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://localhost"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {},
    ):
        with httpx.Client(base_url=console.url, verify=False, headers=headers, cookies=cookies) as client:
            assert client.post("/sign-out").status_code == 403
            assert client.get("/account").status_code == 200
    for headers in ({"Origin": console.url}, {"Sec-Fetch-Site": "same-origin"}):
        with httpx.Client(base_url=console.url, verify=False, headers=headers, cookies=cookies) as client:
            assert client.post("/sign-out").status_code == 303
            assert client.get("/account").status_code == 303
