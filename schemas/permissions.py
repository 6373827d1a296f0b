"""Which role may do what, and what a token's scopes leave of it: one table, asked for every action.

It is asked when an action is about to be written down (`AuditRecord`), so that nothing is done without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from schemas.actions import Action
from schemas.actor import Actor
from schemas.errors import NotPermitted
from schemas.roles import Role, Scope

_A = Action
_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
_AUDITOR = frozenset({Role.AUDITOR, Role.SUPERVISOR})
_BOARD = frozenset({Role.OFFICER, Role.ANALYST, Role.SUPERVISOR, Role.AGENCY_SERVICE})
_ANALYST = frozenset({Role.ANALYST, Role.SUPERVISOR, Role.AGENCY_SERVICE})
_LISTS = frozenset({Role.LIST_ADMINISTRATOR, Role.SUPERVISOR})
_LISTS_LOOK = _LISTS | {Role.AUDITOR, Role.ANALYST, Role.AGENCY_SERVICE}
_CAMERAS = frozenset({Role.CAMERA_ADMINISTRATOR, Role.SUPERVISOR})
_SUPERVISOR = frozenset({Role.SUPERVISOR})
EVERYBODY: Final = frozenset(Role)
NOBODY: Final[frozenset[Role]] = frozenset()
"""For the command line alone: what needs the machine, its keys or the broker's administrator."""


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may do something: with one of these roles, and by a token only with this scope; None: by no token."""

    roles: frozenset[Role]
    scope: Scope | None = None


def _each(roles: frozenset[Role], scope: Scope | None, *actions: Action) -> dict[Action, Permission]:
    return dict.fromkeys(actions, Permission(roles, scope))


PERMISSIONS: Final[Mapping[Action, Permission]] = {
    **_each(_BOARD, Scope.ALERTS, _A.VIEW_ALERTS, _A.VIEW_ALERT, _A.ACKNOWLEDGE_ALERT, _A.CONFIRM_ALERT),
    **_each(_BOARD, Scope.ALERTS, _A.REJECT_ALERT, _A.CLOSE_ALERT, _A.ASK_RECORD, _A.ANSWER_RECORD),
    **_each(_ANALYST, Scope.READS, _A.SEARCH, _A.VIEW_PASSES, _A.VIEW_REVISIONS, _A.HISTORICAL, _A.MATCH),
    **_each(_ANALYST - {Role.AGENCY_SERVICE}, None, _A.EXPORT, _A.MAKE_EVIDENCE, _A.CORRECT_READ, _A.VIEW_CORRECTIONS),
    **_each(_ANALYST - {Role.AGENCY_SERVICE}, None, _A.SAVE_SEARCH, _A.VIEW_SEARCHES, _A.REMOVE_SEARCHES),
    **_each(_ANALYST - {Role.AGENCY_SERVICE}, None, _A.REQUEST_ANALYSIS, _A.RUN_ANALYSIS, _A.OPEN_RESULT),
    **_each(_ANALYST - {Role.AGENCY_SERVICE} | _AUDITOR, None, _A.VIEW_ANALYSES),
    **_each(_SUPERVISOR, None, _A.APPROVE_ANALYSIS),
    **_each(_ANALYST - {Role.AGENCY_SERVICE}, None, _A.PRESERVE, _A.RENEW_PRESERVATION, _A.RELEASE_PRESERVATION),
    **_each(_ANALYST | _AUDITOR, None, _A.VIEW_PRESERVATIONS, _A.VIEW_ENDING),
    **_each(_ANALYST - {Role.AGENCY_SERVICE}, None, _A.VIEW_PRESERVED, _A.QUERY, _A.VIEW_ANSWER),
    **_each(_LISTS_LOOK, Scope.LISTS, _A.VIEW_LISTS, _A.VIEW_VERSIONS, _A.VIEW_ENTRIES, _A.VIEW_REJECTS),
    **_each(_LISTS | {Role.AGENCY_SERVICE}, Scope.LISTS, _A.IMPORT, _A.ADD, _A.WITHDRAW, _A.PULL),
    **_each(_LISTS | {Role.AGENCY_SERVICE}, Scope.LISTS, _A.TRY_LIST, _A.TRY_ENTRY),
    **_each(_LISTS, Scope.LISTS, _A.RESTORE, _A.ROLL_BACK, _A.REMOVE, _A.DISCARD_LIST),
    **_each(_CAMERAS | _LISTS, Scope.CAMERAS, _A.VIEW_ALARMS, _A.ACKNOWLEDGE_ALARM),
    **_each(_CAMERAS, Scope.CAMERAS, _A.VIEW_QUARANTINE, _A.RETRY_QUARANTINED, _A.DISCARD_QUARANTINED),
    **_each(_CAMERAS | _AUDITOR, Scope.CAMERAS, _A.VIEW_CAMERAS, _A.VIEW_FIGURES, _A.VIEW_STATUS),
    **_each(_CAMERAS, None, _A.CHECK_CAMERA, _A.ADD_CAMERA, _A.CHANGE_CAMERA, _A.REMOVE_CAMERA, _A.WATCH_CAMERA),
    **_each(_CAMERAS, Scope.CARS, _A.ADD_CAR, _A.CHANGE_CAR, _A.RENEW_CAR_TOKEN, _A.REVOKE_CAR),
    **_each(_CAMERAS | _AUDITOR, Scope.CARS, _A.VIEW_CARS),
    **_each(_SUPERVISOR, None, _A.VIEW_HELD, _A.RELEASE_HELD, _A.DISCARD_HELD),
    **_each(_SUPERVISOR, None, _A.VIEW_RULES, _A.ADD_RULES, _A.TRY_RULE, _A.SWITCH_RULE, _A.REMOVE_RULE),
    **_each(_SUPERVISOR, None, _A.VIEW_DELIVERIES, _A.RETRY_DELIVERIES),
    **_each(_SUPERVISOR, None, _A.ADD_AGREEMENT, _A.APPROVE_AGREEMENT, _A.END_AGREEMENT, _A.CHECK_AGREEMENT),
    **_each(_AUDITOR, Scope.AUDIT, _A.VIEW_AGREEMENTS, _A.VIEW_DISSEMINATIONS, _A.VIEW_AUDIT, _A.VIEW_REPORT),
    **_each(_AUDITOR, Scope.AUDIT, _A.VERIFY_AUDIT),
    **_each(_AUDITOR, None, _A.NOTE_AUDIT, _A.EXPORT_AUDIT, _A.REVIEW_AUDIT, _A.NOTE_REVIEW),
    **_each(_AUDITOR, None, _A.VIEW_PROOFS),
    **_each(_SUPERVISOR, None, _A.ADD_STOPS),
    **_each(_ADMINISTRATOR, Scope.PEOPLE, _A.ADD_PERSON, _A.CHANGE_PERSON, _A.DISABLE_PERSON, _A.RESET_PERSON),
    **_each(_ADMINISTRATOR | _AUDITOR, Scope.PEOPLE, _A.VIEW_PEOPLE),
    # One's own; a program's asks for CHANGE_PERSON besides.
    **_each(EVERYBODY, None, _A.MAKE_TOKEN, _A.END_TOKEN),
    **_each(NOBODY, None, _A.PURGE, _A.BACK_UP, _A.RESTORE_BACKUP, _A.CHECK_TOPICS, _A.CREATE_TOPICS),
    **_each(NOBODY, None, _A.EXPORT_ALL, _A.IMPORT_ALL, _A.RENEW_SIGNING_KEY),
    **_each(NOBODY, None, _A.VIEW_RIGHTS, _A.APPLY_RIGHTS, _A.RENEW_LOGIN, _A.SETTINGS_CHANGED),
    **_each(NOBODY, None, _A.ANSWER_QUERY, _A.TAKE_DISPOSITION, _A.NOTE_CAR),
}
"""Every action that there is: one that is missing here nobody may do over the network."""
UNASKED: Final = frozenset({Action.REFUSED, Action.SIGN_IN_FAILED, Action.LOCK_OUT})
"""What happens to somebody, whoever they are."""
OWN: Final = frozenset({Action.SIGN_IN, Action.SIGN_OUT, Action.SET_UP_SIGN_IN, Action.END_SESSION})
"""What every person does with what is theirs, and no token; what is another's asks for CHANGE_PERSON besides."""


def may(actor: Actor, action: Action) -> bool:
    """Return whether somebody may do something."""
    if actor.roles is None or action in UNASKED:
        return True
    if action in OWN:
        return actor.scopes is None
    permission = PERMISSIONS.get(action)
    if permission is None or actor.roles.isdisjoint(permission.roles):
        return False
    return actor.scopes is None or permission.scope in actor.scopes


def check_permitted(actor: Actor, action: Action) -> None:
    """Make sure that somebody may do something.

    Raises:
        NotPermitted: They may not; says who may.
    """
    if may(actor, action):
        return
    permission = PERMISSIONS.get(action, Permission(NOBODY))
    what = action.value.replace("_", " ")
    if actor.roles is not None and not actor.roles.isdisjoint(permission.roles):
        missing = "no token may" if permission.scope is None else f"the token needs the scope '{permission.scope}'"
        raise NotPermitted(f"this token may not {what}; {missing}", action)
    who = ", ".join(sorted(role.words for role in permission.roles))
    how = f"{who} may" if who else "it is done on the command line alone"
    raise NotPermitted(f"your roles do not let you {what}; {how}", action)
