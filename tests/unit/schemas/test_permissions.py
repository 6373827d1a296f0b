"""Who may do what: one table, that no action is missing from and no record gets around."""

from __future__ import annotations

import pytest

from schemas.actions import Action
from schemas.actor import Actor, SignIn
from schemas.audit import AuditRecord
from schemas.errors import NotPermitted
from schemas.permissions import OWN, PERMISSIONS, UNASKED, check_permitted, may
from schemas.roles import Role, Scope


def somebody(*roles: Role, scopes: frozenset[Scope] | None = None) -> Actor:
    return Actor("lee", SignIn.PASSWORD, "a test", "portsmouth-pd", frozenset(roles), scopes)


def test_every_action_is_somebodys_or_nobodys() -> None:
    """By its name: rows of the audit have it for years, and nothing reads them under another one."""
    assert set(PERMISSIONS) | UNASKED | OWN == set(Action)
    whose = named(*(text for texts in MAY.values() for text in texts), "make_token end_token")
    assert {action.value for action in Action} == whose | named(HERE_ALONE, ONES_OWN, HAPPENS)
    assert {action.value for action in UNASKED} == named(HAPPENS)
    assert {action.value for action in OWN} == named(ONES_OWN)


def test_roles_and_scopes_are_called_as_they_are_kept_and_typed() -> None:
    roles = "officer analyst supervisor list_administrator auditor camera_administrator agency_service administrator"
    assert [role.value for role in Role] == roles.split()
    assert [scope.value for scope in Scope] == ["alerts", "reads", "lists", "cameras", "cars", "audit", "people"]


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


BOARD = "view_alerts view_alert acknowledge_alert confirm_alert reject_alert close_alert ask_record answer_record"
READS = "search view_passes view_revisions historical match"
WORK = (
    "export make_evidence correct_read view_corrections save_search view_searches remove_searches request_analysis "
    "run_analysis open_result preserve renew_preservation release_preservation view_preserved query view_answer"
)
LISTS_LOOK = "view_lists view_versions view_entries view_rejects"
LISTS_ADD = "import add withdraw pull try_list try_entry"
LISTS_UNDO = "restore roll_back remove discard_list"
ALARMS = "view_alarms acknowledge_alarm"
CAMERAS_LOOK = "view_cameras view_figures view_status"
CARS = "add_car change_car renew_car_token revoke_car view_cars"
CAMERAS = (
    f"check_camera add_camera change_camera remove_camera watch_camera {CARS} "
    "view_quarantine retry_quarantined discard_quarantined"
)
AUDIT = "view_agreements view_disseminations view_audit view_report verify_audit"
AUDIT_MORE = "note_audit export_audit review_audit note_review view_proofs view_analyses"
KEPT = "view_preservations view_ending"
DECIDE = (
    "approve_analysis view_held release_held discard_held view_rules add_rules try_rule switch_rule remove_rule "
    "view_deliveries retry_deliveries add_agreement approve_agreement end_agreement check_agreement add_stops"
)
PEOPLE = "add_person change_person disable_person reset_person view_people"
MAY = {
    Role.OFFICER: (BOARD,),
    Role.ANALYST: (BOARD, READS, WORK, KEPT, LISTS_LOOK, "view_analyses"),
    Role.SUPERVISOR: (
        *(BOARD, READS, WORK, KEPT, LISTS_LOOK, LISTS_ADD, LISTS_UNDO, ALARMS, CAMERAS_LOOK, CAMERAS),
        *(AUDIT, AUDIT_MORE, DECIDE, "view_people"),
    ),
    Role.LIST_ADMINISTRATOR: (LISTS_LOOK, LISTS_ADD, LISTS_UNDO, ALARMS),
    Role.CAMERA_ADMINISTRATOR: (CAMERAS_LOOK, CAMERAS, ALARMS),
    Role.AUDITOR: (AUDIT, AUDIT_MORE, KEPT, LISTS_LOOK, CAMERAS_LOOK, "view_cars", "view_people"),
    Role.ADMINISTRATOR: (PEOPLE,),
    Role.AGENCY_SERVICE: (BOARD, READS, KEPT, LISTS_LOOK, LISTS_ADD),
}
"""What docs/console.md says of each role, action by action; one's own tokens anybody has."""
HERE_ALONE = (
    "purge back_up restore_backup check_topics create_topics export_all import_all renew_signing_key view_rights "
    "apply_rights renew_login settings_changed answer_query take_disposition note_car"
)
"""What needs the machine, its keys or the broker's administrator, or what our own programs do."""
ONES_OWN = "sign_in sign_out set_up_sign_in end_session"
HAPPENS = "refused sign_in_failed lock_out"
BY_TOKEN = {
    Scope.ALERTS: (BOARD,),
    Scope.READS: (READS,),
    Scope.LISTS: (LISTS_LOOK, LISTS_ADD, LISTS_UNDO),
    Scope.CAMERAS: (ALARMS, CAMERAS_LOOK, "view_quarantine retry_quarantined discard_quarantined"),
    Scope.CARS: (CARS,),
    Scope.AUDIT: (AUDIT,),
    Scope.PEOPLE: (PEOPLE,),
}


def named(*texts: str) -> set[str]:
    return {name for text in texts for name in text.split()}


@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_what_the_documents_say_and_no_more(role: Role) -> None:
    own = {action.value for action in UNASKED | OWN}
    allowed = {action.value for action in Action if may(somebody(role), action)}
    assert allowed - own == named(*MAY[role], "make_token end_token")


@pytest.mark.parametrize("scope", Scope)
def test_a_scope_of_a_token_opens_what_it_names_and_no_more(scope: Scope) -> None:
    token = somebody(*Role, scopes=frozenset({scope}))
    assert {action.value for action in set(Action) - UNASKED if may(token, action)} == named(*BY_TOKEN[scope])


def test_who_may_is_said_in_words() -> None:
    told = {
        Action.SEARCH: "your roles do not let you search; agency service, analyst, supervisor may",
        Action.PURGE: "your roles do not let you purge; it is done on the command line alone",
    }
    for action, words in told.items():
        with pytest.raises(NotPermitted) as refused:
            check_permitted(somebody(Role.OFFICER), action)
        assert str(refused.value) == words
    token = somebody(Role.ANALYST, scopes=frozenset({Scope.ALERTS}))
    for action, words in {
        Action.SEARCH: "this token may not search; the token needs the scope 'reads'",
        Action.EXPORT: "this token may not export; no token may",
        Action.ADD_PERSON: "your roles do not let you add person; administrator may",
    }.items():
        with pytest.raises(NotPermitted) as refused:
            check_permitted(token, action)
        assert str(refused.value) == words
