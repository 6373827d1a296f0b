"""Agreements as cities could have them, and any others."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from policy.agreements.agreement import Agreement
from policy.agreements.deciding import Offer, Standing
from policy.agreements.grants import Detail, Shares
from schemas.types import Category, Purpose, Tier

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
OWNER, NEIGHBOR, THIRD = "portsmouth-pd", "suffolk-pd", "chesapeake-pd"
PLACE = (36.83, -76.30)


def member(number: int, name: str, role: str = "neighbor", state: str | None = "US-VA", **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "name": f"{name.title()} of Virginia",
        "ori": f"VA{number:07d}",
        "kind": "law_enforcement",
        "state": state,
        "role": role,
    } | more


def signer(name: str) -> dict[str, Any]:
    return {"member": name, "name": "A. Chief", "title": "chief of police", "signed_on": date(2025, 12, 1)}


def attestation(name: str, declares: str = "no_immigration_use", **more: Any) -> dict[str, Any]:
    return {
        "declares": declares,
        "member": name,
        "text": "We do not.",
        "version": "1",
        "signer": "A. Chief",
        "signed_on": date(2026, 1, 1),
        "expires_on": date(2026, 12, 31),
    } | more


def alerts_grant(**more: Any) -> dict[str, Any]:
    return {
        "shares": "alerts",
        "to": [NEIGHBOR],
        "cameras": ["bridge", "gate"],
        "categories": ["stolen_vehicle", "wanted_person"],
        "tiers": ["exact"],
        "fields": ["plate", "place"],
        "purposes": ["stolen_vehicle", "wanted_person"],
        "max_days": 7,
        "cji": True,
    } | more


def document(**more: Any) -> dict[str, Any]:
    names = (OWNER, NEIGHBOR, THIRD)
    return {
        "id": "suffolk",
        "title": "Memorandum of understanding",
        "authority": "Code of Virginia 2.2-5517",
        "paper_sha256": "0" * 64,
        "valid_from": date(2026, 1, 1),
        "valid_until": date(2026, 12, 31),
        "notice_days": 30,
        "audit_every_days": 90,
        "members": [member(n, name, "neighbor" if n else "owner") for n, name in enumerate(names)],
        "signers": [signer(name) for name in names],
        "grants": [alerts_grant()],
    } | more


def agreement(**more: Any) -> Agreement:
    return Agreement.model_validate(document(**more))


def standing(one: Agreement | None = None, ended_at: datetime | None = None) -> Standing:
    return Standing.of(one or agreement(), 1, UTC, ended_at)


def offer(**more: Any) -> Offer:
    values: dict[str, Any] = {
        "shares": Shares.ALERTS,
        "captured_at": NOW - timedelta(hours=1),
        "camera_id": "bridge",
        "location": PLACE,
        "category": Category.STOLEN_VEHICLE,
        "tier": Tier.EXACT,
        "is_cji": True,
    }
    return Offer(**(values | more))


CAMERAS = ("bridge", "gate", "tunnel")
CATEGORIES = (Category.STOLEN_VEHICLE, Category.WANTED_PERSON, Category.MISSING_PERSON, Category.SEX_OFFENDER)
PURPOSES = (Purpose.STOLEN_VEHICLE, Purpose.WANTED_PERSON, Purpose.MISSING_PERSON, Purpose.CRIMINAL_INVESTIGATION)
DECLARES = ("no_immigration_use", "training")
DAYS = st.dates(date(2026, 5, 25), date(2026, 6, 6))


def some(values: Any, least: int = 1) -> Any:
    return st.lists(st.sampled_from(values), min_size=least, unique=True)


areas = st.none() | st.one_of(
    st.builds(
        lambda north, radius: {"latitude": PLACE[0] + north / 100, "longitude": PLACE[1], "radius_km": radius},
        st.integers(-5, 5),
        st.sampled_from([0.5, 1.0, 3.0, 8.0]),
    ),
    st.sampled_from(
        [
            {"polygon": [[36.8, -76.4], [36.8, -76.2], [36.9, -76.3]]},
            {"polygon": [[36.82, -76.32], [36.82, -76.28], [36.84, -76.28], [36.84, -76.32]]},
        ]
    ),
)


@st.composite
def grants(draw: Any) -> dict[str, Any]:
    shares = draw(st.sampled_from(Shares))
    purposes = draw(some(PURPOSES))
    grant: dict[str, Any] = {
        "shares": shares,
        "to": draw(some((NEIGHBOR, THIRD))),
        "fields": ["plate", *draw(some((Detail.PLACE, Detail.PICTURES), 0))],
        "purposes": purposes,
        "purposes_forbidden": [one for one in draw(some(PURPOSES, 0)) if one not in purposes],
        "attestations": draw(some(DECLARES, 0)),
        "max_days": draw(st.sampled_from([1, 3, 30])),
        "cji": draw(st.booleans()),
    }
    if shares is not Shares.HOTLISTS:
        grant |= {"cameras": draw(st.just("all") | some(CAMERAS)), "area": draw(areas)}
    else:
        grant |= {"lists": draw(some(("ncic", "own")))}
    if shares in (Shares.ALERTS, Shares.HOTLISTS):
        grant["categories"] = draw(some(CATEGORIES))
    if shares is Shares.ALERTS:
        grant["tiers"] = draw(some(Tier))
    return grant


@st.composite
def agreements(draw: Any) -> Agreement:
    spans = st.tuples(DAYS, DAYS).map(sorted)
    begin, end = draw(spans)
    attested = []
    for name, declares in draw(some([(m, d) for m in (NEIGHBOR, THIRD) for d in DECLARES], 0)):
        signed, expires = draw(spans)
        attested.append(attestation(name, declares, signed_on=signed, expires_on=expires))
    states = st.sampled_from(["US-VA", "US-NC"])
    names = (OWNER, NEIGHBOR, THIRD)
    return agreement(
        valid_from=begin,
        valid_until=end,
        audit_every_days=draw(st.sampled_from([30, 90])),
        members=[
            member(n, name, "neighbor" if n else "owner", draw(states) if n else "US-VA")
            for n, name in enumerate(names)
        ],
        attestations=attested,
        grants=draw(st.lists(grants(), min_size=1, max_size=4, unique_by=lambda grant: grant["shares"])),
    )


offers = st.builds(
    Offer,
    shares=st.sampled_from(Shares),
    captured_at=st.none() | st.integers(0, 40).map(lambda days: NOW - timedelta(days=days)),
    camera_id=st.none() | st.sampled_from(CAMERAS),
    location=st.none() | st.integers(-6, 6).map(lambda north: (PLACE[0] + north / 100, PLACE[1])),
    category=st.none() | st.sampled_from(CATEGORIES),
    tier=st.none() | st.sampled_from(Tier),
    purpose=st.none() | st.sampled_from(Purpose),
    is_cji=st.booleans(),
    hotlist_id=st.none() | st.sampled_from(("ncic", "own", "other")),
)
moments = st.integers(-10 * 24, 10 * 24).map(lambda hours: NOW + timedelta(hours=hours))
