"""Our own law binds what we take in."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from policy.collection import Attribute
from policy.decisions import Policy, law_alone, open_policy
from schemas.convert import read_to_event
from schemas.events import Alert, AlertType, MovementEvent, QueryAnswerEvent, QueryTermsEvent, VendorReportEvent
from schemas.events.queries import OwnerEvent
from schemas.settings import PolicySettings, Settings
from schemas.types import Category, PlateRead, Purpose
from sharing.receiving import ReadReceiptGate, ReceiptGate, answered_reads
from tests.unit.alerts.samples import sample_alert, sample_read

SHARED = "platewatch.shared.suffolk.v1"
HEADERS = {"ce_agreement": "suffolk"}
ALERT = sample_alert(0, "VNV4527")
NOW = ALERT.read.captured_at + timedelta(hours=1)


def of(category: Category = Category.STOLEN_VEHICLE, **more: Any) -> Alert:
    return ALERT.model_copy(update={"entry": ALERT.entry.model_copy(update={"category": category})} | more)


def judge(alert: Alert, profile: str = "virginia", **how: Any) -> Any:
    arguments = {"topic": SHARED, "headers": HEADERS, "now": NOW} | how
    return ReceiptGate(law_alone(profile), "norfolk-pd")(alert, **arguments)


def test_what_our_law_lets_be_taken_in_is_taken_in_as_it_is() -> None:
    assert judge(of()).alert == of()


@pytest.mark.parametrize(
    ("alert", "how", "reason"),
    [
        (of(Category.SEX_OFFENDER), {}, "category sex_offender: not permitted to notify: Code of Virginia 2.2-5517"),
        (of(Category.UNMAPPED), {}, "category unmapped: not permitted"),
        (of(Category.IMMIGRATION), {"profile": "alabama"}, "not notified until policy.also_notify opens it"),
        (of(), {"now": NOW + timedelta(days=22)}, "it is 22 days old, and reads may be kept for 21 here"),
        (of(), {"headers": {}}, "the message names no agreement, and the topic is that of suffolk"),
        (of(), {"headers": {"ce_agreement": "norfolk"}}, "the message names agreement norfolk"),
        (of(Category.SEX_OFFENDER), {"topic": "platewatch.alerts.suffolk-pd.v1", "headers": {}}, "not permitted"),
    ],
)
def test_what_it_does_not_is_refused_with_the_reason(alert: Alert, how: dict[str, Any], reason: str) -> None:
    receipt = judge(alert, **how)
    assert receipt.alert is None
    assert reason in receipt.reason
    assert "VNV4527" not in receipt.reason


def test_our_own_alerts_passed_our_gate_before() -> None:
    own = of(Category.SEX_OFFENDER, agency_id="norfolk-pd")
    assert judge(own, topic="platewatch.alerts.norfolk-pd.v1", headers={}).alert is own
    # On an agreement's topic, nobody's word for whose they are counts.
    assert judge(own).alert is None


def test_what_takes_an_alert_back_is_always_heard() -> None:
    cancel = of(Category.SEX_OFFENDER, type=AlertType.CANCEL, cancels=ALERT.alert_id)
    assert judge(cancel, now=NOW + timedelta(days=400)).alert == cancel


def test_what_may_not_be_collected_here_is_not_taken_in() -> None:
    taken = judge(of(plate_picture="anBlZw=="), "minnesota").alert
    assert taken is not None
    assert (taken.read.vehicle, taken.read.second_reading, taken.hit.vehicle) == (None, None, ())
    assert taken.plate_picture == "anBlZw=="
    assert taken.read.location == ALERT.read.location


def test_the_agency_s_own_decisions_count_too() -> None:
    policy = open_policy(Settings(policy=PolicySettings(never_notify=(Category.STOLEN_VEHICLE,))))
    assert "policy.never_notify" in ReceiptGate(policy, "norfolk-pd")(of(), SHARED, HEADERS, NOW).reason
    own = PolicySettings.model_validate({"never_purposes": ("stolen_vehicle",)})
    policy = open_policy(Settings(policy=own))
    assert "purpose stolen_vehicle is forbidden" in ReceiptGate(policy, "norfolk-pd")(of(), SHARED, HEADERS, NOW).reason


def test_a_way_and_a_vendors_hit_that_may_not_be_collected_here_are_taken_out() -> None:
    said = {
        "movement": MovementEvent(lane="2", direction="leaving"),
        "report": VendorReportEvent(vendor="rekor", vendor_hit='{"list":"theirs"}'),
    }
    given = of(read=ALERT.read.model_copy(update=said))
    assert judge(given).alert == given
    taken = judge(given, "minnesota").alert
    assert taken.read.movement is None
    assert taken.read.report is None


READ = ALERT.read
READS = "platewatch.shared.suffolk.reads.v1"
TERMS = HEADERS | {"ce_agreementpurposes": "stolen_vehicle,missing_person", "ce_agreementkeepdays": "7"}


def judge_read(profile: str = "virginia", own: PolicySettings | None = None, **how: Any) -> tuple[Any, str]:
    arguments = {"topic": READS, "headers": TERMS, "now": NOW} | how
    policy = law_alone(profile) if own is None else open_policy(Settings(policy=own))
    return ReadReceiptGate(policy)(READ, **arguments)


def test_a_read_that_our_law_lets_in_is_taken_in() -> None:
    assert judge_read()[0] == READ


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"headers": {}}, "the message names no agreement, and the topic is that of suffolk"),
        ({"headers": TERMS | {"ce_agreement": "norfolk"}}, "names agreement norfolk"),
        ({"topic": "platewatch.reads.v1"}, "it comes on no agreement's topic"),
        ({"now": NOW + timedelta(days=8)}, "it is 8 days old, and may be kept for 7 here"),
        ({"headers": TERMS | {"ce_agreementkeepdays": "400"}, "now": NOW + timedelta(days=22)}, "kept for 21 here"),
        ({"now": NOW - timedelta(days=3)}, "captured at a time that is yet to come"),
        ({"headers": TERMS | {"ce_agreementkeepdays": "nan"}}, "may be kept for 0 here"),
        ({"headers": TERMS | {"ce_agreementkeepdays": "-1"}}, "may be kept for 0 here"),
        ({"headers": HEADERS}, "it says no purpose that is known"),
        ({"headers": TERMS | {"ce_agreementpurposes": "gossip"}}, "it says no purpose that is known"),
        (
            {
                "headers": TERMS | {"ce_agreementpurposes": "stolen_vehicle"},
                "own": PolicySettings(never_purposes=(Purpose.STOLEN_VEHICLE,)),
            },
            "purpose stolen_vehicle is forbidden",
        ),
    ],
)
def test_a_read_that_it_does_not_is_refused_with_the_reason(how: dict[str, Any], reason: str) -> None:
    taken, why = judge_read(**how)
    assert taken is None
    assert reason in why
    assert "VNV4527" not in why


def test_a_read_loses_what_may_not_be_collected_here() -> None:
    assert READ.second_reading is not None
    taken, _ = judge_read("minnesota")
    assert (taken.second_reading, taken.vehicle, taken.plate) == (None, None, "VNV4527")


MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)
"""By so much another agency's clock may be ahead."""
LAW_DAYS = timedelta(days=21)
"""How long reads may be kept in Virginia."""


@pytest.mark.parametrize(("age", "taken"), [(LAW_DAYS, True), (LAW_DAYS + MOMENT, False)])
def test_an_alert_is_taken_in_as_long_as_its_read_may_be_kept(age: timedelta, taken: bool) -> None:
    now = ALERT.read.captured_at + age
    assert (judge(of(), now=now).alert is not None) is taken
    # A neighbor's own topic is under no agreement: there the topic says how long.
    assert judge(of(), topic="platewatch.alerts.suffolk-pd.v1", headers={}, now=now).alert == of()


@pytest.mark.parametrize(
    ("days", "age", "taken"),
    [
        ("7", timedelta(days=7), True),
        ("7", timedelta(days=7) + MOMENT, False),
        ("0.5", timedelta(hours=12), True),
        ("0.5", timedelta(hours=12) + MOMENT, False),
        ("36500", LAW_DAYS, True),
        ("36500", LAW_DAYS + MOMENT, False),
        ("36501", MOMENT, False),
        ("0", timedelta(), True),
        ("0", MOMENT, False),
        ("a week", MOMENT, False),
        (None, MOMENT, False),
        ("7", -DAY, True),
        ("7", -DAY - MOMENT, False),
    ],
)
def test_a_read_is_taken_in_as_long_as_agreement_and_law_let_it_be_kept(
    days: str | None, age: timedelta, taken: bool
) -> None:
    headers = TERMS | {"ce_agreementkeepdays": days or "7"}
    if days is None:
        del headers["ce_agreementkeepdays"]
    assert (judge_read(headers=headers, now=READ.captured_at + age)[0] is not None) is taken


@pytest.mark.parametrize(
    ("purposes", "never", "taken"),
    [
        ("stolen_vehicle", (), True),
        ("stolen_vehicle,missing_person", (Purpose.STOLEN_VEHICLE,), True),
        ("stolen_vehicle,missing_person", (Purpose.STOLEN_VEHICLE, Purpose.MISSING_PERSON), False),
        ("stolen_vehicle,gossip", (), True),
        ("immigration_enforcement", (), False),
        ("immigration_enforcement,stolen_vehicle", (), True),
        ("immigration_enforcement,stolen_vehicle", (Purpose.STOLEN_VEHICLE,), False),
        ("", (), False),
    ],
)
def test_one_purpose_that_is_not_forbidden_is_enough(purposes: str, never: tuple[Purpose, ...], taken: bool) -> None:
    headers = TERMS | {"ce_agreementpurposes": purposes}
    read, reason = judge_read(own=PolicySettings(profile="illinois", never_purposes=never), headers=headers)
    assert ((read is not None), (reason == "")) == (taken, taken)


def limited(*attributes: Attribute) -> Policy:
    """Virginia's law, if it had a closed list of what may be collected."""
    policy = law_alone("virginia")
    collection = policy.collection.model_copy(update={"attributes": attributes})
    profile = policy.profile.model_copy(update={"collection": collection})
    return dataclasses.replace(policy, profile=profile)


WHOLE = of(
    plate_picture="anBlZw==",
    read=ALERT.read.model_copy(
        update={
            "movement": MovementEvent(lane="2"),
            "report": VendorReportEvent(vendor="rekor", vendor_hit='{"list":"theirs"}'),
        }
    ),
)
READS_OF = {
    Attribute.VEHICLE: "vehicle",
    Attribute.MOVEMENT: "movement",
    Attribute.SECOND_READING: "second_reading",
    Attribute.VENDOR_REPORT: "report",
}


@pytest.mark.parametrize("permitted", [*READS_OF, Attribute.PICTURES, None])
def test_of_an_alert_each_thing_is_taken_in_that_may_be_collected_and_nothing_else(permitted: Attribute | None) -> None:
    policy = limited(*([] if permitted is None else [permitted]))
    taken = ReceiptGate(policy, "norfolk-pd")(WHOLE, SHARED, HEADERS, NOW).alert
    gone: dict[str, Any] = {name: None for one, name in READS_OF.items() if one is not permitted}
    hit = WHOLE.hit if permitted is Attribute.VEHICLE else WHOLE.hit.model_copy(update={"vehicle": ()})
    assert taken == WHOLE.model_copy(
        update={
            "read": WHOLE.read.model_copy(update=gone),
            "hit": hit,
            "plate_picture": WHOLE.plate_picture if permitted is Attribute.PICTURES else None,
        }
    )
    # What takes one back is cut, too.
    cancel = WHOLE.model_copy(update={"type": AlertType.CANCEL})
    heard = ReceiptGate(policy, "norfolk-pd")(cancel, SHARED, HEADERS, NOW).alert
    assert heard is not None
    assert (heard.read, heard.plate_picture) == (taken.read, taken.plate_picture)


def answer(*reads: PlateRead, keep_days: float | None = 7) -> QueryAnswerEvent:
    return QueryAnswerEvent(
        query_id=UUID(int=1),
        agreement_id="suffolk",
        owner=OwnerEvent(agency_id="suffolk-pd", name="Suffolk", ori="VA0000001"),
        answered_at=NOW,
        status="answered",
        reads=tuple(read_to_event(read) for read in reads),
        terms=None if keep_days is None else QueryTermsEvent(keep_days=keep_days),
    )


def aged(age: timedelta) -> PlateRead:
    return dataclasses.replace(sample_read(), captured_at=NOW - age)


def test_of_an_answer_that_is_taken_in_which_may_be_kept_newest_first() -> None:
    law = law_alone("virginia")
    edge, soon = aged(timedelta(days=7)), aged(-DAY)
    fresh = [aged(timedelta(hours=hours)) for hours in (5, 1, 3)]
    assert answered_reads(answer(fresh[0], edge, fresh[1], soon, fresh[2]), law, NOW) == (
        [soon, fresh[1], fresh[2], fresh[0], edge],
        [],
    )
    late = [aged(timedelta(days=7) + MOMENT), aged(-DAY - MOMENT)]
    kept, left_out = answered_reads(answer(*late, fresh[0]), law, NOW)
    assert (kept, left_out) == (fresh[:1], ["2 reads that are not of the 7 days for which they may be kept"])
    # Without terms, and whatever they say, our own law counts.
    for days in (None, 400):
        old = [aged(LAW_DAYS), aged(LAW_DAYS + MOMENT)]
        assert answered_reads(answer(*old, keep_days=days), law, NOW) == (
            old[:1],
            ["1 reads that are not of the 21 days for which they may be kept"],
        )
    assert answered_reads(answer(), law, NOW) == ([], [])


def test_of_an_answer_nothing_is_taken_in_that_may_not_be_collected_here() -> None:
    policy = limited(Attribute.VEHICLE)
    (kept,), left_out = answered_reads(answer(aged(timedelta(hours=1))), policy, NOW)
    assert kept == dataclasses.replace(aged(timedelta(hours=1)), second_reading=None)
    assert left_out == [f"what may not be collected here: {policy.collection.source}"]


def test_without_another_time_the_clock_s_counts() -> None:
    policy, now = law_alone("virginia"), datetime.now(UTC)
    for age, taken in ((timedelta(days=6), True), (timedelta(days=22), False)):
        read = READ.model_copy(update={"captured_at": now - age})
        assert (ReadReceiptGate(policy)(read, READS, TERMS)[0] is not None) is taken
        receipt = ReceiptGate(policy, "norfolk-pd")(of(read=read), SHARED, HEADERS)
        assert (receipt.alert is not None) is taken
