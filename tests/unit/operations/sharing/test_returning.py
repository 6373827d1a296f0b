"""To whom what people here say of an entry goes back, and why it does not: each reason stands in the log."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from alerts.life.messages import disposition_event
from alerts.life.transitions import life_of
from operations.sharing import returning
from operations.sharing.returning import judge, return_disposition
from policy.decisions import Policy
from policy.purposes import PurposeRule
from policy.sharing import AgencyKind, Sharing
from schemas.errors import BrokerUnavailable, ConfigurationError, TransientError
from schemas.messages import Message
from schemas.settings import NeighborSettings, PolicySettings, Settings, SharingSettings
from schemas.types import Category, Disposition, DispositionKind, Purpose, Surface
from storage.sharing.returns import WaitingReturn
from tests.unit.alerts.samples import given_alert
from tests.unit.policy.test_made_laws import FACT, SOURCE, law

PATIENCE = timedelta(days=3)

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ALERT = given_alert()
NEW = Disposition(
    kind=DispositionKind.ACKNOWLEDGED,
    at=NOW,
    person="kim",
    actor="kim",
    agency_id="suffolk-pd",
    number=1,
    surface=Surface.CONSOLE,
    via="password",
    origin="desk",
)
SAID = disposition_event(ALERT, life_of((NEW,), is_canceled=False), NEW)
WAITING = WaitingReturn(
    7, SAID.disposition_id, "portsmouth-pd", "suffolk", "stolen-here", "VNV4527", NOW, SAID.model_dump_json()
)
PORTSMOUTH: dict[str, Any] = {"id": "portsmouth-pd", "name": "Portsmouth Police", "agreement": "suffolk"}
POLICE = Policy(law(sharing=Sharing(**FACT, kinds=(AgencyKind.LAW_ENFORCEMENT,), jurisdictions=("US-XX",))))
UNNAMED = "no neighbor portsmouth-pd with agreement suffolk is configured ([[sharing.neighbors]])"


def site(**more: Any) -> Settings:
    neighbors = (
        NeighborSettings(id="norfolk-pd", name="Norfolk", agreement="suffolk"),
        NeighborSettings(**PORTSMOUTH | more),
    )
    return Settings(agency_id="suffolk-pd", sharing=SharingSettings(neighbors=neighbors))


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, ""),
        ({"state": "US-XX"}, ""),
        ({"dispositions": False}, "it is told nothing (sharing.neighbors.dispositions)"),
        ({"agreement": "another"}, UNNAMED),
        ({"id": "hampton-pd"}, UNNAMED),
        (
            {"state": "US-NC"},
            "the law does not let it be told: Portsmouth Police (law enforcement, US-NC) may not receive: " + SOURCE,
        ),
        (
            {"kind": "federal"},
            "the law does not let it be told: Portsmouth Police (federal, no known state) may not receive: " + SOURCE,
        ),
        (
            {"kind": "prosecutor"},
            "the law does not let it be told: Portsmouth Police (prosecutor, US-XX) may not receive: " + SOURCE,
        ),
    ],
)
def test_it_goes_to_whom_the_configuration_and_the_law_let_it(more: dict[str, Any], reason: str) -> None:
    found = judge(SAID, site(**more), POLICE, WAITING, is_active=True)
    assert found.reason == reason
    assert (found.neighbor is None) is (reason == UNNAMED)
    if found.neighbor is not None:
        assert found.neighbor.id == "portsmouth-pd"


def test_a_list_that_is_given_no_more_and_a_purpose_that_is_forbidden_go_nowhere() -> None:
    gone = judge(SAID, site(), POLICE, WAITING, is_active=False)
    assert gone.reason == "the agreement gives list stolen-here no more"
    theft = Purpose.STOLEN_VEHICLE
    assert SAID.entry.category is Category.STOLEN_VEHICLE
    forbidden = dataclasses.replace(
        POLICE, profile=POLICE.profile.model_copy(update={"purposes": PurposeRule(**FACT, forbidden=(theft,))})
    )
    closed = Policy(POLICE.profile, PolicySettings(never_purposes=(theft,)))
    for policy in (forbidden, closed):
        found = judge(SAID, site(), policy, WAITING, is_active=True)
        assert found.reason.startswith("purpose stolen_vehicle is forbidden: ")
    other = Policy(POLICE.profile, PolicySettings(never_purposes=(Purpose.STOLEN_PLATE,)))
    assert judge(SAID, site(), other, WAITING, is_active=True).reason == ""


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What is noted of each: in which way it ended, why, the version, the members and what was shown."""
    found: list[tuple[Any, ...]] = []
    monkeypatch.setattr(returning, "settle_return", lambda _, one, *more: found.append((one.return_number, *more)))
    monkeypatch.setattr(returning, "is_in_force", lambda _, hotlist_id: hotlist_id == "stolen-here")
    monkeypatch.setattr(returning, "given_version", lambda _, hotlist_id: 3 if hotlist_id == "stolen-here" else None)
    return found


TERMS = {"by": "kim", "kind": "acknowledged", "alert": str(ALERT.alert_id)}
THEM = [{"id": "portsmouth-pd", "name": "Portsmouth Police"}]


def returned(send: Any, *, waiting: WaitingReturn = WAITING, now: datetime = NOW, **more: Any) -> None:
    return_disposition(None, site(**more), POLICE, waiting, send, now)  # type: ignore[arg-type]


def test_what_goes_is_sent_on_our_topic_and_noted(settled: list[tuple[Any, ...]]) -> None:
    sent: list[tuple[NeighborSettings, str, Message]] = []
    returned(lambda *message: sent.append(message))
    returned(lambda *message: sent.append(message), member="suffolk-there")
    assert [(neighbor.id, topic) for neighbor, topic, _ in sent] == [
        ("portsmouth-pd", "platewatch.dispositions.suffolk.suffolk-pd.v1"),
        ("portsmouth-pd", "platewatch.dispositions.suffolk.suffolk-there.v1"),
    ]
    assert b'"agency_id":"suffolk-there"' in sent[1][2].payload.replace(b": ", b":")
    assert b'"agreement_version":3' in sent[1][2].payload.replace(b": ", b":")
    assert settled == [(7, "given", "its entry was given under agreement suffolk", 3, THEM, TERMS)] * 2


def test_what_does_not_go_is_withheld_with_the_reason(settled: list[tuple[Any, ...]]) -> None:
    def send(*_: object) -> None:
        raise AssertionError

    returned(send, dispositions=False)
    returned(send, agreement="another")
    returned(send, waiting=dataclasses.replace(WAITING, payload="{}"))
    assert settled == [
        (7, "withheld", "it is told nothing (sharing.neighbors.dispositions)", 3, THEM, TERMS),
        (7, "withheld", UNNAMED, 3, [{"id": "portsmouth-pd", "name": "portsmouth-pd"}], TERMS),
        (7, "withheld", "what is stored is no disposition", None, [], {}),
    ]


@pytest.mark.parametrize("error", [BrokerUnavailable("away"), ConfigurationError("no right to write")])
def test_it_waits_for_the_other_agency_for_days_and_not_for_ever(
    settled: list[tuple[Any, ...]], error: Exception
) -> None:
    def send(*_: object) -> None:
        raise error

    for age in (timedelta(0), PATIENCE):
        with pytest.raises(TransientError, match=f"Portsmouth Police: {error}"):
            returned(send, now=NOW + age)
    assert settled == []
    returned(send, now=NOW + PATIENCE + timedelta(seconds=1))
    assert settled == [(7, "withheld", f"not sent for 3 days: {error}", 3, THEM, TERMS)]


def test_ids_of_what_is_said_are_those_of_the_alert_and_its_number() -> None:
    assert isinstance(SAID.disposition_id, UUID)
    assert SAID.entry.given_by is not None
    assert SAID.entry.given_by.agreement_id == WAITING.agreement_id
