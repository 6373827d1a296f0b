"""What the server says to who signs on in a car, and what that means there."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from operations.patrol import door
from operations.patrol.door import HttpDoor
from schemas.errors import InvalidInput, NotPermitted, TransientError
from schemas.settings import PatrolSettings
from services.http.home import CarRevoked, NotTaken, UnknownToken

GRANTED = {
    **{"sign_on": "00000000-0000-0000-0000-000000000007", "person": "kim", "full_name": "Kim Lee"},
    **{"granted_at": "2026-11-30T12:00:00Z", "expires_at": "2026-12-02T12:00:00Z"},
}


class Home:
    """The server, which answers or raises."""

    answer: Any = None
    asked: list[tuple[Any, ...]] = []  # noqa: RUF012 - reset by each test
    closed = 0

    def __init__(self, patrol: PatrolSettings, *, timeout: float) -> None:
        assert (patrol.car, timeout) == ("unit-12", 8)

    def ask(self, *what: Any, **how: Any) -> Any:
        Home.asked.append((*what, how))
        if isinstance(Home.answer, Exception):
            raise Home.answer
        return SimpleNamespace(body=json.dumps(Home.answer).encode())

    def close(self) -> None:
        Home.closed += 1


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "Home", Home)
    monkeypatch.setattr(Home, "asked", [])
    monkeypatch.setattr(Home, "closed", 0)


def signed_on(answer: Any) -> Any:
    Home.answer = answer
    return HttpDoor(PatrolSettings(car="unit-12")).sign_on("kim", "secret", "123456", "7")


def test_what_the_server_grants_is_taken() -> None:
    granted = signed_on(GRANTED)
    assert (granted.person, granted.full_name, granted.lists_key) == ("kim", "Kim Lee", None)
    ((method, path, body, how),) = Home.asked
    assert (method, path) == ("POST", "sign-on")
    assert json.loads(body) == {"name": "kim", "password": "secret", "code": "123456", "unit": "7"}
    assert how == {"headers": {"content-type": "application/json"}, "most": 65_536, "seconds": 8}
    assert Home.closed == 2  # it was tried at the start, too


@pytest.mark.parametrize(
    ("answer", "raised", "says"),
    [
        (NotTaken(403, "your roles do not let you", {}), InvalidInput, "your roles do not let you"),
        (NotTaken(422, "too many wrong attempts", {}), InvalidInput, "too many wrong attempts"),
        (NotTaken(422, "", {}), InvalidInput, "that is not right; look at the name"),
        (NotTaken(500, "x", {}), TransientError, "500"),
        (NotTaken(404, "x", {}), TransientError, "404"),
        (CarRevoked.__new__(CarRevoked), NotPermitted, "this car may not sign anybody on"),
        (UnknownToken.__new__(UnknownToken), NotPermitted, "this car may not sign anybody on"),
        (TransientError("not reached"), TransientError, "not reached"),
    ],
)
def test_what_it_refuses_is_said(answer: Exception, raised: type[Exception], says: str) -> None:
    with pytest.raises(raised, match=says):
        signed_on(answer)
    assert Home.closed == 2
