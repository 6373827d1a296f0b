"""Tokens of the API: shown once, limited, ended; and whose they are is not to be changed."""

from __future__ import annotations

import re

import pytest

from operations.people.tokens import make_token
from schemas.audit import Action
from schemas.errors import InvalidInput, NotPermitted
from schemas.roles import Role, Scope
from storage.audit.reader import AuditFilter, audit_entries
from tests.integration.console.site import KEEPER, ConsoleSite


def made(console: ConsoleSite, name: str = "lee") -> str:
    with console.client(console.signed_in(name, Role.ANALYST)) as client:
        page = client.post("/account/tokens", data={"label": "cad", "scope": ["reads"], "days": "30"})
    assert page.status_code == 200, page.text
    return re.findall(r'<code class="key">(platewatch_[\w-]+)</code>', page.text)[0]


def test_a_token_asks_the_api_until_it_is_ended(console: ConsoleSite) -> None:
    token = made(console)
    bearer = {"Authorization": f"Bearer {token}"}
    with console.client(headers=bearer) as client:
        said = client.get("/api/v1/me").json()
        assert (said["name"], said["roles"], said["scopes"]) == ("lee", ["analyst"], ["reads"])
        assert client.get("/account").status_code == 303  # pages are for people
    with console.client(console.signed_in("lee", Role.ANALYST)) as client:
        page = client.get("/account").text
        assert token not in page
        number = re.findall(r'name="token" value="(\d+)"', page)[0]
        with console.client(console.signed_in("mallory", Role.OFFICER)) as other:
            assert other.post("/account/tokens/end", data={"token": number}).status_code == 403
            assert other.post("/account/tokens/end", data={"token": "4711"}).status_code == 403
        assert client.post("/account/tokens/end", data={"token": number}).status_code == 303
    with console.client(headers=bearer) as client:
        assert client.get("/api/v1/me").status_code == 401  # replayed after its end
    rows = audit_entries(console.database, AuditFilter(), limit=50)
    assert {Action.MAKE_TOKEN, Action.END_TOKEN, Action.REFUSED} <= {row.action for row in rows}
    assert token not in str(rows)


def test_what_is_no_token_is_nobodys(console: ConsoleSite) -> None:
    for given in ("", "Bearer", "Bearer x", "Basic bGVlOmxlZQ==", "Bearer ' or 1=1 --", "bearer \u00e9"):
        with console.client(
            console.signed_in("lee", Role.ANALYST), headers={"Authorization": given.encode()}
        ) as client:
            answer = client.get("/api/v1/me")
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


def test_tokens_are_for_something_and_not_for_ever(console: ConsoleSite) -> None:
    with console.client(console.signed_in("lee", Role.ANALYST)) as client:
        for data, said in (
            ({"label": " ", "scope": ["reads"], "days": "30"}, "no label"),
            ({"label": "cad", "days": "30"}, "no scope"),
            ({"label": "cad", "scope": ["reads"], "days": "366"}, "1 to 365 days"),
            ({"label": "cad", "scope": ["reads"], "days": "0"}, "1 to 365 days"),
        ):
            answer = client.post("/account/tokens", data=data)
            assert (answer.status_code, said in answer.text) == (422, True), answer.text
        assert client.post("/account/tokens", data={"label": "x", "scope": ["all"], "days": "9"}).status_code == 422


def test_an_administrator_makes_tokens_for_programs_and_for_nobody_else(console: ConsoleSite) -> None:
    console.person("cad", Role.AGENCY_SERVICE)
    console.person("kim", Role.OFFICER)
    with console.client(console.signed_in("lee", Role.ADMINISTRATOR)) as client:
        data = {"label": "dispatch", "scope": ["alerts"], "days": "30"}
        page = client.post("/account/tokens", data=data | {"name": "cad"})
        token = re.findall(r"platewatch_[\w-]+", page.text)[0]
        assert client.post("/account/tokens", data=data | {"name": "kim"}).status_code == 422
    with console.client(headers={"Authorization": f"Bearer {token}"}) as client:
        assert client.get("/api/v1/me").json()["roles"] == ["agency_service"]
    with console.client(console.signed_in("mallory", Role.OFFICER)) as client:
        assert client.post("/account/tokens", data=data | {"name": "cad"}).status_code == 403


def test_a_token_makes_no_token(console: ConsoleSite) -> None:
    from dataclasses import replace

    console.person("lee", Role.ANALYST)
    by_token = replace(KEEPER, name="lee", roles=frozenset({Role.ANALYST}), scopes=frozenset(Scope))
    with pytest.raises(NotPermitted):
        make_token(by_token, console.database, console.settings, "lee", "more", [Scope.READS], 9)
    with pytest.raises(InvalidInput, match="nobody named"):
        make_token(KEEPER, console.database, console.settings, "kim", "more", [Scope.READS], 9)
