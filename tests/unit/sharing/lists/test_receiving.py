"""Parts of another agency's hotlists are judged as they come in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from policy.decisions import Policy, open_policy
from schemas.events import ReceivedListPart
from schemas.settings import NeighborSettings, PolicySettings, Settings
from sharing.lists.receiving import ListReceiptGate, ListTerms

NOW = datetime(2026, 11, 20, tzinfo=UTC)
TOPIC = "platewatch.shared.suffolk.lists.v1"
HEADERS = {
    "ce_source": "urn:platewatch:agency:portsmouth-pd",
    "ce_agreement": "suffolk",
    "ce_agreementversion": "3",
    "ce_agreementpurposes": "stolen_vehicle,missing_person",
    "ce_agreementforbidden": "immigration_enforcement",
    "ce_agreementkeepdays": "7",
}


def policy(**own: Any) -> Policy:
    return open_policy(Settings(policy=PolicySettings(**own)))


def gate(version: int | None = None, **own: Any) -> ListReceiptGate:
    neighbor = NeighborSettings(id="portsmouth-pd", name="Portsmouth", agreement="suffolk", agreement_version=version)
    return ListReceiptGate(policy(**own), neighbor)


def part(**more: Any) -> ReceivedListPart:
    values: dict[str, Any] = {
        "message_id": UUID(int=1),
        "agreement_id": "suffolk",
        "agreement_version": 3,
        "agency_id": "portsmouth-pd",
        "hotlist_id": "stolen",
        "layout": "csv",
        "kind": "snapshot",
        "edition": int(NOW.timestamp() * 1_000_000),
        "published_at": NOW,
    }
    return ReceivedListPart.model_validate(values | more)


def test_what_fits_is_taken_in() -> None:
    assert gate().refusal(part(), TOPIC, HEADERS, NOW) is None
    assert gate(3).refusal(part(), TOPIC, HEADERS, NOW) is None


@pytest.mark.parametrize(
    ("changes", "headers", "said"),
    [
        ({"agreement_id": "other"}, {}, "names agreement other, suffolk"),
        ({}, {"ce_agreement": "other"}, "names agreement other, suffolk"),
        ({}, {"ce_agreement": None}, "names agreement None, suffolk"),
        ({"agency_id": "chesapeake-pd"}, {}, "comes from chesapeake-pd, portsmouth-pd"),
        ({}, {"ce_source": "urn:platewatch:agency:chesapeake-pd"}, "comes from chesapeake-pd, portsmouth-pd"),
        ({}, {"ce_source": None}, "comes from , portsmouth-pd"),
        ({"agreement_version": 4}, {}, "another version of the agreement"),
        ({"published_at": NOW + timedelta(days=2)}, {}, "yet to come"),
        ({"edition": int((NOW + timedelta(days=2)).timestamp() * 1_000_000)}, {}, "yet to come"),
    ],
)
def test_what_is_of_somebody_else_or_of_another_time_is_not(
    changes: dict[str, Any], headers: dict[str, str | None], said: str
) -> None:
    found = {name: value for name, value in (HEADERS | headers).items() if value is not None}
    assert said in str(gate().refusal(part(**changes), TOPIC, found, NOW))


def test_a_version_that_was_not_signed_gives_nothing_and_takes_all() -> None:
    assert "version 2 was signed" in str(gate(2).refusal(part(), TOPIC, HEADERS, NOW))
    for kind in ("withdrawal", "end"):
        assert gate(2).refusal(part(kind=kind), TOPIC, HEADERS, NOW) is None


def test_categories_of_other_purposes_are_left_out() -> None:
    terms = ListTerms.of(HEADERS)
    unwanted = gate().unwanted(terms)
    assert "stolen_vehicle" not in unwanted
    assert "missing_person" not in unwanted
    assert "not one for which the agreement gives it" in unwanted["wanted_person"]
    assert "immigration" in unwanted
    never = gate(never_purposes=("stolen_vehicle",)).unwanted(terms)
    assert "purpose stolen_vehicle is forbidden" in never["stolen_vehicle"]
    # Who says nothing gives nothing.
    assert "stolen_vehicle" in gate().unwanted(ListTerms.of({}))


@pytest.mark.parametrize(
    ("days", "keep", "is_outdated"),
    [(6, "7", False), (8, "7", True), (0, "-1", False), (1, "nan", True), (1, "x", True)],
)
def test_what_is_not_renewed_is_not_kept(days: int, keep: str, is_outdated: bool) -> None:
    terms = ListTerms.of(HEADERS | {"ce_agreementkeepdays": keep})
    assert (gate().outdated(NOW - timedelta(days=days), terms, NOW) is not None) is is_outdated
