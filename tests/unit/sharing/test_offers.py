"""An alert as an agreement looks at it."""

from __future__ import annotations

import dataclasses

import pytest

from policy.agreements.deciding import Offer
from policy.agreements.grants import Shares
from schemas.types import Category, Tier
from sharing.offers import is_cji, offer_of
from tests.unit.alerts.samples import sample_alert


@pytest.mark.parametrize(
    ("layout", "number", "expected"),
    [
        ("ncic", "V123456789", True),
        ("ncic", "26-117", True),
        ("shared", None, True),
        ("csv", None, False),
        ("csv", "26-117", False),
        ("csv", "V123456789", True),
        ("csv", "V12345678", False),
        ("csv", "V1234567890", False),
        ("csv", "1V123456789", False),
        ("missing", None, False),
        ("flock", None, False),
        ("vigilant", None, False),
        ("genetec", None, False),
        ("local", None, False),
        ("local", "v123456789 ", True),
        ("il-leads", None, True),
        ("a layout of next year", None, True),
        (None, None, True),
    ],
)
def test_what_is_not_surely_an_agency_s_own_is_criminal_justice_information(
    layout: str | None, number: str | None, expected: bool
) -> None:
    assert is_cji(layout, number) is expected


def test_an_alert_is_offered_with_what_it_is_about() -> None:
    alert = sample_alert(0, "VNV4527")
    whole = Offer(
        shares=Shares.ALERTS,
        captured_at=alert.read.captured_at,
        camera_id="gate",
        location=(38.9, -77.0),
        category=Category.STOLEN_VEHICLE,
        tier=Tier.EXACT,
        purpose=None,
        is_cji=True,
        hotlist_id="ncic",
    )
    payload = alert.model_dump(mode="json")
    assert offer_of(payload, "csv") == whole
    payload["entry"]["source_entry_id"] = "26-117"
    assert offer_of(payload, "csv") == dataclasses.replace(whole, is_cji=False)
    assert offer_of(payload, None) == whole
    assert (
        offer_of(
            alert.model_dump(mode="json") | {"read": alert.read.model_dump(mode="json") | {"location": None}}, "csv"
        ).location
        is None
    )


@pytest.mark.parametrize("payload", [{}, {"read": None}, {"read": {}, "entry": {}}, {"read": [], "entry": {}}])
def test_what_is_no_alert_is_offered_to_nobody(payload: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no alert"):
        offer_of(payload, "csv")
