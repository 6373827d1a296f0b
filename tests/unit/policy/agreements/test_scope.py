"""Each kind of thing that is shared: what exactly passes, and in which words what does not is refused."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from policy.agreements.agreement import agreement_of_topic, is_reads_topic
from policy.agreements.area import Circle, Polygon, crosses_itself, distance_km, may_overlap, square_km
from policy.agreements.deciding import AgreementGate, Release, Standing
from policy.agreements.grants import Detail, Shares
from policy.decisions import Policy, law_alone, open_policy
from policy.duties import AttestationRule
from policy.sharing import AgencyKind, Condition, Receive, ReceiveRule, Sharing
from schemas.settings import PolicySettings, Settings
from schemas.types import Category, Purpose, Tier
from tests.unit.policy.agreements.samples import (
    NEIGHBOR,
    NOW,
    OWNER,
    THIRD,
    agreement,
    alerts_grant,
    attestation,
    member,
    offer,
    signer,
    standing,
)
from tests.unit.policy.test_made_laws import FACT, SOURCE, law

TICK = timedelta(microseconds=1)
AREA = {"latitude": 36.83, "longitude": -76.30, "radius_km": 5}
OUT = "is not in the agreement's scope"
OPEN = Policy(law())


def grant(shares: Shares, **more: Any) -> dict[str, Any]:
    """A grant of one kind with what it takes."""
    lists = {"lists": ["ncic", "own"], "cameras": ()} if shares is Shares.HOTLISTS else {}
    without: tuple[str, ...] = () if shares is Shares.ALERTS else ("tiers",)
    without += () if shares in (Shares.ALERTS, Shares.HOTLISTS) else ("categories",)
    made = alerts_grant(shares=shares.value, **lists, **more)
    return {name: value for name, value in made.items() if name not in without}


def decided(shares: Shares, of: dict[str, Any], what: dict[str, Any], policy: Any = None) -> Release:
    gate = AgreementGate(standing(agreement(grants=[grant(shares, **of)])), policy or law_alone("virginia"))
    now = what.pop("now", NOW)
    found = gate.decide(offer(shares=shares, **what), now)
    assert gate.decide_for(NEIGHBOR, offer(shares=shares, **what), now) == found
    return found


CASES: list[tuple[Shares, dict[str, Any], dict[str, Any], str | None]] = [
    (Shares.ALERTS, {}, {}, None),
    (Shares.ALERTS, {}, {"captured_at": NOW - timedelta(days=7)}, None),
    (
        *(Shares.ALERTS, {}, {"captured_at": NOW - timedelta(days=7) - TICK}),
        "it is older than the 7 days for which a receiver may keep it",
    ),
    (Shares.ALERTS, {}, {"captured_at": None}, None),
    (Shares.ALERTS, {}, {"captured_at": NOW + timedelta(hours=1)}, None),
    (Shares.ALERTS, {"cameras": "all"}, {"camera_id": "tunnel"}, None),
    (Shares.ALERTS, {"area": AREA}, {"location": (36.874, -76.30)}, None),
    (
        *(Shares.ALERTS, {"area": AREA}, {"location": (36.876, -76.30)}),
        "where it was captured is not in the agreement's area",
    ),
    (Shares.ALERTS, {"area": AREA}, {"location": None}, "where it was captured is not known"),
    (Shares.ALERTS, {"cji": False}, {"is_cji": False}, None),
    (Shares.ALERTS, {"purposes": ["wanted_person"]}, {"category": Category.WANTED_PERSON}, None),
    (Shares.ALERTS, {}, {"tier": Tier.PROBABLE}, f"tier probable {OUT}"),
    (Shares.ALERTS, {}, {"tier": None}, f"tier none {OUT}"),
    (Shares.ALERTS, {}, {"category": None}, "it has no category"),
    (Shares.ALERTS, {}, {"category": Category.MISSING_PERSON}, f"category missing_person {OUT}"),
    (Shares.READS, {}, {"category": None, "tier": None}, None),
    (Shares.READS, {}, {"camera_id": "tunnel"}, f"its camera {OUT}"),
    (Shares.READS, {}, {"captured_at": NOW - timedelta(days=8)}, "it is older than the 7 days for which a receiver"),
    (Shares.HOTLISTS, {}, {"hotlist_id": "own", "tier": None, "camera_id": None}, None),
    (Shares.HOTLISTS, {}, {"hotlist_id": "own", "captured_at": NOW - timedelta(days=400)}, None),
    (Shares.HOTLISTS, {}, {"hotlist_id": "other"}, "hotlist other is not in the scope"),
    (Shares.HOTLISTS, {}, {"hotlist_id": None}, "hotlist None is not in the scope"),
    (Shares.HOTLISTS, {}, {"hotlist_id": "own", "category": None}, "it has no category"),
    (Shares.HOTLISTS, {}, {"hotlist_id": "own", "category": Category.MISSING_PERSON}, f"category missing_person {OUT}"),
    (Shares.QUERIES, {}, {"purpose": Purpose.STOLEN_VEHICLE, "category": None, "tier": None}, None),
    (Shares.QUERIES, {}, {"purpose": None}, "the question names no purpose"),
    (Shares.QUERIES, {}, {"purpose": Purpose.MISSING_PERSON}, f"purpose missing_person {OUT}"),
    (
        *(Shares.QUERIES, {"purposes_forbidden": ["missing_person"]}, {"purpose": Purpose.MISSING_PERSON}),
        "purpose missing_person is forbidden",
    ),
    (Shares.QUERIES, {}, {"purpose": Purpose.STOLEN_VEHICLE, "camera_id": "tunnel"}, f"its camera {OUT}"),
]


@pytest.mark.parametrize(("shares", "of", "what", "refused"), CASES)
def test_what_passes_has_its_fields_and_what_does_not_its_reason(
    shares: Shares, of: dict[str, Any], what: dict[str, Any], refused: str | None
) -> None:
    found = decided(shares, of, dict(what))
    if refused is None:
        expected = (True, "within the scope of agreement suffolk", frozenset({Detail.PLATE, Detail.PLACE}))
        assert (found.allowed, found.reason, found.fields) == expected
    else:
        assert (found.allowed, found.fields) == (False, frozenset())
        assert found.reason.startswith(refused)


@pytest.mark.parametrize("shares", Shares)
def test_what_comes_from_criminal_justice_information_goes_where_that_is_shared(shares: Shares) -> None:
    more = {"hotlist_id": "own", "purpose": Purpose.STOLEN_VEHICLE}
    assert decided(shares, {"cji": True}, {"is_cji": True, **more}).allowed
    assert decided(shares, {"cji": False}, {"is_cji": False, **more}).allowed
    refused = decided(shares, {"cji": False}, {"is_cji": True, **more})
    assert "which the agreement does not share (cji)" in refused.reason
    assert not refused.allowed


def test_reads_go_to_nobody_who_may_use_them_for_nothing() -> None:
    own = PolicySettings(never_purposes=(Purpose.STOLEN_VEHICLE, Purpose.WANTED_PERSON))
    policy = open_policy(Settings(policy=own))
    assert decided(Shares.READS, {}, {}, policy) == Release(False, "every purpose of the agreement is forbidden")
    one = PolicySettings(never_purposes=(Purpose.STOLEN_VEHICLE,))
    assert decided(Shares.READS, {}, {}, open_policy(Settings(policy=one))).allowed


def test_an_agreement_counts_from_its_first_moment_and_not_at_its_last() -> None:
    zone = ZoneInfo("America/New_York")
    one = Standing.of(agreement(), 3, zone)
    begin, end = datetime(2026, 1, 1, 5, tzinfo=UTC), datetime(2027, 1, 1, 5, tzinfo=UTC)
    assert (one.version, one.starts_at, one.ends_at, one.ended_at) == (3, begin, end, None)
    moments = (begin - TICK, begin, end - TICK, end)
    assert [one.is_in_force(moment) for moment in moments] == [False, True, True, False]
    gate = AgreementGate(one, law_alone("virginia"), zone)
    assert [gate.blocked(Shares.ALERTS, moment) for moment in moments] == [
        "agreement suffolk, version 3, begins on 2026-01-01",
        *(None, None),
        "agreement suffolk, version 3, was valid until 2026-12-31",
    ]
    assert gate.blocked(Shares.READS, begin) == "agreement suffolk, version 3, does not share reads"
    assert gate.blocked_for(THIRD, Shares.ALERTS, begin) == (
        f"agreement suffolk, version 3, shares no alerts with {THIRD}"
    )
    ended = Standing.of(agreement(), 3, zone, begin)
    assert not any(ended.is_in_force(moment) for moment in moments)
    assert AgreementGate(ended, law_alone("virginia"), zone).blocked(Shares.ALERTS, begin) == (
        "agreement suffolk, version 3, was ended at 2026-01-01T05:00:00+00:00"
    )


def attested(*spans: tuple[date, date]) -> AgreementGate:
    made = [attestation(NEIGHBOR, signed_on=begin, expires_on=end) for begin, end in spans]
    made += [attestation(THIRD), attestation(NEIGHBOR, "training")]
    one = agreement(grants=[alerts_grant(attestations=["no_immigration_use"])], attestations=made)
    return AgreementGate(standing(one), law_alone("virginia"))


def test_it_is_said_how_an_attestation_fails_and_until_when_it_holds() -> None:
    def at(day: int) -> datetime:
        return datetime(2026, 6, day, tzinfo=UTC)

    none = "no valid attestation 'no_immigration_use' of Suffolk-Pd of Virginia"
    spans = [(date(2026, 6, 3), date(2026, 6, 5)), (date(2026, 6, 5), date(2026, 6, 8))]
    gate = attested(*spans)
    assert gate.blocked(Shares.ALERTS, at(3) - TICK) == f"{none} (not made yet)"
    assert [gate.blocked(Shares.ALERTS, moment) for moment in (at(3), at(6), at(9) - TICK)] == [None] * 3
    assert gate.blocked(Shares.ALERTS, at(9)) == f"{none} (expired)"
    assert attested().blocked(Shares.ALERTS, at(3)) == f"{none} (never made)"
    # What was signed already carries it on; what is signed later does not yet.
    assert gate.clear_until(Shares.ALERTS, at(4)) == at(6)
    assert gate.clear_until(Shares.ALERTS, at(5)) == at(9)
    assert AgreementGate(standing(), law_alone("virginia")).clear_until(Shares.ALERTS, at(4)) == datetime(
        2027, 1, 1, tzinfo=UTC
    )
    long = attested((date(2026, 1, 1), date(2027, 12, 31)))
    assert long.clear_until(Shares.ALERTS, at(4)) == datetime(2027, 1, 1, tzinfo=UTC)


def test_the_law_may_ask_for_a_signature_or_have_it_decided_case_by_case() -> None:
    def blocked(*requires: Condition, signers: tuple[str, ...] = (OWNER, NEIGHBOR)) -> str | None:
        rule = ReceiveRule(kinds=(AgencyKind.LAW_ENFORCEMENT,), jurisdictions="any", requires=requires)
        one = agreement(
            grants=[alerts_grant(to=[NEIGHBOR])],
            members=[member(0, OWNER, "owner"), member(1, NEIGHBOR)],
            signers=[signer(name) for name in signers],
        )
        return AgreementGate(standing(one), Policy(law(receive=Receive(**FACT, rules=(rule,))))).blocked(
            Shares.ALERTS, NOW
        )

    assert blocked() is None
    assert blocked(Condition.WRITTEN_REQUEST) is None
    assert blocked(Condition.CASE_SPECIFIC) == (
        f"Suffolk-Pd of Virginia (law enforcement, US-VA) may receive case by case: {SOURCE}"
    )
    assert AgreementGate(standing(), OPEN).blocked(Shares.ALERTS, NOW) == (
        "Suffolk-Pd of Virginia (law enforcement, US-VA) may not receive: no rule known for US-XX; Platewatch's default"
        " (2026-01-02)"
    )


def test_every_kind_has_topics_of_its_own() -> None:
    one = agreement(
        grants=[grant(shares, **({"to": [NEIGHBOR, THIRD]} if shares is not Shares.READS else {})) for shares in Shares]
    )
    assert one.topic == "platewatch.shared.suffolk.v1"
    assert one.topics == [
        ("alerts", "platewatch.shared.suffolk.v1"),
        ("reads", "platewatch.shared.suffolk.reads.v1"),
        ("hotlists", "platewatch.shared.suffolk.lists.v1"),
        (f"dispositions of {NEIGHBOR}", f"platewatch.dispositions.suffolk.{NEIGHBOR}.v1"),
        (f"dispositions of {THIRD}", f"platewatch.dispositions.suffolk.{THIRD}.v1"),
        (f"questions of {NEIGHBOR}", f"platewatch.queries.suffolk.{NEIGHBOR}.v1"),
        (f"answers to {NEIGHBOR}", f"platewatch.answers.suffolk.{NEIGHBOR}.v1"),
        (f"questions of {THIRD}", f"platewatch.queries.suffolk.{THIRD}.v1"),
        (f"answers to {THIRD}", f"platewatch.answers.suffolk.{THIRD}.v1"),
    ]
    assert [agreement_of_topic(topic) for _, topic in one.topics[:4]] == ["suffolk"] * 3 + [None]
    assert [is_reads_topic(topic) for _, topic in one.topics[:4]] == [False, True, False, False]
    others = ("platewatch.shared.v1", "platewatch.shared..v1", "platewatch.shared.suffolk", "other.reads.v1")
    assert [agreement_of_topic(topic) for topic in others] == [None] * 4
    assert [is_reads_topic(topic) for topic in (*others, "platewatch.shared.reads")] == [False] * 5
    called = agreement(id="reads")
    assert (is_reads_topic(called.topic), agreement_of_topic(called.topic)) == (False, "reads")
    assert (one.owner.id, one.member(THIRD).id) == (OWNER, THIRD)
    with pytest.raises(KeyError):
        one.member("norfolk-pd")
    assert agreement().topics == [("alerts", "platewatch.shared.suffolk.v1")]


def box(south: float, west: float, north: float, east: float) -> Polygon:
    return Polygon(polygon=((south, west), (south, east), (north, east), (north, west)))


def test_ways_and_areas_are_as_large_as_on_the_ground() -> None:
    degree = math.pi * 6371.0 / 180
    assert distance_km(0, 0, 1, 0) == pytest.approx(degree)
    assert distance_km(0, 179.5, 0, -179.5) == pytest.approx(degree)
    assert distance_km(60, 10, 60, 11) == pytest.approx(degree / 2, rel=1e-3)
    assert distance_km(0, 0, 0, 180) == pytest.approx(180 * degree)
    # New York to Norfolk.
    assert distance_km(40.7128, -74.0060, 36.8508, -76.2859) == pytest.approx(472.0, abs=2)
    assert square_km(Circle(latitude=60, longitude=3, radius_km=2)) == pytest.approx(4 * math.pi)
    assert square_km(box(-0.5, 10, 0.5, 11)) == pytest.approx(degree**2)
    assert square_km(box(59.5, 10, 60.5, 12)) == pytest.approx(degree**2, rel=1e-3)
    triangle = Polygon(polygon=((-0.5, 10), (-0.5, 11), (0.5, 11)))
    assert square_km(triangle) == pytest.approx(degree**2 / 2, rel=1e-3)


def test_lines_that_cross_are_told_from_those_that_meet() -> None:
    assert not crosses_itself(box(0, 0, 1, 1))
    assert crosses_itself(Polygon(polygon=((0, 0), (1, 1), (1, 0), (0, 1))))
    assert not crosses_itself(Polygon(polygon=((0, 0), (0, 4), (1, 2), (4, 4), (4, 0))))
    assert crosses_itself(Polygon(polygon=((0, 0), (0, 4), (4, 4), (-1, 2), (4, 0))))


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        (box(0, 0, 1, 1), box(1, 1, 2, 2), True),
        (box(0, 0, 1, 1), box(1.01, 0, 2, 1), False),
        (box(0, 0, 1, 1), box(0, 1.01, 1, 2), False),
        (Circle(latitude=0, longitude=0, radius_km=60), Circle(latitude=1, longitude=0, radius_km=52), True),
        (Circle(latitude=0, longitude=0, radius_km=60), Circle(latitude=1, longitude=0, radius_km=51), False),
        # 111 km are a degree at the equator and two degrees of longitude at 60 degrees north.
        (Circle(latitude=0, longitude=0, radius_km=100), box(0.85, -1, 2, 1), True),
        (Circle(latitude=0, longitude=0, radius_km=100), box(0.95, -1, 2, 1), False),
        (Circle(latitude=60, longitude=0, radius_km=100), box(59, 1.7, 61, 3), True),
        (Circle(latitude=60, longitude=0, radius_km=100), box(59, 1.9, 61, 3), False),
    ],
)
def test_areas_that_have_nothing_in_common_are_told(one: Any, other: Any, may: bool) -> None:
    assert may_overlap(one, other) is may_overlap(other, one) is may


BAY = Polygon(polygon=((0, 0), (0, 6), (2, 6), (2, 1), (4, 1), (4, 6), (6, 6), (6, 0)))
"""Land around a bay that opens to the east, and a slope."""
SLOPE = Polygon(polygon=((0, 0), (0, 8), (4, 8)))


def test_a_point_is_in_a_polygon_or_beside_it() -> None:
    def held(area: Polygon) -> list[tuple[float, float]]:
        return [(n + 0.25, e + 0.75) for n in range(-1, 8) for e in range(-1, 9) if area.holds(n + 0.25, e + 0.75)]

    grid = [(n + 0.25, e + 0.75) for n in range(-1, 8) for e in range(-1, 9)]
    in_bay = {(n, e) for n, e in grid if 0 < n < 6 and 0 < e < 6 and not (2 < n < 4 and e > 1)}
    assert held(BAY) == sorted(in_bay)
    turned = Polygon(polygon=(*BAY.polygon[3:], *BAY.polygon[:3])[::-1])
    assert held(turned) == sorted(in_bay)
    assert held(SLOPE) == [(n, e) for n, e in grid if 0 < n < 4 and 2 * n < e < 8]


@pytest.mark.parametrize("turn", range(4))
def test_a_line_that_crosses_does_wherever_it_begins(turn: int) -> None:
    bow, square = ((0, 0), (9, 9), (9, 0), (0, 9)), ((0, 0), (0, 9), (9, 9), (9, 0))
    for corners, crosses in ((bow, True), (square, False)):
        for one in ((*corners[turn:], *corners[:turn]), (*corners[turn:], *corners[:turn])[::-1]):
            assert crosses_itself(Polygon(polygon=one)) is crosses


def test_only_whom_the_law_asks_for_an_attestation_needs_one() -> None:
    asked = {"kinds": ("law_enforcement",), "jurisdictions": ("US-VA",)}
    for requires, reason in (
        ((), None),
        (("written_request",), None),
        (("attestation",), "no valid attestation 'no_outside_use' of Suffolk-Pd of Virginia (never made)"),
    ):
        profile = law(
            sharing=Sharing(**FACT, kinds=(), jurisdictions=()),
            receive=Receive(**FACT, rules=(ReceiveRule.model_validate(asked | {"requires": requires}),)),
            attestation=AttestationRule(**FACT, declares="no_outside_use", text="We do not."),
        )
        told = decided(Shares.ALERTS, {}, {}, Policy(profile))
        assert (told.fields != frozenset(), told.reason if reason else None) == (reason is None, reason), requires
