"""An alert on its way to the members of an agreement: whether it goes, how it is cut, and under which terms."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from policy.agreements.deciding import AgreementGate, Release
from policy.agreements.grants import Detail
from policy.decisions import law_alone
from schemas.events import AlertType
from sharing.cutting import cut
from sharing.delivering import decide, shared_message
from tests.unit.alerts.samples import sample_alert
from tests.unit.policy.agreements.samples import NEIGHBOR, NOW, THIRD, agreement, alerts_grant, attestation, standing

VIRGINIA = law_alone("virginia")


def payload(**read: Any) -> dict[str, Any]:
    """An alert of the gate's, an hour ago, as it is stored."""
    alert = sample_alert(0, "VNV4O27")
    seen = alert.read.model_copy(update={"captured_at": NOW - timedelta(hours=1)} | read)
    return alert.model_copy(update={"read": seen, "created_at": NOW}).model_dump(mode="json")


def gate(*, ended: bool = False, declared: Sequence[dict[str, Any]] = (), **grant: Any) -> AgreementGate:
    granted = alerts_grant(to=[NEIGHBOR, THIRD], purposes_forbidden=["traffic_enforcement"]) | grant
    one = agreement(grants=[granted], attestations=declared)
    return AgreementGate(standing(one, NOW - timedelta(days=1) if ended else None), VIRGINIA)


FIELDS = frozenset({Detail.PLATE, Detail.PLACE})


def test_what_fits_goes_with_what_the_grant_shows() -> None:
    release = decide(gate(), payload(), "csv", set(), NOW)
    assert (release.allowed, release.fields) == (True, FIELDS)
    assert not decide(gate(), payload(camera_id="tunnel"), "csv", set(), NOW).allowed
    assert not decide(gate(cji=False), payload(), "ncic", set(), NOW).allowed
    assert decide(gate(), {"read": None}, "csv", set(), NOW).reason.startswith("what is stored is no alert")


@pytest.mark.parametrize(
    ("kind", "informed", "ended", "goes"),
    [
        (AlertType.CANCEL, {"suffolk"}, False, True),
        (AlertType.CANCEL, {"norfolk"}, False, False),
        (AlertType.CANCEL, set(), False, False),
        (AlertType.UPDATE, {"suffolk"}, False, False),
        (AlertType.CANCEL, {"suffolk"}, True, False),
    ],
)
def test_who_got_an_alert_learns_that_it_is_none_whatever_the_scope_is_by_then(
    kind: AlertType, informed: set[str], ended: bool, goes: bool
) -> None:
    outside = payload(camera_id="tunnel") | {"type": kind.value}
    release = decide(gate(ended=ended), outside, "csv", informed, NOW)
    assert release.allowed is goes
    if goes:
        assert release == Release(True, "takes back an alert that was given", FIELDS)
    else:
        assert release.reason != ""


@pytest.mark.parametrize(("days", "keep"), [(7, 7), (30, 21)])
def test_a_message_is_cut_and_says_under_what_it_goes(days: int, keep: int) -> None:
    one, at = payload(), gate(max_days=days)
    made = shared_message(one, at, Release(True, "as agreed", FIELDS), VIRGINIA, NOW)
    alert = sample_alert(0, "VNV4O27")
    assert (made.topic, made.agreement_id) == ("platewatch.shared.suffolk.v1", "suffolk")
    assert (made.message.message_id, made.message.key) == (alert.alert_id, "VNV4027")
    assert json.loads(made.message.payload) == cut(one, FIELDS)
    headers = dict(made.message.headers)
    assert {name: value for name, value in headers.items() if name.startswith("ce_agreement")} == {
        "ce_agreement": "suffolk",
        "ce_agreementversion": "1",
        "ce_agreementpurposes": "stolen_vehicle,wanted_person",
        "ce_agreementforbidden": "traffic_enforcement",
        "ce_agreementkeepdays": str(keep),
    }
    assert (headers["ce_id"], headers["ce_source"], headers["ce_time"]) == (
        str(alert.alert_id),
        "urn:platewatch:agency:springfield",
        "2026-06-01T12:00:00Z",
    )
    assert made.release == {
        "kind": "alert",
        "until": "2027-01-01T00:00:00Z",
        "why": "as agreed",
        "version": 1,
        "keep_days": float(keep),
        "members": [
            {"id": name, "name": f"{name.title()} of Virginia", "ori": ori}
            for name, ori in ((NEIGHBOR, "VA0000001"), (THIRD, "VA0000002"))
        ],
        "terms": {
            "fields": ["place", "plate"],
            "category": "stolen_vehicle",
            "tier": "exact",
            "camera": "gate",
            "cji": True,
        },
    }
    declared = [attestation(name, expires_on=date(2026, 6, 30)) for name in (NEIGHBOR, THIRD)]
    attested = gate(attestations=["no_immigration_use"], declared=declared)
    update = shared_message(one | {"type": "update"}, attested, Release(True, "", FIELDS), VIRGINIA, NOW)
    # Not after the last day of what a receiver declared.
    assert (update.release["kind"], update.release["until"]) == ("update", "2026-07-01T00:00:00Z")
