"""Cards of alerts that a test changes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from alerts.cards.card import Card, CardSetting, CardSources, make_card
from alerts.life.transitions import life_of
from policy.duties import ConfirmRule
from schemas.events import Alert
from schemas.types import Disposition, DispositionKind
from tests.unit.alerts.samples import START, sample_alert

EAST = ZoneInfo("America/New_York")
NOW = START + timedelta(minutes=5)
LAW = ConfirmRule(
    visual=True,
    record=True,
    is_suspicion=False,
    citation="General order 41",
    as_of=date(2026, 1, 1),
    confidence="read",
)


def alert(plate: str = "VNV4527", **parts: dict[str, Any]) -> Alert:
    """The sample alert with other values in its parts, as in `read={"plate": "..."}`; `more` are its own."""
    document = sample_alert(0, plate).model_dump()
    document |= parts.pop("more", {})
    for name, values in parts.items():
        document[name] |= values
    return Alert.model_validate(document)


def said(kind: DispositionKind, number: int = 1, person: str = "lee", minutes: int = 1, **values: Any) -> Disposition:
    at = START + timedelta(minutes=minutes)
    return Disposition(kind=kind, at=at, person=person, actor=person, agency_id="springfield", number=number, **values)


def card(of: Alert | None = None, *dispositions: Disposition, canceled: bool = False, **setting: Any) -> Card:
    shown = of or alert()
    life = life_of(dispositions, is_canceled=canceled)
    sources = CardSources(17, shown, shown, life, has_plate=True, dispositions=dispositions)
    return make_card(sources, CardSetting(**({"zone": EAST, "now": NOW} | setting)))
