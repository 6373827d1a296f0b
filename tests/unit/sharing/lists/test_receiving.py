"""Parts of another agency's hotlists are judged as they come in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from policy.decisions import Policy, open_policy
from schemas.events import ReceivedListPart
from schemas.settings import NeighborSettings, PolicySettings, Settings
from schemas.types import Purpose
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


MOMENT = timedelta(microseconds=1)


def test_what_headers_say_are_the_terms_and_what_they_do_not_say_is_not_given() -> None:
    assert ListTerms.of(HEADERS) == ListTerms(
        frozenset({Purpose.STOLEN_VEHICLE, Purpose.MISSING_PERSON}), frozenset({Purpose.IMMIGRATION_ENFORCEMENT}), 7.0
    )
    assert ListTerms.of({}) == ListTerms(frozenset(), frozenset(), 0.0)
    for days, kept in (
        ("0", 0.0),
        ("0.5", 0.5),
        ("36500", 36_500.0),
        ("36501", 0.0),
        ("-0.5", 0.0),
        ("inf", 0.0),
        ("week", 0.0),
    ):
        assert ListTerms.of({"ce_agreementkeepdays": days}).keep_days == kept


def test_a_part_may_be_of_a_clock_that_is_a_day_ahead_and_no_more() -> None:
    def edition(at: datetime) -> int:
        return round(at.timestamp() * 1_000_000)

    for ahead, fits in ((timedelta(days=1), True), (timedelta(days=1) + timedelta(milliseconds=1), False)):
        published = part(published_at=NOW + ahead)
        assert (gate().refusal(published, TOPIC, HEADERS, NOW) is None) is fits
        numbered = part(edition=edition(NOW + ahead))
        assert (gate().refusal(numbered, TOPIC, HEADERS, NOW) is None) is fits


@pytest.mark.parametrize("kind", ["snapshot", "change"])
def test_what_gives_entries_is_of_the_version_that_was_signed(kind: str) -> None:
    more = {"base": 1} if kind == "change" else {}
    assert gate(3).refusal(part(kind=kind, **more), TOPIC, HEADERS, NOW) is None
    for signed in (2, 4):
        assert gate(signed).refusal(part(kind=kind, **more), TOPIC, HEADERS, NOW) == (
            f"it is given under version 3 of suffolk, and version {signed} was signed"
        )


def test_a_list_on_another_topic_is_none() -> None:
    for topic in ("platewatch.shared.norfolk.lists.v1", "platewatch.alerts.portsmouth-pd.v1"):
        assert "the list is given under suffolk" in str(gate().refusal(part(), topic, HEADERS, NOW))


def test_a_category_is_left_out_by_the_law_by_our_own_word_and_by_the_agreement_s() -> None:
    def reason(headers: dict[str, str] | None = None, **own: Any) -> str | None:
        return gate(**own).unwanted(ListTerms.of(HEADERS | (headers or {}))).get("stolen_vehicle")

    assert reason() is None
    assert "policy.never_notify" in str(reason(never_notify=("stolen_vehicle",)))
    assert "purpose stolen_vehicle is forbidden" in str(reason(never_purposes=("stolen_vehicle",)))
    not_given = "purpose stolen_vehicle is not one for which the agreement gives it"
    assert reason({"ce_agreementforbidden": "stolen_vehicle"}) == not_given
    assert reason({"ce_agreementpurposes": "missing_person"}) == not_given


def test_what_was_received_is_kept_until_its_last_moment() -> None:
    terms = ListTerms.of(HEADERS)
    week = timedelta(days=7)
    assert gate().outdated(NOW - week, terms, NOW) is None
    assert gate().outdated(NOW - week - MOMENT, terms, NOW) == (
        "nothing was heard of it for 7 days, and it may be kept for 7"
    )


def test_without_another_time_the_clock_s_counts() -> None:
    now, terms = datetime.now(UTC), ListTerms.of(HEADERS)
    assert gate().outdated(now - timedelta(days=6), terms) is None
    assert gate().outdated(now - timedelta(days=8), terms) is not None
    assert gate().refusal(part(published_at=now), TOPIC, HEADERS) is None
    assert "yet to come" in str(gate().refusal(part(published_at=now + timedelta(days=2)), TOPIC, HEADERS))
