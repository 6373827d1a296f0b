"""Single sign-on: the directory's word is taken where it is signed, for us, and for this browser's question."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from console.people.directory import QUESTION_COOKIE
from console.visitors import COOKIE
from operations.people.accounts import disable_person
from schemas.audit import Action
from schemas.roles import Role
from schemas.settings import SingleSignOn
from storage.audit.reader import AuditFilter, audit_entries
from storage.database import Database
from storage.people.people import people
from tests.browser.chromium import Watched
from tests.integration.console.provider import FakeProvider, running_provider
from tests.integration.console.site import KEEPER, ConsoleSite, running_console

ROLES = {"alpr-officers": Role.OFFICER, "alpr-analysts": Role.ANALYST, "programs": Role.AGENCY_SERVICE}
LEE = {"preferred_username": "JLee", "realm_access": {"roles": ["alpr-officers", "everybody", "programs"]}}


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with running_provider() as running:
        running.claims = dict(LEE)
        yield running


@pytest.fixture
def console(database: Database, console_folder: Path, provider: FakeProvider, tmp_path: Path) -> Iterator[ConsoleSite]:
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    directory = SingleSignOn(
        issuer=provider.url, client_secret_file=secret, roles_claim="realm_access.roles", roles=ROLES
    )
    with running_console(database, console_folder, single_sign_on=directory) as site:
        yield site


def back(client: httpx.Client) -> str:
    """Go to the directory, and return where it sends back to."""
    away = client.get("/sign-in/directory", params={"next": "/account"})
    assert away.status_code == 303, away.text
    return httpx.get(away.headers["location"]).headers["location"]


def test_a_person_of_the_directory_comes_in_by_a_browser(
    console: ConsoleSite, provider: FakeProvider, browser: Watched
) -> None:
    page = browser.new_page()
    page.goto(f"{console.url}/account")
    page.get_by_role("link", name="Sign in with the agency's account").click()
    page.wait_for_url(f"{console.url}/account")
    assert page.get_by_role("heading", level=1).inner_text() == "jlee"
    (person,) = people(console.database)
    assert person.roles == {Role.OFFICER}
    assert provider.secrets == ["Basic cGxhdGV3YXRjaDpzM2NyZXQ="]
    provider.claims |= {"realm_access": {"roles": ["alpr-analysts"]}}
    with console.client() as client:
        assert COOKIE in client.get(back(client)).cookies
    (person,) = people(console.database)
    assert person.roles == {Role.ANALYST}
    rows = audit_entries(console.database, AuditFilter(), limit=20)
    assert [row.action for row in reversed(rows)] == [
        *(Action.ADD_PERSON, Action.SIGN_IN, Action.CHANGE_PERSON, Action.SIGN_IN),
    ]
    assert rows[0].actor.via.value == "single_sign_on"
    disable_person(KEEPER, console.database, "jlee", "left the department")
    with console.client() as client:
        assert client.get(back(client)).status_code == 403


def test_an_answer_is_taken_once_and_from_the_browser_that_asked(console: ConsoleSite) -> None:
    with console.client() as client, console.client() as other:
        place = back(client)
        assert other.get(place).status_code == 403  # a link that somebody was sent
        back(other)
        assert other.get(place).status_code == 403  # a question of its own, and another's answer
        question = client.cookies[QUESTION_COOKIE]
        assert client.get(place).status_code == 303
        again = client.get(place, headers={"Cookie": f"{QUESTION_COOKIE}={question}"})
        assert again.status_code == 403
        assert COOKIE not in again.cookies


def test_what_the_directory_did_not_say_lets_nobody_in(console: ConsoleSite, provider: FakeProvider) -> None:
    with console.client() as client:
        for signing in ("other", "none", "hmac"):
            provider.signing = signing
            assert client.get(back(client)).status_code == 422, signing
        provider.signing = "own"
        for claims in (
            {"iss": "https://elsewhere.example"},
            {"aud": "another"},
            {"aud": ["platewatch", "another"], "azp": "another"},
            {"nonce": "x"},
            {"exp": 1},
            {"exp": None},
            {"sub": None},
        ):
            provider.claims = LEE | claims
            assert client.get(back(client)).status_code == 422, claims
        for claims in (
            {"realm_access": {"roles": ["everybody", "programs"]}},
            {"realm_access": "alpr-officers"},
            {"realm_access": {"roles": {"alpr-officers": 1}}},
            {"preferred_username": ""},
            {"preferred_username": "x" * 65},
        ):
            provider.claims = LEE | claims
            assert client.get(back(client)).status_code == 403, claims
        provider.denies = True
        assert client.get(back(client)).status_code == 403
    assert people(console.database) == []


def test_a_name_that_is_somebody_elses_here_is_not_taken_over(console: ConsoleSite) -> None:
    console.person("jlee", Role.ADMINISTRATOR)
    with console.client() as client:
        assert client.get(back(client)).status_code == 403
    (person,) = people(console.database)
    assert (person.subject, person.roles) == (None, {Role.ADMINISTRATOR})


def test_a_provider_that_calls_itself_otherwise_or_is_away_is_said(
    console: ConsoleSite, provider: FakeProvider
) -> None:
    provider.issuer = "https://elsewhere.example"
    with console.client() as client:
        answer = client.get("/sign-in/directory")
        assert (answer.status_code, "calls itself otherwise" in answer.text) == (409, True)
        provider.issuer, provider.url = None, provider.url + "/nowhere"
        assert client.get("/sign-in/directory").status_code in (409, 503)
    assert urlsplit(console.url).scheme == "https"


def test_what_the_token_lacks_is_taken_from_userinfo_about_the_same_person(
    console: ConsoleSite, provider: FakeProvider
) -> None:
    provider.claims = {"preferred_username": "jlee"}
    roles = {"realm_access": {"roles": ["alpr-analysts"]}, "preferred_username": "somebody-else"}
    with console.client() as client:
        for besides, status in (
            (None, 403),
            ({"sub": "4711"}, 403),
            (roles, 422),
            (roles | {"sub": "4712"}, 422),
            (roles | {"sub": "4711"}, 303),
        ):
            provider.besides = besides
            assert client.get(back(client)).status_code == status, besides
        (person,) = people(console.database)
        assert (person.name, person.roles) == ("jlee", {Role.ANALYST})
        # What the signed token says is never replaced.
        provider.claims = dict(LEE)
        provider.besides = roles | {"sub": "4711", "realm_access": {"roles": ["alpr-analysts"]}}
        assert client.get(back(client)).status_code == 303
    assert people(console.database)[0].roles == {Role.OFFICER}


def test_whoever_the_directory_let_in_is_told_how_to_leave_it(console: ConsoleSite, provider: FakeProvider) -> None:
    with console.client() as client:
        assert client.get(back(client)).status_code == 303
        left = client.post("/sign-out")
        assert left.headers["location"] == "/sign-in?left=directory"
        assert 'href="/sign-in/directory/leave"' in client.get(left.headers["location"]).text
        place = urlsplit(client.get("/sign-in/directory/leave").headers["location"])
        assert f"{place.scheme}://{place.netloc}{place.path}" == f"{provider.url}/goodbye"
        given = {"a": ["b"], "client_id": ["platewatch"], "post_logout_redirect_uri": [f"{console.url}/sign-in"]}
        assert parse_qs(place.query) == given
        provider.says_goodbye = False
        assert "no page to sign out at" in client.get("/sign-in/directory/leave").text
    with console.client(console.signed_in("kim", Role.OFFICER)) as client:
        assert client.post("/sign-out").headers["location"] == "/sign-in"
