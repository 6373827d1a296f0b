"""A read on its way to the members of an agreement: offered as it was seen, cut, and under which terms."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta

import pytest

from policy.agreements.deciding import AgreementGate, Offer, Release
from policy.agreements.grants import Detail, Shares
from policy.decisions import law_alone
from schemas.convert import read_to_event
from schemas.ids import shared_read_id
from sharing.cutting import cut_read
from sharing.read_delivering import offer_of_read, shared_read
from tests.unit.alerts.samples import sample_read
from tests.unit.policy.agreements.samples import NEIGHBOR, NOW, OWNER, THIRD, agreement, standing

VIRGINIA = law_alone("virginia")
READ = dataclasses.replace(
    sample_read(0, "VNV4Ö27"), captured_at=NOW - timedelta(hours=1), revision=3, agency_id="another"
)


def test_a_read_is_offered_as_what_we_saw_ourselves() -> None:
    whole = Offer(Shares.READS, READ.captured_at, "gate", (38.9, -77.0), is_cji=False)
    assert offer_of_read(READ) == whole
    assert offer_of_read(dataclasses.replace(READ, location=None)) == dataclasses.replace(whole, location=None)


@pytest.mark.parametrize(("days", "keep"), [(7, 7), (30, 21)])
def test_a_message_is_cut_and_says_under_what_it_goes(days: int, keep: int) -> None:
    grant = {"shares": "reads", "to": [NEIGHBOR, THIRD], "cameras": ["gate"], "fields": ["plate", "place"]}
    terms = {"purposes": ["stolen_vehicle", "wanted_person"], "purposes_forbidden": ["traffic_enforcement"]}
    gate = AgreementGate(standing(agreement(grants=[grant | terms | {"max_days": days}])), VIRGINIA)
    payload, fields = read_to_event(READ).model_dump(mode="json"), frozenset({Detail.PLATE, Detail.PLACE})
    made = shared_read(READ, payload, gate, Release(True, "as agreed", fields), VIRGINIA, NOW)
    number = shared_read_id(READ.read_id, 3)
    assert (made.message.message_id, made.message.key) == (number, str(READ.read_id))
    written = json.dumps(cut_read(payload, fields), ensure_ascii=False, separators=(",", ":"))
    assert made.message.payload.decode() == written
    headers = dict(made.message.headers)
    assert {name: value for name, value in headers.items() if name.startswith("ce_agreement")} == {
        "ce_agreement": "suffolk",
        "ce_agreementversion": "1",
        "ce_agreementpurposes": "stolen_vehicle,wanted_person",
        "ce_agreementforbidden": "traffic_enforcement",
        "ce_agreementkeepdays": str(keep),
    }
    assert {name: headers[name] for name in ("ce_id", "ce_type", "ce_source", "ce_time")} == {
        "ce_id": str(number),
        "ce_type": "org.platewatch.plate-read.v1",
        "ce_source": f"urn:platewatch:agency:{OWNER}",
        "ce_time": "2026-06-01T11:00:00Z",
    }
    assert (made.topic, made.agreement_id) == ("platewatch.shared.suffolk.reads.v1", "suffolk")
    assert (made.read_id, made.revision, made.captured_at) == (READ.read_id, 3, READ.captured_at)
    assert made.release == {
        "kind": "read",
        "until": "2027-01-01T00:00:00Z",
        "why": "as agreed",
        "terms": {"fields": ["place", "plate"]},
        "version": 1,
        "keep_days": float(keep),
        "members": [
            {"id": name, "name": f"{name.title()} of Virginia", "ori": ori}
            for name, ori in ((NEIGHBOR, "VA0000001"), (THIRD, "VA0000002"))
        ],
    }
