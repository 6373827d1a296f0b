"""Being somebody else: by a flood of guesses, by what was somebody's once, by more than a token is for."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from console.api.document import document
from console.people.cookies import DEVICE
from console.visitors import COOKIE
from operations.people import signing_in
from operations.people.accounts import change_person, disable_person
from operations.people.tokens import make_token
from schemas.actor import Actor, SignIn
from schemas.roles import Role, Scope
from tests.integration.console.attacks.routes import example, known, routes
from tests.integration.console.site import AGENCY, KEEPER, ConsoleSite, Stage
from tests.integration.console.test_signing_in import PASSWORD, begun, enter


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What passwords were compared with, which is what costs."""
    compared: list[str] = []
    earlier = signing_in.fits

    def fits(password: str, kept: str | None) -> bool:
        compared.append(password)
        return earlier(password, kept)

    monkeypatch.setattr(signing_in, "fits", fits)
    return compared


def test_who_floods_the_sign_in_locks_nobody_out_who_was_here_before(console: ConsoleSite, hashed: list[str]) -> None:
    totp = begun(console, "lee", Role.OFFICER)
    with console.client() as home, console.client() as other, console.client() as flood:
        assert enter(home, "lee", PASSWORD, totp.now()).status_code == 303
        device = home.cookies[DEVICE]
        assert home.post("/sign-out").status_code == 303
        assert home.cookies.get(COOKIE) is None
        hashed.clear()
        # Her name, and then the address that all share: locked, at a cost that has an end.
        for _ in range(30):
            enter(flood, "lee", "a guess", "000000")
        assert len(hashed) == console.settings.console.failures
        for number in range(80):
            enter(flood, f"name-{number}", "a guess", "000000")
        assert len(hashed) == console.settings.console.failures * 10
        assert "too many wrong attempts" in enter(other, "lee", PASSWORD, "000000").text
        assert "too many wrong attempts" in enter(other, "kim", PASSWORD, "000000").text
        # In the browser where she was signed in she gets on, and a wrong code is counted there.
        assert "that is not right" in enter(home, "lee", "mistyped", "000000").text
        later = totp.at(time.time() + 30)
        assert enter(home, "lee", PASSWORD, later).status_code == 303
        # What she has is of no use for another name, and not without end for hers.
        with console.client(headers={"Cookie": f"{DEVICE}={device}"}) as stolen:
            assert "too many wrong attempts" in enter(stolen, "kim", PASSWORD, "000000").text
            answers = [enter(stolen, "lee", "a guess", "000000").text for _ in range(7)]
        assert sum("that is not right" in one for one in answers) == console.settings.console.failures
        with console.client(headers={"Cookie": f"{COOKIE}={device}"}) as replayed:
            assert replayed.get("/account").status_code == 303  # it lets nobody in


def test_a_token_is_nothing_once_it_is_over_or_its_person_is(console: ConsoleSite) -> None:
    def token(name: str) -> dict[str, str]:
        console.person(name, Role.SUPERVISOR)
        own = Actor(name, SignIn.PASSWORD, "a test", AGENCY, frozenset({Role.SUPERVISOR}))
        made = make_token(own, console.database, console.settings, name, "cad", [Scope.ALERTS], 2)
        return {"Authorization": f"Bearer {made.token}"}

    late, gone, less, moved = token("late"), token("gone"), token("less"), token("moved")
    with console.client() as client:

        def status(headers: dict[str, str]) -> int:
            return client.get("/api/v1/alerts", headers=headers).status_code

        assert [status(one) for one in (late, gone, less, moved)] == [200, 200, 200, 200]
        with console.database.transaction() as connection:
            connection.execute(
                "update api_tokens set ends_at = clock_timestamp() - interval '1 second' from people "
                "where people.person_id = api_tokens.person_id and people.name = 'late'"
            )
        disable_person(KEEPER, console.database, "gone", "left the department")
        change_person(KEEPER, console.database, "less", roles=[Role.AUDITOR])
        change_person(KEEPER, console.database, "moved", agency_id="gotham-pd")
        assert [status(one) for one in (late, gone, less, moved)] == [401, 401, 403, 403]
        for spoilt in (late["Authorization"][:-1], late["Authorization"].upper(), "Bearer " + "x" * 20_000):
            assert status({"Authorization": spoilt}) in (401, 431)


def test_a_token_does_nothing_that_its_scope_is_not_for(stage: Stage) -> None:
    """Every operation, each with another scope's token: none goes further than the document says."""
    scopes = sorted(stage.world.tokens)
    for number, route in enumerate(route for route in routes() if route.is_api and route.path != "/api/v1/me"):
        operation: dict[str, Any] = document()["paths"][route.path][route.method.lower()]
        (needed,) = operation["security"][0]["token"]
        wrong = [scope for scope in scopes if scope != needed][number % (len(scopes) - 1)]
        with stage.api(wrong) as api:
            refused = api.request(route.method, route.at(known(stage)).removeprefix("/api/v1"), **example(route))
        # 422: a query lacks what it needs.
        assert refused.status_code == 403 or (refused.status_code == 422 and route.in_query), (route, refused.text)
        assert "VNV4527" not in refused.text, route
    with stage.api("people") as api:
        assert api.get(f"{stage.site.url}/account").status_code == 303  # pages take none


def test_more_roles_are_not_to_be_had_by_asking(console: ConsoleSite) -> None:
    with console.client(console.signed_in("lee", Role.OFFICER)) as client:
        sent = {"label": "x", "scope": ["people"], "days": "1", "name": "lee", "roles": "administrator"}
        token = client.post("/account/tokens", data=sent)
        assert token.status_code == 200  # it is made, and worth nothing
        bearer = {"Authorization": f"Bearer {re.findall(r'platewatch_[A-Za-z0-9_-]+', token.text)[0]}"}
    with console.client(headers=bearer) as program:
        assert program.get("/api/v1/people").status_code == 403
        asked = {"name": "mine", "roles": ["administrator"]}
        assert program.post("/api/v1/people", json=asked).status_code == 403
        assert program.patch("/api/v1/people/lee", json={"roles": ["administrator"]}).status_code == 403
        assert program.patch("/api/v1/people/lee", json={"scopes": ["people"]}).status_code == 422
