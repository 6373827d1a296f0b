"""An alert that is taken back: what the cancel says, and why."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from alerts.settling.cancel import build_cancel, cancel_reason
from schemas.events import AlertType
from storage.alerts.stale import StaleAlert, StaleKind
from tests.unit.alerts.samples import START, sample_alert

ALERT = sample_alert(picture=b"jpeg")


def stale(kind: StaleKind = StaleKind.WITHDRAWN, **fields: Any) -> StaleAlert:
    return StaleAlert(ALERT.alert_id, ALERT.entry.plate, json.loads(ALERT.model_dump_json()), kind, **fields)


def test_a_cancel_names_its_alert_and_shows_no_picture() -> None:
    at = START + timedelta(hours=1)
    cancel = build_cancel(stale(), created_at=at)
    assert (cancel.type, cancel.status, cancel.cancels) == (AlertType.CANCEL, "closed", ALERT.alert_id)
    assert (cancel.created_at, cancel.plate_picture, cancel.reason) == (at, None, "entry withdrawn")
    assert cancel.alert_id != ALERT.alert_id
    assert (cancel.read, cancel.entry, cancel.hit) == (ALERT.read, ALERT.entry, ALERT.hit)
    assert build_cancel(stale(StaleKind.EXPIRED), created_at=at).alert_id == cancel.alert_id


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "entry withdrawn"),
        ({"by": "lee"}, "entry withdrawn by lee"),
        ({"at": START + timedelta(seconds=0.7)}, "entry withdrawn at 2026-11-20T18:30:00Z"),
        ({"note": "recovered"}, "entry withdrawn (recovered)"),
        ({"by": "lee", "at": START, "note": "recovered"}, "entry withdrawn by lee at 2026-11-20T18:30:00Z (recovered)"),
    ],
)
def test_a_cancel_says_why_and_nothing_that_is_not_known(fields: dict[str, Any], words: str) -> None:
    assert cancel_reason(stale(**fields)) == words
