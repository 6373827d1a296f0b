"""Single sign-on with a real Keycloak: roles from its claims, and nothing that it did not say for this console."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from console.visitors import COOKIE
from operations.people import provider as provider_module
from operations.people.accounts import disable_person
from operations.people.directory import BACK
from operations.people.provider import CLOCK_SECONDS, Provider
from schemas.errors import InvalidInput
from schemas.roles import Role
from schemas.settings import SingleSignOn
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.people.people import people
from tests.browser.chromium import Watched
from tests.directory.keycloak import CLIENT, OTHER, PASSWORD, SECRET, Keycloak, Visit
from tests.integration.console.site import KEEPER, ConsoleSite, running_console

pytestmark = pytest.mark.timeout(900)  # the first one waits for Keycloak's start, and on a new machine for its download

ROLES = {
    **{"alpr-officers": Role.OFFICER, "alpr-analysts": Role.ANALYST, "/alpr-auditors": Role.AUDITOR},
    "offline_access": Role.AGENCY_SERVICE,
}
Open = Callable[..., AbstractContextManager[ConsoleSite]]


@pytest.fixture
def opened(database: Database, console_folder: Path, keycloak: Keycloak, tmp_path: Path) -> Open:
    """A console that Keycloak sends browsers back to."""
    secret = tmp_path / "secret"
    secret.write_text(SECRET)

    @contextmanager
    def open_console(**changes: Any) -> Iterator[ConsoleSite]:
        directory = SingleSignOn(
            **{"issuer": keycloak.issuer, "client_id": CLIENT, "client_secret_file": secret, "roles": ROLES}
            | {"roles_claim": "work.roles"}
            | changes
        )
        with running_console(database, console_folder, single_sign_on=directory) as site:
            keycloak.admit(site.url)
            yield site

    return open_console


def come_in(console: ConsoleSite, visit: Visit, name: str) -> httpx.Response:
    """Go from the console to Keycloak and back; return the console's last answer, or Keycloak's where it says no."""
    with console.client() as client:
        away = client.get("/sign-in/directory", params={"next": "/account"})
        assert away.status_code == 303, away.text
        said = visit.sign_in(away.headers["location"], name)
        place = said.headers.get("location", "")
        if not place.startswith(console.url):
            return said
        answer = client.get(place)
        if answer.status_code == 303:
            # It is taken once.
            assert client.get(place).status_code == 403
        return answer


@pytest.fixture
def visit(keycloak: Keycloak) -> Visit:
    return Visit(keycloak.client)


@pytest.mark.parametrize(
    ("claim", "name", "role"),
    [
        ("work.roles", "olga", Role.OFFICER),
        ("client_roles", "anna", Role.ANALYST),
        ("groups", "gus", Role.AUDITOR),  # which stands in userinfo alone
    ],
)
def test_roles_come_from_what_keycloak_says(
    opened: Open, visit: Visit, keycloak: Keycloak, claim: str, name: str, role: Role
) -> None:
    with opened(roles_claim=claim) as console:
        answer = come_in(console, visit, name)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account"), answer.text
        assert COOKIE in answer.cookies
        (person,) = people(console.database)
        assert (person.name, person.roles, person.issuer) == (name, {role}, keycloak.issuer)
        # Whoever has no role that is known here comes in nowhere.
        refused = come_in(console, Visit(keycloak.client), "nobody")
        assert (refused.status_code, "no role that is known here" in refused.text) == (403, True)
        assert len(people(console.database)) == 1


def test_who_is_disabled_there_or_here_comes_in_no_more(opened: Open, visit: Visit, keycloak: Keycloak) -> None:
    with opened() as console:
        wrong = Visit(keycloak.client)
        with console.client() as client:
            away = client.get("/sign-in/directory").headers["location"]
        assert wrong.sign_in(away, "olga", "a guess").status_code == 200  # its page again
        assert come_in(console, visit, "olga").status_code == 303
        keycloak.set_enabled("olga", enabled=False)
        try:
            # Also with Keycloak's own session that is still in the browser.
            for one in (visit, Visit(keycloak.client)):
                said = come_in(console, one, "olga")
                assert COOKIE not in said.cookies
                assert not said.headers.get("location", "").startswith(console.url)
        finally:
            keycloak.set_enabled("olga", enabled=True)
        assert come_in(console, Visit(keycloak.client), "olga").status_code == 303
        disable_person(KEEPER, console.database, "olga", "left the department")
        assert come_in(console, Visit(keycloak.client), "olga").status_code == 403


def test_another_key_is_taken_as_soon_as_keycloak_signs_with_it(opened: Open, visit: Visit, keycloak: Keycloak) -> None:
    with opened() as console:
        assert come_in(console, visit, "olga").status_code == 303
        keycloak.rotate_keys()
        assert come_in(console, Visit(keycloak.client), "olga").status_code == 303
        assert len(people(console.database)) == 1


def _token(keycloak: Keycloak, visit: Visit, provider: Provider, client_id: str) -> tuple[str, str, dict[str, Any]]:
    """Return an ID token that Keycloak gives a program, its nonce, and the keys."""
    started = provider.start()
    place = visit.sign_in(started.url, "olga").headers["location"]
    given = {
        **{"grant_type": "authorization_code", "code": parse_qs(urlsplit(place).query)["code"][0]},
        **{"redirect_uri": place.partition("?")[0], "code_verifier": started.verifier},
    }
    base = f"{keycloak.issuer}/protocol/openid-connect"
    said = httpx.post(f"{base}/token", data=given, auth=(client_id, SECRET), timeout=60).raise_for_status().json()
    return said["id_token"], started.nonce, httpx.get(f"{base}/certs", timeout=60).json()


def test_a_token_is_taken_for_us_for_this_question_and_in_its_time_alone(
    opened: Open, visit: Visit, keycloak: Keycloak, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened() as console:
        directory = console.settings.console.single_sign_on
        assert directory is not None
        ours = Provider(directory, console.url + BACK)
        theirs = Provider(directory.model_copy(update={"client_id": OTHER}), console.url + BACK)
        token, nonce, keys = _token(keycloak, visit, ours, CLIENT)
        assert ours._checked(token, keys, nonce)["preferred_username"] == "olga"
        foreign, its_nonce, keys = _token(keycloak, visit, theirs, OTHER)
        assert theirs._checked(foreign, keys, its_nonce)["aud"] == OTHER
        for wrong in ((foreign, keys, its_nonce), (token, keys, its_nonce), (token, {"keys": []}, nonce)):
            with pytest.raises(InvalidInput, match="cannot be trusted"):
                ours._checked(*wrong)
        elsewhere = Provider(
            directory.model_copy(update={"issuer": f"{keycloak.url}/realms/master"}), console.url + BACK
        )
        with pytest.raises(InvalidInput, match="cannot be trusted"):
            elsewhere._checked(token, keys, nonce)
        # Keycloak's tokens hold for five minutes. Clocks may differ by a minute, and by no more.
        now = time.time()
        for off, is_taken in ((-CLOCK_SECONDS + 20, True), (CLOCK_SECONDS - 20, True), (-600, False), (600, False)):
            monkeypatch.setattr(provider_module.time, "time", lambda off=off: now + off)
            if is_taken:
                assert ours._checked(token, keys, nonce)["sub"]
            else:
                with pytest.raises(InvalidInput, match="cannot be trusted"):
                    ours._checked(token, keys, nonce)
        monkeypatch.undo()
        # A code is its program's, and of the browser that asked.
        started, other = ours.start(), ours.start()
        code = parse_qs(urlsplit(visit.sign_in(started.url, "olga").headers["location"]).query)["code"][0]
        for asks, verifier in ((theirs, started.verifier), (ours, other.verifier)):
            with pytest.raises(InvalidInput, match="did not take its own code"):
                asks.finish(code, verifier, started.nonce)
        assert json.dumps([row.details for row in audit_entries(console.database)]).count(code) == 0


def test_a_person_comes_in_and_leaves_by_a_browser(opened: Open, browser: Watched) -> None:
    browser.expected_words |= {"Keycloak", "127.0.0.1"}  # what its own pages write is not ours
    with opened() as console:
        page = browser.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{console.url}/account")
        page.get_by_role("link", name="Sign in with the agency's account").click()
        page.locator("#username").fill("olga")
        page.locator("#password").fill(PASSWORD)
        page.locator("#kc-login").click()
        page.wait_for_url(f"{console.url}/account")
        assert page.get_by_role("heading", level=1).inner_text() == "olga"
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url(f"{console.url}/sign-in?left=directory")
        page.get_by_role("link", name="sign out of it, too").click()
        page.locator("#kc-logout").click()
        page.wait_for_url(f"{console.url}/sign-in")
        # Whoever is next is asked who they are.
        page.get_by_role("link", name="Sign in with the agency's account").click()
        page.locator("#password").wait_for()
        page.goto(f"{console.url}/sign-in")
        # While the console is there: a browser may still fetch what a page names.
        page.close()
