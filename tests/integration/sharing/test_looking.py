"""Looking at what others get, asked and said: who sees what and why not, and that each look is written down whole."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from operations.sharing.deciding import propose_agreement
from operations.sharing.log import view_disseminations
from operations.sharing.looking import Answer, check_alert, check_entry, view_agreements, who_sees_what
from operations.sharing.said import view_heard
from operations.sharing.theirs import TheirList, what_we_see
from policy.agreements.deciding import Release
from policy.agreements.grants import Detail, Shares
from schemas.audit import Action
from schemas.errors import NotThere
from schemas.settings import FeedSettings, HotlistSettings, NeighborSettings, SharingSettings
from schemas.settings.feeds import AgreementFeed, FolderFeed
from sharing.lists.scope import PASSED_ON
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.sharing.disseminations import DisseminationFilter
from storage.sharing.foreign import ForeignDispositions, Whose
from tests.integration.kafka.outbox_samples import raise_alerts
from tests.integration.sharing.samples import (
    LEE,
    SETTINGS,
    current,
    in_force,
    lists_grant,
    queries_grant,
    reads_grant,
)
from tests.integration.storage.samples import activate, sample_entry
from tests.integration.storage.sharing.test_foreign import said
from tests.unit.policy.agreements.samples import NEIGHBOR, THIRD, alerts_grant, attestation

SCOPE = "within the scope of agreement {}"
UNATTESTED = "no valid attestation 'training'"


def last_row(database: Database) -> tuple[Any, ...]:
    row = audit_entries(database, limit=1)[0]
    return row.actor, row.action, row.results, row.details


def test_a_member_s_missing_attestation_keeps_what_is_read_together_from_all_and_questions_from_it_alone(
    database: Database,
) -> None:
    both: dict[str, Any] = {"to": [NEIGHBOR, THIRD], "attestations": ["training"]}
    grants = [alerts_grant(**both), reads_grant(**both), queries_grant(**both)]
    in_force(database, current(grants=grants, attestations=[attestation(NEIGHBOR, "training")]))
    found = [(one.member.id, one.grant.shares, one.blocked) for one in who_sees_what(LEE, database, SETTINGS)]
    assert [(member, shares) for member, shares, _ in found] == [
        (member, shares) for shares in (Shares.ALERTS, Shares.READS, Shares.QUERIES) for member in (NEIGHBOR, THIRD)
    ]
    assert [why is None for _, _, why in found] == [False, False, False, False, True, False]
    assert all(UNATTESTED in why for _, _, why in found if why is not None)
    assert last_row(database) == (LEE, Action.VIEW_AGREEMENTS, 6, {"shown": "who sees what"})
    view_agreements(LEE, database)
    assert last_row(database) == (LEE, Action.VIEW_AGREEMENTS, 1, {})
    # What is over shows nobody anything; what begins later will.
    today = datetime.now(UTC).date()
    in_force(database, current(id="over", valid_until=today - timedelta(days=1)))
    propose_agreement(LEE, database, SETTINGS, current(id="pending"))
    in_force(database, current(id="later", valid_from=today + timedelta(days=2)))
    sights = who_sees_what(LEE, database, SETTINGS)
    assert [one.version.agreement.id for one in sights] == ["later", *["suffolk"] * 6]
    assert "begins on" in str(sights[0].blocked)
    with pytest.raises(NotThere, match="no agreement 'norfolk'"):
        view_agreements(LEE, database, "norfolk")
    assert last_row(database) == (LEE, Action.VIEW_AGREEMENTS, 0, {"agreement": "norfolk"})


def test_whether_an_alert_may_go_is_said_for_the_agency_alone_and_for_the_topic_that_all_read(
    database: Database,
) -> None:
    (alert,) = raise_alerts(database, "platewatch.alerts.test.v1", ["AAA111"])
    both: dict[str, Any] = {"to": [NEIGHBOR, THIRD], "attestations": ["training"], "max_days": 3650}
    in_force(database, current(id="a", grants=[alerts_grant(**both)], attestations=[attestation(NEIGHBOR, "training")]))
    in_force(database, current(id="b", grants=[alerts_grant(max_days=3650)]))
    fields = frozenset({Detail.PLATE, Detail.PLACE})
    for name in (NEIGHBOR, "suffolk-pd of virginia", "va0000001"):
        assert len(check_alert(LEE, database, SETTINGS, alert.alert_id, name)) == 2
    assert check_alert(LEE, database, SETTINGS, alert.alert_id, "norfolk-pd") == []
    one, two = check_alert(LEE, database, SETTINGS, alert.alert_id, NEIGHBOR.upper())
    assert one.alone == Release(True, SCOPE.format("a"), fields)
    assert not one.on_topic.allowed
    assert UNATTESTED in one.on_topic.reason
    assert two == Answer("b", 1, Release(True, SCOPE.format("b"), fields), Release(True, SCOPE.format("b"), fields))
    asked = {"alert": str(alert.alert_id), "to": NEIGHBOR.upper()}
    assert last_row(database) == (LEE, Action.CHECK_AGREEMENT, 2, asked | {"allowed": ["b"]})
    one, two = check_alert(LEE, database, SETTINGS, alert.alert_id, THIRD)
    assert (one.alone.allowed, two.alone.allowed, one.on_topic, two.on_topic) == (False, False, one.alone, two.alone)
    assert UNATTESTED in one.alone.reason
    assert "shares no alerts with chesapeake-pd" in two.alone.reason
    unknown = uuid4()
    with pytest.raises(NotThere, match=f"no alert {unknown} is stored"):
        check_alert(LEE, database, SETTINGS, unknown, THIRD)
    assert last_row(database) == (LEE, Action.CHECK_AGREEMENT, 0, {"alert": str(unknown), "to": THIRD})


def test_whether_an_entry_may_go_is_said_with_where_it_comes_from(database: Database) -> None:
    own, center = sample_entry(1, hotlist_id="stolen", source_entry_id="26-1"), sample_entry(2, hotlist_id="stolen")
    theirs = sample_entry(3, hotlist_id="region", source_entry_id="26-3")
    activate(database, [own, center], hotlist_id="stolen", layout="csv")
    activate(database, [theirs], hotlist_id="region", layout="shared")
    in_force(database, current(grants=[lists_grant(cji=False, lists=["stolen", "region"])]))
    shown = Release(True, SCOPE.format("suffolk"), frozenset({Detail.PLATE}))
    (answer,) = check_entry(LEE, database, SETTINGS, own.entry_id, "va0000001")
    assert answer == Answer("suffolk", 1, shown, shown)
    asked = {"entry": str(own.entry_id), "to": "va0000001"}
    assert last_row(database) == (LEE, Action.CHECK_AGREEMENT, 1, asked | {"allowed": ["suffolk"]})
    (answer,) = check_entry(LEE, database, SETTINGS, center.entry_id, NEIGHBOR)
    assert "criminal-justice information system" in answer.on_topic.reason
    (answer,) = check_entry(LEE, database, SETTINGS, theirs.entry_id, NEIGHBOR)
    assert (answer.alone, answer.on_topic) == (Release(False, PASSED_ON), Release(False, PASSED_ON))
    assert last_row(database)[3]["allowed"] == []
    with pytest.raises(NotThere, match=f"no active entry {UUID(int=5)}"):
        check_entry(LEE, database, SETTINGS, UUID(int=5), NEIGHBOR)
    assert last_row(database) == (LEE, Action.CHECK_AGREEMENT, 0, {"entry": str(UUID(int=5)), "to": NEIGHBOR})


def test_what_others_said_is_shown_of_what_was_asked_for_and_what_was_refused_beside_all_alone(
    database: Database,
) -> None:
    member = {"id": NEIGHBOR, "name": "Suffolk", "ori": "VA0000001"}
    for number, agreement in enumerate(("suffolk", "norfolk"), start=1):
        with database.transaction() as connection:
            box = ForeignDispositions(connection, Whose(agreement, 1, member, f"topic of {agreement}"))
            box.add(said(number, uuid4(), entry_id=UUID(int=number)), b"digest")
            box.refuse(b"junk", "it is none")
    narrowed: dict[str, Any]
    for narrowed, numbers, refused in (
        ({}, [2, 1], ["norfolk", "suffolk"]),
        ({"agreement_id": "suffolk"}, [1], ["suffolk"]),
        ({"hotlist_id": "stolen"}, [2, 1], []),
        ({"hotlist_id": "gone"}, [], []),
        ({"entry_id": UUID(int=2)}, [2], []),
        ({"entry_id": UUID(int=2), "agreement_id": "suffolk"}, [], []),
    ):
        found = view_heard(LEE, database, 9, **narrowed)
        assert [one.number for one in found.dispositions] == numbers
        assert [one.agreement_id for one in found.refused] == refused
        details = {name.removesuffix("_id"): str(value) for name, value in narrowed.items()}
        assert last_row(database) == (
            *(LEE, Action.VIEW_DISSEMINATIONS, len(numbers)),
            {"shown": "dispositions", **details, "limit": 9, "refused": len(refused)},
        )
    one = view_heard(LEE, database, 1)
    assert (len(one.dispositions), len(one.refused)) == (1, 1)
    wanted = DisseminationFilter(agreement_id="suffolk", member=NEIGHBOR, stopped=True)
    assert [row.outcome for row in view_disseminations(LEE, database, wanted, 5)] == ["refused"]
    asked = {"agreement_id": "suffolk", "member": NEIGHBOR, "stopped": True, "limit": 5}
    assert last_row(database) == (LEE, Action.VIEW_DISSEMINATIONS, 1, asked)
    assert len(view_disseminations(LEE, database, DisseminationFilter(), 3)) == 3


def test_what_others_give_is_shown_as_it_is_configured_and_as_it_came(database: Database) -> None:
    def feed(name: str, neighbor: str) -> AgreementFeed:
        return AgreementFeed(name=name, neighbor=neighbor, list_name=f"their {name}")

    feeds: tuple[FeedSettings, ...] = (
        feed("stolen", "suffolk-pd"),
        feed("wanted", "suffolk-pd"),
        feed("quiet", "suffolk-pd"),
        feed("missing", "norfolk-pd"),
        FolderFeed.model_validate({"name": "own", "source": "csv", "path": "/lists"}),
    )
    neighbors = tuple(
        NeighborSettings(id=name, name=name.title(), agreement="hampton") for name in ("suffolk-pd", "norfolk-pd")
    )
    settings = SETTINGS.model_copy(
        update={"hotlists": HotlistSettings(feeds=feeds), "sharing": SharingSettings(neighbors=neighbors)}
    )
    activate(database, [sample_entry(n, f"AAA{n}111", "stolen") for n in (1, 2)], hotlist_id="stolen", layout="shared")
    with database.connection() as connection:
        connection.execute(
            "insert into hotlist_feeds (hotlist_id, source, max_age_hours, known_since, seen_at, outcome, message) "
            "values ('wanted', 'kafka', 24, now(), now(), 'refused', 'no right'), "
            "('quiet', 'kafka', 24, now(), now(), null, '')"
        )
        for number, (agency, outcome) in enumerate(
            [("suffolk-pd", "given")] * 3
            + [("suffolk-pd", None)] * 2
            + [("suffolk-pd", "withheld"), ("norfolk-pd", None)]
        ):
            connection.execute(
                "insert into returned_dispositions "
                "(disposition_id, agency_id, agreement_id, hotlist_id, plate, payload, outcome, settled_at) "
                "values (%s, %s, 'hampton', 'theirs', %s, '{}', %s, case when %s::text is not null then now() end)",
                (uuid4(), agency, f"AAA{number}", outcome, outcome),
            )
    suffolk, norfolk = what_we_see(LEE, database, settings)
    assert suffolk.lists == (
        TheirList("their stolen", "stolen", 2, "2 entries in force"),
        TheirList("their wanted", "wanted", 0, "not in force; refused: no right"),
        TheirList("their quiet", "quiet", 0, "not in force; nothing came yet"),
    )
    assert (suffolk.neighbor, suffolk.returned, suffolk.waiting, suffolk.withheld) == (neighbors[0], 3, 2, 1)
    assert norfolk.lists == (TheirList("their missing", "missing", 0, "not in force; nothing came yet"),)
    assert dataclasses.astuple(norfolk)[2:] == (0, 1, 0)
    assert last_row(database) == (LEE, Action.VIEW_AGREEMENTS, 2, {"shown": "what we see of others"})
