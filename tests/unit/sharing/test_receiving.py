"""Our own law binds what we take in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from policy.decisions import law_alone, open_policy
from schemas.events import Alert, AlertType, MovementEvent, VendorReportEvent
from schemas.settings import PolicySettings, Settings
from schemas.types import Category, Purpose
from sharing.receiving import ReadReceiptGate, ReceiptGate
from tests.unit.alerts.samples import sample_alert

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
