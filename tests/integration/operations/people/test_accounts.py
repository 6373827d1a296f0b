"""Whoever is added, changed, reset or shut out is written down whole, and nothing of theirs is left open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyotp
import pytest

from operations.people.accounts import add_person, change_person, disable_person, reset_person, view_people
from operations.people.entering import enter_by_link, make_entry
from operations.people.refusals import note_refusal
from operations.people.review import review_access
from operations.people.sessions import (
    end_session,
    end_sessions_of,
    find_actor,
    find_session,
    own_sessions,
    sign_out,
    who_had_session,
)
from operations.people.signing_in import SignInRefused, begin_with_password, look_at_link, sign_in
from operations.people.tokens import end_token, make_token, tokens_of
from schemas.actor import Actor, SignIn
from schemas.audit import Action
from schemas.errors import Conflict, InvalidInput, NotPermitted
from schemas.roles import Role, Scope
from schemas.settings import ConsoleSettings, Settings
from storage.audit.reader import AuditFilter, audit_entries
from storage.database import Database
from storage.people.people import people
from tests.integration.operations.audited import LEE

SETTINGS = Settings(agency_id="portsmouth-pd", console=ConsoleSettings(second_factor=True, failures=3))
ANN = Actor("ann", SignIn.PASSWORD, "10.0.0.1", "portsmouth-pd", frozenset({Role.ADMINISTRATOR}))
PASSWORD = "a horse that eats no cucumber salad"
ADDRESS = "192.0.2.7"


def added(database: Database, name: str = "pat", *roles: Role, **more: Any) -> str:
    """Add a person; return the secret of the link."""
    invitation = add_person(ANN, database, SETTINGS, name, roles or (Role.OFFICER,), **more)
    return "" if invitation is None else invitation.url.rpartition("/")[2]


def begun(database: Database, name: str = "pat", *roles: Role) -> tuple[str, pyotp.TOTP]:
    """Add a person who has chosen how to sign in, and is signed in: the cookie, and the authenticator."""
    secret = added(database, name, *roles)
    totp = pyotp.TOTP(look_at_link(database, SETTINGS, secret, ADDRESS).authenticator_secret)
    made = begin_with_password(database, SETTINGS, secret, PASSWORD, PASSWORD, totp.now(), ADDRESS)
    return made.cookie, totp


def rows(database: Database, *actions: Action) -> list[tuple[str, str | None, Any, int | None]]:
    found = [row for row in reversed(audit_entries(database, AuditFilter())) if row.action in actions]
    return [(row.actor.name, row.actor.origin, row.details, row.results) for row in found]


def test_all_that_is_said_of_a_person_is_kept_and_written_down(database: Database) -> None:
    begun_at = datetime.now(UTC)
    roles = [Role.SUPERVISOR, Role.OFFICER]
    made = add_person(
        *(ANN, database, SETTINGS, " Pat.Doe ", roles),
        full_name=f" {'P' * 130} ",
        agency_id="suffolk-pd",
        last_training_on=date(2026, 3, 1),
    )
    assert made is not None
    assert made.name == "pat.doe"
    assert made.url.startswith(f"{SETTINGS.console.origin}/begin/")
    assert timedelta(hours=24) <= made.ends_at - begun_at <= timedelta(hours=24, minutes=5)
    (person,) = view_people(ANN, database)
    assert (person.name, person.full_name, person.agency_id, person.roles) == (
        *("pat.doe", "P" * 120, "suffolk-pd"),
        frozenset(roles),
    )
    assert (person.added_by, person.last_training_on, person.disabled_at) == ("ann", date(2026, 3, 1), None)
    with pytest.raises(Conflict, match=r"somebody named 'pat\.doe' already"):
        add_person(ANN, database, SETTINGS, "PAT.doe", [Role.OFFICER])
    changed = change_person(
        *(ANN, database, "Pat.Doe"),
        roles=[Role.ANALYST],
        full_name="Pat",
        agency_id="portsmouth-pd",
        last_training_on=date(2026, 4, 1),
    )
    assert (changed.full_name, changed.agency_id, changed.roles, changed.last_training_on) == (
        *("Pat", "portsmouth-pd", frozenset({Role.ANALYST})),
        date(2026, 4, 1),
    )
    assert change_person(ANN, database, "pat.doe", full_name="Pat Doe") == replace(changed, full_name="Pat Doe")
    add_person(ANN, database, SETTINGS, "kim", [Role.OFFICER])
    assert [(one.name, one.agency_id) for one in view_people(ANN, database)] == [
        ("kim", "portsmouth-pd"),
        ("pat.doe", "portsmouth-pd"),
    ]
    assert rows(database, Action.ADD_PERSON, Action.CHANGE_PERSON, Action.VIEW_PEOPLE) == [
        ("ann", "10.0.0.1", details, results)
        for details, results in (
            (
                {
                    "name": "pat.doe",
                    "roles": ["officer", "supervisor"],
                    "agency": "suffolk-pd",
                    "trained": "2026-03-01",
                },
                None,
            ),
            ({}, 1),
            (
                {"name": "Pat.Doe", "roles": ["analyst"], "agency": "portsmouth-pd", "trained": "2026-04-01"}
                | {"was": ["officer", "supervisor"]},
                None,
            ),
            ({"name": "pat.doe"}, None),
            ({"name": "kim", "roles": ["officer"], "agency": "portsmouth-pd"}, None),
            ({}, 2),
        )
    ]


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda on: add_person(ANN, on, SETTINGS, "kim", []), "has no role"),
        (lambda on: add_person(ANN, on, SETTINGS, "cad", [Role.AGENCY_SERVICE, Role.OFFICER]), "has no other role"),
        (lambda on: add_person(ANN, on, SETTINGS, "x" * 65, [Role.OFFICER]), "is no name to sign in with"),
        (lambda on: add_person(ANN, on, SETTINGS, "-x", [Role.OFFICER]), "is no name to sign in with"),
        (lambda on: change_person(ANN, on, "pat", roles=[]), "would have no role"),
        (lambda on: change_person(ANN, on, "pat", roles=[Role.AGENCY_SERVICE]), None),
        (lambda on: change_person(ANN, on, "pat", roles=[Role.AGENCY_SERVICE, Role.OFFICER]), "has no other role"),
        (lambda on: change_person(ANN, on, "cad", roles=[Role.OFFICER]), "has no other role"),
        (lambda on: change_person(ANN, on, "ann", roles=[Role.OFFICER]), "you would not be an administrator"),
        (lambda on: change_person(LEE, on, "lee", roles=[Role.OFFICER]), None),  # at the machine
        (lambda on: change_person(ANN, on, "ann", roles=[Role.ADMINISTRATOR, Role.OFFICER]), None),
        (lambda on: change_person(ANN, on, "ann", full_name="Ann"), None),
        (lambda on: disable_person(ANN, on, "ann", "left the department"), "that is yourself"),
        (lambda on: disable_person(LEE, on, "lee", "left the department"), None),
        (lambda on: disable_person(ANN, on, "pat", "x"), "the reason"),
        (lambda on: disable_person(ANN, on, "nobody", "left the department"), "there is nobody named 'nobody'"),
        (lambda on: reset_person(ANN, on, SETTINGS, "nobody"), "there is nobody named 'nobody'"),
    ],
)
def test_nobody_is_made_what_they_cannot_be(
    database: Database, act: Callable[[Database], object], said: str | None
) -> None:
    for name, role in (("ann", Role.ADMINISTRATOR), ("lee", Role.ADMINISTRATOR), ("pat", Role.OFFICER)):
        added(database, name, role)
    added(database, "cad", Role.AGENCY_SERVICE)
    before = people(database)
    if said is None:
        act(database)
        return
    with pytest.raises(InvalidInput, match=said):
        act(database)
    assert people(database) == before


def test_the_longest_name_is_one(database: Database) -> None:
    assert added(database, "x" * 64)
    assert [one.name for one in people(database)] == ["x" * 64]


@pytest.mark.parametrize("how", ["disable", "reset"])
def test_who_is_shut_out_has_nothing_left_that_is_open(database: Database, how: str) -> None:
    cookie, totp = begun(database, "pat", Role.ANALYST)
    other, _ = begun(database, "kim")
    pat = Actor("pat", SignIn.PASSWORD, ADDRESS, "portsmouth-pd", frozenset({Role.ANALYST}))
    token = make_token(pat, database, SETTINGS, "pat", "cad", [Scope.READS], 2).token
    assert find_actor(database, SETTINGS, token, ADDRESS) is not None
    if how == "disable":
        assert disable_person(ANN, database, "pat", "left the department") == 2
        with pytest.raises(Conflict, match="'pat' is disabled already"):
            disable_person(ANN, database, "pat", "left the department")
        (person,) = people(database, name="pat")
        assert (person.disabled_by, person.disabled_reason) == ("ann", "left the department")
        expected = {"name": "pat", "reason": "left the department"}
        assert rows(database, Action.DISABLE_PERSON) == [("ann", "10.0.0.1", expected, 2)]
    else:
        invitation = reset_person(ANN, database, SETTINGS, "pat")
        assert invitation is not None
        secret = invitation.url.rpartition("/")[2]
        assert look_at_link(database, SETTINGS, secret, ADDRESS).name == "pat"
        (person,) = people(database, name="pat")
        assert not person.can_sign_in
        assert person.authenticator_secret is None
        assert rows(database, Action.RESET_PERSON) == [("ann", "10.0.0.1", {"name": "pat"}, 2)]
    assert find_session(database, SETTINGS, cookie) is None
    assert find_actor(database, SETTINGS, token, ADDRESS) is None
    assert find_session(database, SETTINGS, other) is not None
    with pytest.raises(SignInRefused):
        sign_in(database, SETTINGS, "pat", PASSWORD, totp.at(datetime.now(UTC) + timedelta(seconds=30)), ADDRESS)


def test_sessions_that_ended_a_week_ago_are_forgotten_when_somebody_comes_in(database: Database) -> None:
    begun(database, "pat")
    begun(database, "kim")
    with database.as_owner() as connection:
        for name, age in (("pat", timedelta(days=7, minutes=1)), ("kim", timedelta(days=6, hours=23))):
            connection.execute(
                "update sessions set ends_at = now() - %s from people "
                "where people.person_id = sessions.person_id and name = %s",
                [age, name],
            )
    begun(database, "lou")
    with database.connection() as connection:
        left = connection.execute("select name from sessions join people using (person_id) order by name").fetchall()
    assert left == [("kim",), ("lou",)]


def test_who_comes_in_by_tokens_or_the_directory_gets_no_link(database: Database) -> None:
    added(database, "cad", Role.AGENCY_SERVICE)
    added(database, "sso")
    with database.as_owner() as connection:
        connection.execute("update people set issuer = 'https://x', subject = '4711' where name = 'sso'")
    for name in ("cad", "sso"):
        assert reset_person(ANN, database, SETTINGS, name) is None


def test_what_was_wrong_is_for_the_audit_alone(database: Database) -> None:
    _, totp = begun(database)
    later = totp.at(datetime.now(UTC) + timedelta(seconds=30))
    tries = (
        ("nobody", PASSWORD, "000000", "nobody has this name"),
        ("pat", "wrong", later, "the password was wrong"),
        ("pat", PASSWORD, "000000", "the code was wrong, or taken before"),
    )
    for name, password, code, _ in tries:
        with pytest.raises(SignInRefused, match=r"^that is not right; look at the name, the password and the code"):
            sign_in(database, SETTINGS, name, password, code, ADDRESS)
    assert [(origin, details) for _, origin, details, _ in rows(database, Action.SIGN_IN_FAILED)] == [
        (ADDRESS, {"why": why}) for *_, why in tries
    ]
    made = sign_in(database, SETTINGS, " PAT ", PASSWORD, later, ADDRESS)
    assert made.name == "pat"
    assert timedelta(0) <= datetime.now(UTC) + timedelta(hours=SETTINGS.console.session_hours) - made.ends_at
    assert rows(database, Action.SIGN_IN)[-1] == ("pat", ADDRESS, {"session": made.session_id}, None)
    # The failures before are forgotten: two more are not too many.
    for _ in range(2):
        with pytest.raises(SignInRefused, match="that is not right"):
            sign_in(database, SETTINGS, "pat", "wrong", "000000", ADDRESS)
    assert rows(database, Action.LOCK_OUT) == []
    with pytest.raises(SignInRefused, match="that is not right"):
        sign_in(database, SETTINGS, "pat", "wrong", "000000", ADDRESS)
    locked = {"failures": 3, "minutes": SETTINGS.console.locked_minutes}
    assert rows(database, Action.LOCK_OUT) == [("pat", ADDRESS, locked, None)]
    for _ in range(2):
        with pytest.raises(SignInRefused, match="too many wrong attempts; try again after"):
            sign_in(database, SETTINGS, "pat", PASSWORD, later, ADDRESS)
    assert len(rows(database, Action.SIGN_IN_FAILED)) == len(tries) + 3


def test_a_session_is_ended_by_its_person_or_an_administrator(database: Database) -> None:
    cookie, totp = begun(database)
    begun(database, "kim")
    session = find_session(database, SETTINGS, cookie)
    assert session is not None
    again = sign_in(
        database, SETTINGS, "pat", PASSWORD, totp.at(datetime.now(UTC) + timedelta(seconds=30)), "192.0.2.8"
    )
    assert [one.session_id for one in own_sessions(database, SETTINGS, session.person_id)] == [
        again.session_id,
        session.session_id,
    ]
    pat = Actor("pat", SignIn.PASSWORD, ADDRESS, "portsmouth-pd", frozenset({Role.OFFICER}))
    kim = replace(pat, name="kim")
    for number in (session.session_id, 9_999):
        with pytest.raises(NotPermitted):
            end_session(kim, database, SETTINGS, number)
    with pytest.raises(NotPermitted):
        end_sessions_of(kim, database, "pat")
    assert find_session(database, SETTINGS, cookie) is not None
    with pytest.raises(InvalidInput, match="there is no open session 9999"):
        end_session(ANN, database, SETTINGS, 9_999)
    end_session(pat, database, SETTINGS, session.session_id)
    assert find_session(database, SETTINGS, cookie) is None
    assert find_session(database, SETTINGS, again.cookie) is not None
    end_session(ANN, database, SETTINGS, again.session_id)
    assert end_sessions_of(ANN, database, "pat") == 0
    assert end_sessions_of(kim, database, "kim") == 1
    assert who_had_session(database, cookie) == "pat"
    assert rows(database, Action.END_SESSION) == [
        ("pat", ADDRESS, {"session": session.session_id, "person": "pat"}, None),
        ("ann", "10.0.0.1", {"session": again.session_id, "person": "pat"}, None),
        ("ann", "10.0.0.1", {"person": "pat"}, 0),
        ("kim", ADDRESS, {"person": "kim"}, 1),
    ]


def test_who_signs_out_is_out_of_that_session_alone(database: Database) -> None:
    cookie, _ = begun(database)
    other, _ = begun(database, "kim")
    session = find_session(database, SETTINGS, cookie)
    assert session is not None
    sign_out(database, SETTINGS, session)
    assert find_session(database, SETTINGS, cookie) is None
    assert find_session(database, SETTINGS, other) is not None
    assert rows(database, Action.SIGN_OUT) == [
        ("pat", f"{ADDRESS}, session {session.session_id}", {"session": session.session_id}, None)
    ]


def test_a_token_is_made_whole_and_ended(database: Database) -> None:
    added(database, "pat", Role.ANALYST)
    added(database, "cad", Role.AGENCY_SERVICE)
    pat = Actor("pat", SignIn.PASSWORD, ADDRESS, "portsmouth-pd", frozenset({Role.ANALYST}))
    begun_at = datetime.now(UTC)
    made = make_token(pat, database, SETTINGS, "pat", f" {'x' * 90}", [Scope.READS, Scope.ALERTS], 2)
    assert timedelta(days=2) <= made.ends_at - begun_at <= timedelta(days=2, minutes=5)
    actor = find_actor(database, SETTINGS, made.token, "192.0.2.8")
    assert actor == Actor(
        *("pat", SignIn.TOKEN, f"192.0.2.8, token {made.token_id}", "portsmouth-pd", frozenset({Role.ANALYST})),
        frozenset({Scope.READS, Scope.ALERTS}),
    )
    (person,) = people(database, name="pat")
    (kept,) = tokens_of(database, person.person_id)
    assert (kept.token_id, kept.label, kept.name) == (made.token_id, "x" * 80, "pat")
    program = make_token(ANN, database, SETTINGS, "cad", "dispatch", [Scope.LISTS], 3)
    with pytest.raises(NotPermitted):
        end_token(pat, database, program.token_id)
    with pytest.raises(NotPermitted):
        end_token(pat, database, 9_999)
    with pytest.raises(InvalidInput, match="there is no token 9999"):
        end_token(ANN, database, 9_999)
    end_token(pat, database, made.token_id)
    end_token(ANN, database, program.token_id)
    assert find_actor(database, SETTINGS, made.token, ADDRESS) is None
    said = {"person": "pat", "label": "x" * 80, "scopes": ["alerts", "reads"], "days": 2, "token": made.token_id}
    other = {"person": "cad", "label": "dispatch", "scopes": ["lists"], "days": 3, "token": program.token_id}
    assert rows(database, Action.MAKE_TOKEN, Action.END_TOKEN) == [
        ("pat", ADDRESS, said, None),
        ("ann", "10.0.0.1", other, None),
        ("pat", ADDRESS, {"token": made.token_id, "person": "pat", "label": "x" * 80}, None),
        ("ann", "10.0.0.1", {"token": program.token_id, "person": "cad", "label": "dispatch"}, None),
    ]


@pytest.mark.parametrize(
    ("label", "scopes", "days", "fits"),
    [
        ("cad", [Scope.READS], 1, True),
        ("cad", [Scope.READS], SETTINGS.console.token_days, True),
        ("cad", [Scope.READS], SETTINGS.console.token_days + 1, False),
        ("cad", [Scope.READS], 0, False),
        ("cad", [], 1, False),
        ("  ", [Scope.READS], 1, False),
    ],
)
def test_a_token_is_for_something_and_not_for_ever(
    database: Database, label: str, scopes: list[Scope], days: int, fits: bool
) -> None:
    added(database, "cad", Role.AGENCY_SERVICE)
    if fits:
        make_token(ANN, database, SETTINGS, "cad", label, scopes, days)
    else:
        with pytest.raises(InvalidInput):
            make_token(ANN, database, SETTINGS, "cad", label, scopes, days)
    (person,) = people(database, name="cad")
    assert len(tokens_of(database, person.person_id)) == fits


def test_nobody_has_any_number_of_tokens_and_who_is_disabled_none(database: Database) -> None:
    added(database, "cad", Role.AGENCY_SERVICE)
    for _ in range(20):
        make_token(ANN, database, SETTINGS, "cad", "dispatch", [Scope.LISTS], 1)
    with pytest.raises(InvalidInput, match="'cad' has 20 tokens already"):
        make_token(ANN, database, SETTINGS, "cad", "dispatch", [Scope.LISTS], 1)
    assert disable_person(ANN, database, "cad", "is exchanged") == 20
    with pytest.raises(InvalidInput, match="'cad' is disabled"):
        make_token(ANN, database, SETTINGS, "cad", "dispatch", [Scope.LISTS], 1)


def test_a_link_lets_its_person_in_once(database: Database) -> None:
    added(database, "pat", Role.OFFICER)
    url = make_entry(ANN, database, SETTINGS, "pat", [Role.SUPERVISOR, Role.ANALYST])
    assert url.startswith(f"{SETTINGS.console.origin}/enter/")
    secret = url.rpartition("/")[2]
    made = enter_by_link(database, SETTINGS, secret, ADDRESS)
    session = find_session(database, SETTINGS, made.cookie)
    assert session is not None
    assert (session.name, session.via, session.origin, session.roles) == (
        *("pat", SignIn.LINK, ADDRESS),
        frozenset({Role.SUPERVISOR, Role.ANALYST}),
    )
    with pytest.raises(InvalidInput, match="it works once"):
        enter_by_link(database, SETTINGS, secret, ADDRESS)
    details = {"name": "pat", "roles": ["analyst", "supervisor"], "link": "lets in once"}
    assert rows(database, Action.ADD_PERSON)[-1] == ("ann", "10.0.0.1", details, None)


def test_a_refusal_says_what_was_asked_and_why_not(database: Database) -> None:
    officer = replace(ANN, roles=frozenset({Role.OFFICER}))
    with pytest.raises(NotPermitted) as refused:
        view_people(officer, database)
    note_refusal(officer, database, refused.value)
    ((name, origin, details, _),) = rows(database, Action.REFUSED)
    assert (name, origin) == ("ann", "10.0.0.1")
    assert details == {"refused": "view_people", "why_refused": refused.value.message}


def test_an_access_review_says_what_is_open_and_what_to_look_at(database: Database) -> None:
    begun(database, "pat", Role.ANALYST)
    added(database, "kim", last_training_on=datetime.now(UTC).date() - timedelta(days=366))
    added(database, "new", last_training_on=datetime.now(UTC).date() - timedelta(days=365))
    added(database, "cad", Role.AGENCY_SERVICE)
    added(database, "old")
    token = make_token(ANN, database, SETTINGS, "cad", "dispatch", [Scope.LISTS], 3).token
    assert find_actor(database, SETTINGS, token, ADDRESS) is not None
    disable_person(ANN, database, "old", "left the department")
    days = SETTINGS.console.inactive_days
    with database.as_owner() as connection:
        for name, age in (("new", days + 1), ("kim", days), ("old", days + 1)):
            connection.execute("update people set added_at = now() - %s where name = %s", [timedelta(days=age), name])
    found = {one.person.name: one for one in review_access(ANN, database, SETTINGS)}
    assert list(found) == ["cad", "kim", "new", "old", "pat"]
    assert {name: (one.sessions, one.tokens, one.signs_in_by) for name, one in found.items()} == {
        "cad": (0, 1, "tokens"),
        "kim": (0, 0, "nothing yet"),
        "new": (0, 0, "nothing yet"),
        "old": (0, 0, "nothing yet"),
        "pat": (1, 0, "password and authenticator"),
    }
    unchosen = "has not chosen how to sign in"
    assert {name: (one.is_inactive, one.findings) for name, one in found.items()} == {
        "cad": (False, ()),
        "kim": (False, ("trained 366 days ago", unchosen)),
        "new": (True, (f"never signed in, added {days + 1} days ago", unchosen)),
        "old": (False, ()),
        "pat": (False, ("no training is noted",)),
    }
    assert found["cad"].last_used_at is not None
    assert found["pat"].last_used_at is not None
    assert found["kim"].last_used_at is None
