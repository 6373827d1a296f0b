"""Who somebody is here by what the directory says of them: name, roles and agency, as they are there by now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import pytest

from operations.people import directory
from operations.people.accounts import disable_person
from operations.people.directory import BACK, come_back, go_to_directory
from operations.people.letting_in import SignInRefused
from operations.people.provider import Started
from operations.people.sessions import find_session
from schemas.audit import Action
from schemas.errors import ConfigurationError
from schemas.roles import Role
from schemas.settings import ConsoleSettings, Settings, SingleSignOn
from storage.audit.reader import AuditFilter, audit_entries
from storage.database import Database
from storage.people.people import people
from tests.integration.operations.audited import LEE

ADDRESS, ISSUER = "192.0.2.7", "https://login.example.gov/pd"
CLAIMS: dict[str, Any] = {"sub": "4711", "preferred_username": " JLee ", "roles": ["officer", "analyst", "everybody"]}


def site(**more: Any) -> Settings:
    sign_on = SingleSignOn(issuer=ISSUER, **more)
    return Settings(agency_id="portsmouth-pd", console=ConsoleSettings(single_sign_on=sign_on))


class Said:
    """A provider that says what it is told to."""

    claims: ClassVar[dict[str, Any]] = CLAIMS
    finished: ClassVar[list[tuple[Any, ...]]] = []

    def __init__(self, settings: SingleSignOn, back: str) -> None:
        assert (settings.issuer, back) == (ISSUER, site().console.origin + BACK)

    def start(self) -> Started:
        return Started("https://login.example.gov/away", "a-state", "a-nonce", "a-verifier")

    def finish(self, code: str, verifier: str, nonce: str, needed: Sequence[str] = ()) -> dict[str, Any]:
        self.finished.append((code, verifier, nonce, list(needed)))
        return self.claims


@pytest.fixture(autouse=True)
def said(monkeypatch: pytest.MonkeyPatch) -> type[Said]:
    monkeypatch.setattr(directory, "Provider", Said)
    monkeypatch.setattr(Said, "claims", dict(CLAIMS))
    monkeypatch.setattr(Said, "finished", [])
    return Said


def signed_in(database: Database, settings: Settings, **given: str) -> tuple[str, str]:
    """Go and come back; return the session's cookie, and where to."""
    departure = go_to_directory(database, settings, "/lists")
    assert departure.url == "https://login.example.gov/away"
    answer = {"state": "a-state", "code": "a-code"} | given
    made, target = come_back(database, settings, departure.question, answer, ADDRESS)
    return made.cookie, target


def known(database: Database) -> list[tuple[Any, ...]]:
    return [(one.name, one.roles, one.agency_id, one.subject) for one in people(database)]


def refused(database: Database) -> list[Any]:
    return [row.details["why"] for row in audit_entries(database, AuditFilter(action=Action.SIGN_IN_FAILED))]


def test_whom_the_directory_names_is_added_with_what_it_says_and_let_in(database: Database, said: type[Said]) -> None:
    cookie, target = signed_in(database, site())
    assert target == "/lists"
    assert said.finished == [("a-code", "a-verifier", "a-nonce", ["preferred_username", "roles"])]
    session = find_session(database, site(), cookie)
    assert session is not None
    assert (session.name, session.via.value, session.origin) == ("jlee", "single_sign_on", ADDRESS)
    roles = frozenset({Role.OFFICER, Role.ANALYST})
    assert known(database) == [("jlee", roles, "portsmouth-pd", "4711")]
    _, added = audit_entries(database, AuditFilter())
    assert (added.actor.name, added.actor.origin, added.actor.agency_id) == ("directory", ISSUER, "portsmouth-pd")
    assert (added.action, added.details) == (
        Action.ADD_PERSON,
        {"name": "jlee", "roles": ["analyst", "officer"], "agency": "portsmouth-pd"},
    )


def test_what_changed_there_is_changed_here_and_of_that_person_alone(database: Database, said: type[Said]) -> None:
    signed_in(database, site())
    said.claims |= {"sub": "4712", "preferred_username": "kim", "roles": "supervisor"}
    signed_in(database, site())
    signed_in(database, site())  # nothing changed: nothing is written but the sign-in
    said.claims |= {"roles": ["auditor"]}
    cookie, _ = signed_in(database, site())
    session = find_session(database, site(), cookie)
    assert session is not None
    assert (session.name, session.roles) == ("kim", {Role.AUDITOR})
    (changed,) = audit_entries(database, AuditFilter(action=Action.CHANGE_PERSON))
    details = {"name": "kim", "roles": ["auditor"], "agency": "portsmouth-pd", "was": ["supervisor"]}
    assert changed.details == details
    assert [one[:2] for one in known(database)] == [
        ("jlee", {Role.OFFICER, Role.ANALYST}),
        ("kim", {Role.AUDITOR}),
    ]
    by_agency = site(agency_claim="agency")
    said.claims |= {"agency": "suffolk-pd"}
    signed_in(database, by_agency)
    assert known(database)[1] == ("kim", {Role.AUDITOR}, "suffolk-pd", "4712")
    assert said.finished[-1][3] == ["preferred_username", "roles", "agency"]


@pytest.mark.parametrize(
    ("more", "claims", "roles"),
    [
        ({}, {"roles": "officer"}, {Role.OFFICER}),
        ({}, {"roles": ["officer", 7, "agency_service"]}, {Role.OFFICER}),
        ({}, {"roles": ["agency_service"]}, None),
        ({}, {"roles": {"officer": 1}}, None),
        ({"roles": {"alpr": Role.ANALYST}}, {"roles": ["alpr", "officer"]}, {Role.ANALYST}),
        ({"roles_claim": "realm.roles"}, {"realm": {"roles": ["officer"]}}, {Role.OFFICER}),
        ({"roles_claim": "https://a.b/roles"}, {"https://a.b/roles": ["officer"]}, {Role.OFFICER}),
        ({"roles_claim": "realm.roles"}, {"realm": "officer"}, None),
        ({"name_claim": "short.name"}, {"short": {"name": "Ann"}}, {Role.OFFICER, Role.ANALYST}),
    ],
)
def test_claims_are_found_by_their_paths_and_mean_what_is_configured(
    database: Database, said: type[Said], more: Any, claims: dict[str, Any], roles: set[Role] | None
) -> None:
    said.claims |= claims
    if roles is not None:
        signed_in(database, site(**more))
        assert [one[1] for one in known(database)] == [roles]
        return
    with pytest.raises(SignInRefused, match="the directory gives no role that is known here; try again, or ask"):
        signed_in(database, site(**more))
    assert (known(database), refused(database)) == ([], ["the directory gives no role that is known here"])


@pytest.mark.parametrize(
    ("claims", "fits"),
    [
        ({"preferred_username": "x" * 64}, True),
        ({"preferred_username": "x" * 65}, False),
        ({"preferred_username": " "}, False),
        ({"preferred_username": None}, False),
        ({"preferred_username": "a\u200bb"}, False),
        ({"agency": None}, False),
        ({"agency": ""}, False),
    ],
)
def test_somebody_has_a_name_and_an_agency(
    database: Database, said: type[Said], claims: dict[str, Any], fits: bool
) -> None:
    said.claims |= {"agency": "portsmouth-pd"} | claims
    if fits:
        signed_in(database, site(agency_claim="agency"))
        return
    with pytest.raises(SignInRefused, match="the directory names no one, or no agency"):
        signed_in(database, site(agency_claim="agency"))
    assert known(database) == []


def test_who_is_disabled_or_has_anothers_name_stays_outside_and_it_is_written_down(
    database: Database, said: type[Said]
) -> None:
    signed_in(database, site())
    disable_person(LEE, database, "jlee", "left the department")
    with pytest.raises(SignInRefused):
        signed_in(database, site())
    said.claims |= {"sub": "4712"}
    with pytest.raises(SignInRefused):
        signed_in(database, site())
    assert refused(database) == ["there is another person of that name", "the person is disabled"]
    assert len(audit_entries(database, AuditFilter(action=Action.SIGN_IN))) == 1


def test_an_answer_is_to_a_question_of_this_browser_and_says_yes(database: Database) -> None:
    settings = site()
    with pytest.raises(SignInRefused, match="to no question of this browser"):
        come_back(database, settings, None, {"state": "a-state", "code": "x"}, ADDRESS)
    with pytest.raises(SignInRefused, match="to no question of this browser"):
        signed_in(database, settings, state="another")
    departure = go_to_directory(database, settings, "/lists")
    with pytest.raises(SignInRefused, match="the directory said no"):
        come_back(database, settings, departure.question, {"state": "a-state", "error": "denied"}, ADDRESS)
    with pytest.raises(SignInRefused, match="to no question"):  # it was answered
        come_back(database, settings, departure.question, {"state": "a-state", "code": "x"}, ADDRESS)
    with pytest.raises(ConfigurationError, match="no directory is configured"):
        go_to_directory(database, Settings(), "/lists")
    assert known(database) == []
