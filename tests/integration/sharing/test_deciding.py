"""One person proposes, another one approves what is new or wider, anybody ends."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from operations.backup.ends import journal_path
from operations.sharing.deciding import approve_agreement, check_proposal, end_agreement, propose_agreement
from operations.sharing.looking import view_agreements, who_sees_what
from policy.agreements.widening import widening
from schemas.actor import Actor, SignIn
from schemas.audit import Action
from schemas.errors import InvalidInput, PlatewatchError
from schemas.settings import PolicySettings
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.sharing.agreements import versions_of
from tests.integration.operations.audited import close_audit, fail_after_audit
from tests.integration.sharing.samples import KIM, LEE, SETTINGS, current, in_force
from tests.unit.policy.agreements.samples import NEIGHBOR, THIRD, alerts_grant, member


def active(database: Database) -> list[int]:
    return [version.version for version in versions_of(database) if version.is_active]


def test_a_new_agreement_waits_for_another_person(database: Database) -> None:
    proposal = propose_agreement(LEE, database, SETTINGS, current())
    assert (proposal.version, proposal.is_pending, proposal.widens) == (1, True, ("it is a new agreement",))
    assert active(database) == []
    with pytest.raises(InvalidInput, match="lee proposed version 1; what is new or wider needs another person"):
        approve_agreement(LEE, database, SETTINGS, "suffolk")
    assert active(database) == []
    approve_agreement(KIM, database, SETTINGS, "suffolk", current().paper_sha256)
    assert active(database) == [1]
    (version,) = view_agreements(LEE, database, "suffolk")
    assert (version.proposed_by, version.approved_by, version.agreement) == ("lee", "kim", current())
    actions = [row.action for row in reversed(audit_entries(database))]
    assert actions == [Action.ADD_AGREEMENT, Action.REFUSED, Action.APPROVE_AGREEMENT, Action.VIEW_AGREEMENTS]


def test_one_person_is_one_whatever_user_she_becomes(database: Database) -> None:
    propose_agreement(LEE, database, SETTINGS, current())
    as_kim = dataclasses.replace(KIM, origin=f"{KIM.origin}, sudo by lee")
    with pytest.raises(InvalidInput, match="lee proposed version 1"):
        approve_agreement(as_kim, database, SETTINGS, "suffolk")
    approve_agreement(
        Actor("root", SignIn.LOCAL_USER, "desk-8, sudo by kim", "portsmouth-pd"), database, SETTINGS, "suffolk"
    )
    assert active(database) == [1]


def test_a_program_decides_nothing(database: Database) -> None:
    program = Actor("run", SignIn.SERVICE, "host, process 1", "portsmouth-pd")
    with pytest.raises(InvalidInput, match="people decide about agreements"):
        propose_agreement(program, database, SETTINGS, current())
    propose_agreement(LEE, database, SETTINGS, current())
    with pytest.raises(InvalidInput, match="people decide about agreements"):
        approve_agreement(program, database, SETTINGS, "suffolk")
    assert active(database) == []


def test_narrower_is_in_force_at_once_and_wider_waits_while_the_old_one_counts(database: Database) -> None:
    in_force(database)
    narrower = current(grants=[alerts_grant(fields=["plate"])])
    assert not propose_agreement(LEE, database, SETTINGS, narrower).is_pending
    assert active(database) == [2]
    wider = current(grants=[alerts_grant(fields=["plate", "place"])])
    proposal = propose_agreement(LEE, database, SETTINGS, wider)
    assert (proposal.version, proposal.widens) == (3, ("alerts: more fields: place",))
    assert active(database) == [2]
    # What narrows the one in force counts at once, and what waited before it waits no more.
    assert not propose_agreement(
        LEE, database, SETTINGS, current(grants=[alerts_grant(fields=["plate"], max_days=1)])
    ).is_pending
    assert active(database) == [4]
    with pytest.raises(InvalidInput, match="version 4 is in force; nothing waits for approval"):
        approve_agreement(KIM, database, SETTINGS, "suffolk")


def test_the_same_again_is_refused(database: Database) -> None:
    propose_agreement(LEE, database, SETTINGS, current())
    with pytest.raises(InvalidInput, match="version 1 says the same, and waits for another person's approval"):
        propose_agreement(KIM, database, SETTINGS, current())
    approve_agreement(KIM, database, SETTINGS, "suffolk")
    with pytest.raises(InvalidInput, match="version 1 says the same"):
        propose_agreement(KIM, database, SETTINGS, current())


def test_an_agreement_that_was_ended_stays_so(database: Database) -> None:
    in_force(database)
    with pytest.raises(InvalidInput, match="the reason says nothing"):
        end_agreement(KIM, database, "suffolk", "n/a")
    end_agreement(KIM, database, "suffolk", "notice of last month")
    for again in (
        lambda: end_agreement(KIM, database, "suffolk", "notice of last month"),
        lambda: propose_agreement(LEE, database, SETTINGS, current(title="anew")),
        lambda: approve_agreement(KIM, database, SETTINGS, "suffolk"),
    ):
        with pytest.raises(InvalidInput, match=r"it was ended at .*; agree anew under another id"):
            again()
    (version,) = view_agreements(LEE, database, "suffolk")
    assert (version.ended_by, version.end_reason) == ("kim", "notice of last month")
    assert who_sees_what(LEE, database, SETTINGS) == []


def with_neighbor(owner: str = "portsmouth-pd", **neighbor: Any) -> dict[str, Any]:
    names = ("portsmouth-pd", NEIGHBOR, THIRD)
    roles = {owner: "owner"}
    return {
        "members": [
            member(n, name, roles.get(name, "neighbor"), **(neighbor if name == NEIGHBOR else {}))
            for n, name in enumerate(names)
        ]
    }


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            with_neighbor(state="US-NC"),
            r"does not let it: Suffolk-Pd of Virginia \(law enforcement, US-NC\) may not receive",
        ),
        (with_neighbor(kind="federal", state=None), "may not receive"),
        (with_neighbor(kind="defense"), "may receive case by case.*nothing standing"),
        (with_neighbor(THIRD), "its owner is chesapeake-pd, and this installation's is portsmouth-pd"),
    ],
)
def test_what_the_law_does_not_let_be_is_not_even_proposed(database: Database, more: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        propose_agreement(LEE, database, SETTINGS, current(**more))
    assert versions_of(database) == []
    (row,) = audit_entries(database)
    assert (row.action, row.details["refused"]) == (Action.REFUSED, "add_agreement")


def test_another_paper_is_not_approved(database: Database) -> None:
    propose_agreement(LEE, database, SETTINGS, current())
    with pytest.raises(InvalidInput, match="the paper is another one than that of version 1"):
        approve_agreement(KIM, database, SETTINGS, "suffolk", "f" * 64)
    with pytest.raises(InvalidInput, match="no agreement 'norfolk'"):
        approve_agreement(KIM, database, SETTINGS, "norfolk")
    with pytest.raises(InvalidInput, match="no agreement 'norfolk'"):
        view_agreements(KIM, database, "norfolk")


@pytest.mark.parametrize(
    "statement",
    [
        "update agreement_versions set approved_by = proposed_by, approved_at = now()",
        "update agreement_versions set widens = '{}'",
        'update agreement_versions set document = document || \'{"title": "other"}\'',
        "delete from agreement_versions",
        "delete from agreements",
    ],
)
def test_the_database_itself_keeps_what_was_decided(database: Database, statement: str) -> None:
    propose_agreement(LEE, database, SETTINGS, current())
    with pytest.raises(PlatewatchError), database.connection() as connection:
        connection.execute(statement.encode())


def test_the_database_revives_nothing(database: Database) -> None:
    in_force(database)
    end_agreement(KIM, database, "suffolk", "notice of last month")
    with pytest.raises((PlatewatchError, psycopg.Error)), database.connection() as connection:
        connection.execute("update agreements set ended_at = null, ended_by = null")


@pytest.mark.parametrize("fail", [close_audit, fail_after_audit])
def test_nothing_is_decided_that_cannot_be_written_down(database: Database, fail: Callable[[Database], None]) -> None:
    propose_agreement(LEE, database, SETTINGS, current())
    fail(database)
    for decide in (
        lambda: propose_agreement(LEE, database, SETTINGS, current(id="norfolk")),
        lambda: approve_agreement(KIM, database, SETTINGS, "suffolk"),
        lambda: end_agreement(KIM, database, "suffolk", "notice of last month"),
    ):
        with pytest.raises(PlatewatchError):
            decide()
    (version,) = versions_of(database)
    assert (version.is_pending, version.agreement.id) == (True, "suffolk")


def test_days_begin_and_end_in_the_agency_s_time_zone(database: Database) -> None:
    eastern = SETTINGS.model_copy(update={"time_zone": "America/New_York"})
    propose_agreement(LEE, database, eastern, current())
    (version,) = versions_of(database)
    assert version.starts_at.utcoffset() == timedelta(0)
    assert version.starts_at.hour in (4, 5)


def test_what_was_proposed_after_somebody_looked_is_not_approved_with_it(database: Database) -> None:
    propose_agreement(LEE, database, SETTINGS, current())
    propose_agreement(LEE, database, SETTINGS, current(title="something else"))
    with pytest.raises(InvalidInput, match="version 2 was proposed after version 1"):
        approve_agreement(KIM, database, SETTINGS, "suffolk", version=1)
    assert approve_agreement(KIM, database, SETTINGS, "suffolk", version=2).version == 2


def last_row(database: Database) -> tuple[str, Action, dict[str, Any]]:
    row = audit_entries(database, limit=1)[0]
    return row.actor.name, row.action, row.details


def test_each_decision_is_written_down_whole(database: Database) -> None:
    one = {"agreement": "suffolk"}
    paper = {"paper_sha256": current().paper_sha256}
    new = {"version": 1, "widens": ["it is a new agreement"]}
    check_proposal(LEE, database, SETTINGS, current())
    assert last_row(database) == ("lee", Action.CHECK_AGREEMENT, one | {"proposed": True})
    propose_agreement(LEE, database, SETTINGS, current())
    assert last_row(database) == ("lee", Action.ADD_AGREEMENT, one | paper | new)
    assert approve_agreement(KIM, database, SETTINGS, "suffolk", version=1).version == 1
    assert last_row(database) == ("kim", Action.APPROVE_AGREEMENT, one | new)
    narrower = current(grants=[alerts_grant(fields=["plate"])])
    propose_agreement(LEE, database, SETTINGS, narrower)
    assert last_row(database) == ("lee", Action.ADD_AGREEMENT, one | paper | {"version": 2, "widens": []})
    with pytest.raises(InvalidInput, match="agreement suffolk: version 2 says the same"):
        propose_agreement(KIM, database, SETTINGS, narrower)
    same = {"refused": "add_agreement", "why_refused": "version 2 says the same"}
    assert last_row(database) == ("kim", Action.REFUSED, one | paper | same)
    end_agreement(KIM, database, "suffolk", "notice of last month")
    assert last_row(database) == (
        "kim",
        Action.END_AGREEMENT,
        one | {"reason": "notice of last month", "withheld": 0},
    )
    for act, refused in (
        (lambda: end_agreement(KIM, database, "suffolk", "notice of last month"), "end_agreement"),
        (lambda: approve_agreement(LEE, database, SETTINGS, "suffolk"), "approve_agreement"),
        (lambda: propose_agreement(LEE, database, SETTINGS, current()), "add_agreement"),
        (lambda: end_agreement(KIM, database, "norfolk", "notice of last month"), "end_agreement"),
    ):
        with pytest.raises(InvalidInput) as error:
            act()
        _, action, details = last_row(database)
        assert (action, details["refused"]) == (Action.REFUSED, refused)
        assert str(error.value) == f"agreement {details['agreement']}: {details['why_refused']}"
        assert details["why_refused"].startswith(("it was ended at ", "no agreement 'norfolk'"))


def test_what_was_proposed_is_judged_by_the_law_of_the_day_on_which_it_is_approved(database: Database) -> None:
    carolinian = current(**with_neighbor(state="US-NC"))
    open_law = SETTINGS.model_copy(update={"policy": PolicySettings(profile="illinois")})
    propose_agreement(LEE, database, open_law, carolinian)
    with pytest.raises(InvalidInput, match=r"the law does not let it: .* may not receive"):
        approve_agreement(KIM, database, SETTINGS, "suffolk")
    elsewhere = open_law.model_copy(update={"agency_id": "norfolk-pd"})
    with pytest.raises(InvalidInput, match="its owner is portsmouth-pd, and this installation's is norfolk-pd"):
        approve_agreement(KIM, database, elsewhere, "suffolk")
    assert active(database) == []
    approve_agreement(KIM, database, open_law, "suffolk")
    assert active(database) == [1]


def test_only_the_newest_says_the_same_again(database: Database) -> None:
    in_force(database)
    narrower = current(grants=[alerts_grant(fields=["plate"])])
    propose_agreement(LEE, database, SETTINGS, narrower)
    # What it said before the last change is something new.
    assert propose_agreement(LEE, database, SETTINGS, current()).version == 3
    assert approve_agreement(KIM, database, SETTINGS, "suffolk", current().paper_sha256, 3).version == 3
    assert active(database) == [3]


def test_a_look_before_proposing_says_what_would_come_of_it(database: Database) -> None:
    found = check_proposal(LEE, database, SETTINGS, current())
    assert (found.agreement, found.fault, found.widens, found.blocked) == (
        current(),
        None,
        ("it is a new agreement",),
        (),
    )
    in_force(database)
    assert check_proposal(LEE, database, SETTINGS, current()).fault == "version 1 says the same"
    wider = current(grants=[alerts_grant(fields=["plate", "place", "pictures"], attestations=["training"])])
    found = check_proposal(LEE, database, SETTINGS, wider)
    assert found.fault is None
    assert found.widens == widening(current(), wider)
    (blocked,) = found.blocked
    assert blocked.startswith("alerts: ")
    assert "no valid attestation 'training'" in blocked
    foreign = check_proposal(LEE, database, SETTINGS, current(**with_neighbor(THIRD)))
    assert "its owner is chesapeake-pd" in str(foreign.fault)
    end_agreement(KIM, database, "suffolk", "notice of last month")
    found = check_proposal(LEE, database, SETTINGS, wider)
    assert "it was ended at" in str(found.fault)
    assert last_row(database)[2] == {"agreement": "suffolk", "proposed": True, "fault": found.fault}
    assert [version.version for version in versions_of(database)] == [1]


def test_what_is_ended_stands_in_the_journal_that_a_restore_asks(database: Database, tmp_path: Path) -> None:
    in_force(database)
    settings = SETTINGS.model_copy(update={"data_dir": tmp_path})
    with pytest.raises(InvalidInput):
        end_agreement(KIM, database, "suffolk", "n/a", settings)
    assert not journal_path(settings).exists()
    end_agreement(KIM, database, "suffolk", "notice of last month", settings)
    assert "suffolk" in journal_path(settings).read_text()
