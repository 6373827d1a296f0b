"""Who may do what: one table, that no action is missing from and no record gets around."""

from __future__ import annotations

import pytest

from schemas.actions import Action
from schemas.actor import Actor, SignIn
from schemas.audit import AuditRecord
from schemas.errors import NotPermitted
from schemas.permissions import OWN, PERMISSIONS, UNASKED, may
from schemas.roles import Role, Scope


def somebody(*roles: Role, scopes: frozenset[Scope] | None = None) -> Actor:
    return Actor("lee", SignIn.PASSWORD, "a test", "portsmouth-pd", frozenset(roles), scopes)


def test_every_action_is_somebodys_or_nobodys() -> None:
    assert set(PERMISSIONS) | UNASKED | OWN == set(Action)


def test_who_gives_commands_on_the_machine_may_do_everything() -> None:
    keeper = Actor("root", SignIn.LOCAL_USER, "a terminal", "portsmouth-pd")
    assert all(may(keeper, action) for action in Action)


def test_without_a_role_nothing_is_permitted() -> None:
    assert {action for action in Action if may(somebody(), action)} == UNASKED | OWN
    assert not any(may(somebody(*Role, scopes=frozenset(Scope)), action) for action in OWN)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR, Role.CAMERA_ADMINISTRATOR, Role.LIST_ADMINISTRATOR])
def test_who_need_not_see_where_vehicles_went_cannot_search(role: Role) -> None:
    for action in (Action.SEARCH, Action.HISTORICAL, Action.QUERY, Action.VIEW_PRESERVED, Action.VIEW_ALERTS):
        with pytest.raises(NotPermitted, match="your roles do not let you"):
            AuditRecord(somebody(role), action)


def test_officers_work_on_alerts_and_search_nothing() -> None:
    AuditRecord(somebody(Role.OFFICER), Action.CONFIRM_ALERT)
    with pytest.raises(NotPermitted, match="analyst, supervisor may"):
        AuditRecord(somebody(Role.OFFICER), Action.SEARCH)
    AuditRecord(somebody(Role.OFFICER, Role.ANALYST), Action.SEARCH)


def test_a_token_is_never_more_than_its_person_nor_than_its_scopes() -> None:
    analyst = somebody(Role.ANALYST, scopes=frozenset({Scope.READS, Scope.LISTS, Scope.PEOPLE}))
    assert may(analyst, Action.SEARCH)
    assert not may(analyst, Action.VIEW_ALERTS)  # the scope is missing
    assert not may(analyst, Action.ADD_PERSON)  # the role is missing
    assert not may(analyst, Action.PRESERVE)  # no token may
    with pytest.raises(NotPermitted, match="the token needs the scope 'alerts'"):
        AuditRecord(analyst, Action.VIEW_ALERTS)
    assert not may(somebody(*Role, scopes=frozenset()), Action.SEARCH)


def test_what_needs_the_machine_is_done_there_alone() -> None:
    with pytest.raises(NotPermitted, match="on the command line alone"):
        AuditRecord(somebody(*Role), Action.PURGE)


def test_a_refusal_and_a_failed_sign_in_can_always_be_written_down() -> None:
    for action in UNASKED:
        AuditRecord(somebody(), action)
