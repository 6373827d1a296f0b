"""Agreements as they are stored: each version whole, which one counts, and that every decision is seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest

from schemas.errors import PlatewatchError
from storage.database import Database
from storage.sharing.agreements import AgreementStore, StoredVersion, versions_of
from tests.integration.storage.sharing.rows import HOUR, NOW
from tests.unit.policy.agreements.samples import agreement, alerts_grant


def decide(database: Database, name: str, *, begin: bool = False, **grant: Any) -> int:
    """Propose a version that grants as many days as it says and widens by as much."""
    days = grant.pop("days", 1)
    widens = grant.pop("widens", ())
    one = agreement(id=name, grants=[alerts_grant(max_days=days)])
    with AgreementStore(database).deciding(name, begin=begin) as deciding:
        return deciding.propose(one, NOW, NOW + HOUR * days, widens, "lee")


def test_each_version_is_stored_whole_and_the_one_that_counts_is_known(database: Database) -> None:
    store = AgreementStore(database)
    assert (store.active(), versions_of(database), store.state()) == ([], [], "")
    assert decide(database, "suffolk", begin=True, widens=("it is new",)) == 1
    assert decide(database, "norfolk", begin=True, days=2) == 1  # it widens nothing: it counts at once
    assert store.state() == "norfolk 1,suffolk"
    (waiting,) = versions_of(database, "suffolk")
    assert waiting == StoredVersion(
        agreement(id="suffolk", grants=[alerts_grant(max_days=1)]),
        version=1,
        starts_at=NOW,
        ends_at=NOW + HOUR,
        widens=("it is new",),
        proposed_by="lee",
        proposed_at=waiting.proposed_at,
        approved_by=None,
        approved_at=None,
        is_active=False,
        ended_at=None,
        ended_by=None,
        end_reason=None,
    )
    assert waiting.is_pending
    assert [(one.agreement.id, one.approved_by, one.is_active) for one in store.active()] == [("norfolk", "lee", True)]
    with store.deciding("suffolk") as deciding:
        deciding.approve(1, "kim")
    (approved,) = versions_of(database, "suffolk")
    assert approved == replace(waiting, approved_by="kim", approved_at=approved.approved_at, is_active=True)
    assert approved.approved_at is not None
    assert not approved.is_pending
    assert decide(database, "suffolk", days=3, widens=("more days",)) == 2
    assert decide(database, "suffolk", days=2) == 3
    assert [(one.version, one.approved_by, one.is_active) for one in versions_of(database, "suffolk")] == [
        (1, "kim", False),
        (2, None, False),
        (3, "lee", True),
    ]
    assert [(one.agreement.id, one.version) for one in store.active()] == [("norfolk", 1), ("suffolk", 3)]
    assert [(one.agreement.id, one.version) for one in versions_of(database)] == [
        ("norfolk", 1),
        ("suffolk", 1),
        ("suffolk", 2),
        ("suffolk", 3),
    ]
    assert store.state() == "norfolk 1,suffolk 3"


def test_what_was_ended_stays_there_with_who_and_why_and_no_other_is(database: Database) -> None:
    store = AgreementStore(database)
    for name in ("norfolk", "suffolk"):
        decide(database, name, begin=True)
    before = store.state()
    with store.deciding("suffolk") as deciding:
        assert deciding.end("kim", "notice of last month")
        assert not deciding.end("lee", "once more")
    norfolk, suffolk = store.active()
    assert (norfolk.ended_at, norfolk.ended_by, norfolk.end_reason) == (None, None, None)
    assert (suffolk.ended_by, suffolk.end_reason) == ("kim", "notice of last month")
    assert suffolk.ended_at is not None
    assert store.state() not in (before, "")
    assert norfolk.is_standing(NOW + HOUR - timedelta(microseconds=1))
    assert not norfolk.is_standing(NOW + HOUR)
    assert norfolk.is_standing(NOW - HOUR)  # about to be
    assert not suffolk.is_standing(NOW)
    assert not replace(norfolk, is_active=False).is_standing(NOW)
    assert norfolk.standing.ends_at.astimezone(UTC) == NOW + HOUR
    assert suffolk.standing.ended_at == suffolk.ended_at
    assert not replace(suffolk, approved_at=None).is_pending


def test_nobody_approves_what_they_proposed_or_decides_about_what_is_not_there(database: Database) -> None:
    store = AgreementStore(database)
    decide(database, "suffolk", begin=True, widens=("it is new",))

    def approve() -> None:
        with store.deciding("suffolk") as deciding:
            deciding.approve(1, "lee")

    with pytest.raises(PlatewatchError):
        approve()
    assert versions_of(database, "suffolk")[0].is_pending
    # Of all that waits, what somebody approved is approved, and once.
    decide(database, "suffolk", days=2, widens=("more days",))
    decide(database, "norfolk", begin=True, days=3, widens=("it is new",))
    for person in ("kim", "pat"):
        with store.deciding("suffolk") as deciding:
            deciding.approve(2, person)
    assert [(one.agreement.id, one.version, one.approved_by, one.is_active) for one in versions_of(database)] == [
        ("norfolk", 1, None, False),
        ("suffolk", 1, None, False),
        ("suffolk", 2, "kim", True),
    ]
    with store.deciding("gotham") as deciding:
        assert deciding.versions() == []
        assert not deciding.end("kim", "there is none")
    decide(database, "suffolk", begin=True, widens=("more",))  # it is there already
    assert [one.version for one in versions_of(database)] == [1, 1, 2, 3]
