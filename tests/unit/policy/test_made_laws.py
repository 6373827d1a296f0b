"""A law that is made for the test: each of its lines decides, and where it is silent our default does, word by word."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from policy.agreements.grants import Detail, Grant
from policy.agreements.parties import Member, Role
from policy.analysis import AnalysisRule
from policy.banners import banner
from policy.collection import CollectionRule
from policy.decisions import Policy, Retention, _check_opened, _retention, law_alone, span_text
from policy.duties import AttestationRule, AuditRule, ConfirmRule, PreservationRule
from policy.facts import Confidence, ProfileSection
from policy.profile import FOREVER, GATED, HotlistRule, KeepLimit, NotifyRule, Profile, RetentionRules, SearchRule
from policy.purposes import PurposeRule
from policy.questions import Fault, Question, fault_of_question
from policy.sharing import AgencyKind, AgencyRef, Condition, Receive, ReceiveRule, ReceiveVerdict, Sharing
from schemas.errors import ConfigurationError
from schemas.settings import PolicySettings, RetentionSettings, Settings
from schemas.types import Category, Purpose

FACT: dict[str, Any] = {"citation": "Law 1", "as_of": date(2026, 1, 2), "confidence": "read"}
SOURCE = "Law 1 (2026-01-02)"
STOLEN, WATCH, OFFENDER = Category.STOLEN_VEHICLE, Category.WATCH, Category.SEX_OFFENDER
DAY = timedelta(days=1)


def law(*, permitted: Any = "any", keep: dict[str, Any] | None = None, **sections: Any) -> Profile:
    limits = {"reads": KeepLimit(**FACT)} | {name: KeepLimit(**FACT, **of) for name, of in (keep or {}).items()}
    return Profile(
        jurisdiction="US-XX",
        title="A law",
        notify=NotifyRule(**FACT, permitted=permitted),
        retention=RetentionRules(**limits),
        **sections,
    )


def test_what_notifies_is_said_with_why() -> None:
    own = PolicySettings(also_notify=(OFFENDER, WATCH), also_notify_reason="counsel", never_notify=(STOLEN,))
    reasons = {
        ("open", None): {
            STOLEN: (True, f"may notify: no closed list of purposes known: {SOURCE}"),
            OFFENDER: (False, f"not notified until policy.also_notify opens it: {SOURCE}"),
        },
        ("open", own): {
            STOLEN: (False, "not notified: this agency's policy.never_notify"),
            OFFENDER: (True, "notifies by this agency's policy.also_notify: counsel"),
            WATCH: (True, f"may notify: no closed list of purposes known: {SOURCE}"),
        },
        ("closed", None): {
            STOLEN: (True, f"permitted to notify: {SOURCE}"),
            WATCH: (False, f"not permitted to notify: {SOURCE}"),
            OFFENDER: (False, f"not permitted to notify: {SOURCE}"),
        },
        ("closed", own): {
            STOLEN: (False, "not notified: this agency's policy.never_notify"),
            WATCH: (True, "notifies by this agency's policy.also_notify: counsel"),
        },
    }
    for (kind, decided), expected in reasons.items():
        policy = Policy(law(permitted="any" if kind == "open" else (STOLEN,)), decided or PolicySettings())
        found = {one: (policy.may_notify(one), policy.notify_reason(one)) for one in expected}
        assert found == expected, kind
    assert {one for one in Category if not Policy(law()).may_notify(one)} == set(GATED)


@pytest.mark.parametrize("name", ["virginia", "US", "us-va", "US-VIRG", "US-VA "])
def test_a_law_is_of_a_state_by_its_code(name: str) -> None:
    with pytest.raises(ValidationError, match="jurisdiction"):
        Profile.model_validate(law().model_dump() | {"jurisdiction": name})


def test_where_nothing_is_known_it_is_said_and_our_default_holds() -> None:
    policy = Policy(law())
    unknown: dict[str, Any] = {
        "citation": "no rule known for US-XX; Platewatch's default",
        "as_of": date(2026, 1, 2),
        "confidence": Confidence.UNCONFIRMED,
    }
    assert policy.search == SearchRule(**unknown)
    assert (policy.search.purpose, policy.search.case_number, policy.search.offense) == (True, True, False)
    assert policy.analysis == AnalysisRule(**unknown)
    assert policy.purposes == PurposeRule(**unknown)
    assert policy.collection == CollectionRule(**unknown)
    assert policy.sharing == Sharing(
        **unknown, kinds=(AgencyKind.LAW_ENFORCEMENT, AgencyKind.PROSECUTOR), jurisdictions=("US-XX",)
    )
    assert (policy.max_list_age, policy.audit_every) == (None, None)
    assert Policy(law(hotlists=HotlistRule(**FACT))).max_list_age is None
    known: dict[str, Any] = {
        "search": SearchRule(**FACT, case_number=False),
        "analysis": AnalysisRule(**FACT, most_days=3),
        "purposes": PurposeRule(**FACT, permitted=(Purpose.STOLEN_VEHICLE,)),
        "collection": CollectionRule(**FACT, attributes=()),
        "sharing": Sharing(**FACT, kinds=(), jurisdictions=()),
    }
    told = Policy(law(**known, hotlists=HotlistRule(**FACT, max_age_hours=25), audits=AuditRule(**FACT, every_days=9)))
    assert {name: getattr(told, name) for name in known} == known
    assert (told.max_list_age, told.audit_every) == (25 * timedelta(hours=1), 9 * DAY)


def test_how_long_is_the_settings_or_else_the_laws_or_else_what_the_documentation_says() -> None:
    def kept(keep: dict[str, Any], **own: int) -> Retention:
        return _retention(law(keep=keep), RetentionSettings(**own))

    assert kept({}) == Retention(30 * DAY, 730 * DAY, 730 * DAY, 730 * DAY)
    every = {"reads": {"seconds": 180}, "audit": {"days": 400}, "findings": {"days": 5}, "stops": {"days": 6}}
    assert kept(every) == Retention(timedelta(minutes=3), 400 * DAY, 5 * DAY, 6 * DAY)
    # What is said of neither follows the audit.
    assert kept({"audit": {"days": 400}}) == Retention(30 * DAY, 400 * DAY, 400 * DAY, 400 * DAY)
    assert kept({"audit": {"days": 400}}, audit_days=399) == Retention(30 * DAY, 399 * DAY, 399 * DAY, 399 * DAY)
    assert kept({"audit": {"forever": True}}) == Retention(30 * DAY, FOREVER, FOREVER, FOREVER)
    own = {"reads_days": 7, "audit_days": 8, "findings_days": 9, "stops_days": 10}
    limits = {"reads": {"days": 7}, "audit": {"days": 8}, "findings": {"days": 9}, "stops": {"days": 10}}
    for keep in ({}, limits):
        assert kept(keep, **own) == Retention(7 * DAY, 8 * DAY, 9 * DAY, 10 * DAY)
    for name, days in (("reads", 7), ("audit", 8), ("findings", 9), ("stops", 10)):
        with pytest.raises(ConfigurationError) as longer:
            kept(limits, **{f"{name}_days": days + 1})
        assert str(longer.value) == (
            f"'retention.{name}_days': {days + 1} days are longer than the {days} days of {SOURCE}; leave the key out"
            " or give fewer days"
        )
    with pytest.raises(ConfigurationError) as fewer:
        kept({"findings": {"forever": True}}, findings_days=40_000)
    assert str(fewer.value) == (
        f"'retention.findings_days': 40000 days are fewer than {SOURCE} asks for: for good; leave the key out"
    )


@pytest.mark.parametrize(
    ("span", "text"),
    [(FOREVER, "for good"), (FOREVER - DAY, "36499 days"), (DAY / 24, "60 minutes"), (DAY / 86400, "1 second")],
)
def test_a_span_in_words(span: timedelta, text: str) -> None:
    assert span_text(span) == text


def test_nobody_opens_what_the_law_forbids_by_name() -> None:
    traffic, immigration, theft = Purpose.TRAFFIC_ENFORCEMENT, Purpose.IMMIGRATION_ENFORCEMENT, Purpose.STOLEN_VEHICLE
    own = PolicySettings(also_purposes=(immigration, theft, traffic), also_purposes_reason="counsel")
    _check_opened(law(), own)
    _check_opened(law(purposes=PurposeRule(**FACT, permitted=(theft,))), own)
    forbids = law(purposes=PurposeRule(**FACT, forbidden=(traffic, immigration)))
    _check_opened(forbids, PolicySettings(also_purposes=(theft,), also_purposes_reason="counsel"))
    with pytest.raises(ConfigurationError) as refused:
        _check_opened(forbids, own)
    assert str(refused.value) == (
        f"'policy.also_purposes': immigration_enforcement, traffic_enforcement is forbidden by {SOURCE}; remove it"
    )


def test_a_purpose_is_judged_by_the_law_and_by_the_agency() -> None:
    theft, plate, traffic = Purpose.STOLEN_VEHICLE, Purpose.STOLEN_PLATE, Purpose.TRAFFIC_ENFORCEMENT
    care = Purpose.REPRODUCTIVE_CARE
    closed = PurposeRule(**FACT, permitted=(theft,), forbidden=(Purpose.IMMIGRATION_ENFORCEMENT,))
    told = {
        (): (False, f"names no purpose that is known; permitted are stolen_vehicle: {SOURCE}"),
        (theft,): (True, f"stolen_vehicle is permitted: {SOURCE}"),
        (theft, plate): (True, f"stolen_vehicle is permitted: {SOURCE}"),
        (plate,): (False, f"names stolen_plate; permitted are stolen_vehicle: {SOURCE}"),
        (theft, care): (False, f"names reproductive_care; permitted are stolen_vehicle: {SOURCE}"),
        (theft, Purpose.IMMIGRATION_ENFORCEMENT): (False, f"immigration_enforcement is forbidden: {SOURCE}"),
    }
    for named, expected in told.items():
        found = closed.verdict(frozenset(named))
        assert (found.allowed, found.reason, found.named) == (*expected, frozenset(named))
    assert closed.verdict(frozenset({theft, traffic})).allowed
    assert closed.verdict(frozenset({theft, care}), opened=(care,)).allowed
    assert (
        closed.verdict(frozenset({traffic}), opened=(traffic,)).reason == f"traffic_enforcement is permitted: {SOURCE}"
    )
    never = closed.verdict(frozenset({theft}), closed=(theft,))
    assert (never.allowed, never.reason) == (
        *(False, "stolen_vehicle is forbidden: this agency's policy.never_purposes"),
    )
    anything = PurposeRule(**FACT)
    assert anything.verdict(frozenset()).reason == f"no closed list of purposes known: {SOURCE}"
    assert not anything.verdict(frozenset({theft}), closed=(theft,)).allowed


NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
STRICT = Policy(
    law(
        search=SearchRule(**FACT, offense=True, warrant_after_days=30, specific_facts=True),
        purposes=PurposeRule(**FACT, permitted=(Purpose.CRIMINAL_INVESTIGATION, Purpose.STOLEN_VEHICLE)),
    )
)
USUAL = Policy(law(search=SearchRule(**FACT)))
LOOSE = Policy(law(search=SearchRule(**FACT, purpose=False, case_number=False)))
GOOD: dict[str, Any] = {"purpose": "stolen vehicle, seen at Main Street", "case_number": "26-117", "back_to": NOW}


@pytest.mark.parametrize(
    ("policy", "changes", "what", "how"),
    [
        (STRICT, {}, None, None),
        (STRICT, {"purpose": None}, "the purpose", "is missing"),
        (STRICT, {"purpose": "none"}, "the purpose", "says nothing"),
        (STRICT, {"case_number": None}, "the case or call number", "is missing"),
        (STRICT, {"case_number": "none"}, "the case or call number", "has no digit"),
        (STRICT, {"warrant": "yes"}, "the warrant's number", "has no digit"),
        (
            STRICT,
            {"purpose": "stolen vehicle Elm"},
            "the purpose",
            f"does not say the specific facts that {SOURCE} asks for",
        ),
        (STRICT, {"purpose": "stolen vehicle Elm Street"}, None, None),
        (
            STRICT,
            {"purpose": "parking enforcement on Elm Street"},
            "the purpose",
            f"names traffic_enforcement; permitted are criminal_investigation, stolen_vehicle: {SOURCE}",
        ),
        (
            STRICT,
            {"purpose": "criminal_investigation: what happened at Elm Street"},
            "the type of offense",
            f"is missing: {SOURCE}",
        ),
        (STRICT, {"purpose": "criminal_investigation: what happened at Elm Street", "offense": "120"}, None, None),
        (STRICT, {"offense": "999"}, "the type of offense", "is none of the FBI's codes and names"),
        (STRICT, {"back_to": NOW - 30 * DAY}, None, None),
        (
            STRICT,
            {"back_to": NOW - 30 * DAY - timedelta(microseconds=1)},
            "the time",
            f"goes back more than 30 days, which needs a warrant: {SOURCE}",
        ),
        (STRICT, {"back_to": None}, "the time", f"goes back more than 30 days, which needs a warrant: {SOURCE}"),
        (STRICT, {"back_to": None, "warrant": "W-26-9"}, None, None),
        (USUAL, {}, None, None),
        (USUAL, {"purpose": None}, "the purpose", "is missing"),
        (USUAL, {"case_number": None}, "the case or call number", "is missing"),
        (LOOSE, {"purpose": None, "case_number": None, "back_to": None}, None, None),
        (LOOSE, {"purpose": "none"}, "the purpose", "says nothing"),
        (LOOSE, {"case_number": "none"}, "the case or call number", "has no digit"),
        (LOOSE, {"offense": "999"}, "the type of offense", "is none of the FBI's codes and names"),
    ],
)
def test_what_is_wrong_with_a_question_is_the_first_thing_that_the_law_asks_for(
    policy: Policy, changes: dict[str, Any], what: str | None, how: str | None
) -> None:
    found = fault_of_question(policy, Question(**(GOOD | changes)), NOW)
    assert (found and found.what, found and found.how) == (what, how)


def test_both_may_be_asked_for_where_the_law_asks_for_neither() -> None:
    for name, what in (("purpose", "the purpose"), ("case_number", "the case or call number")):
        question = Question(**(GOOD | {name: None}))
        assert fault_of_question(LOOSE, question, NOW) is None
        found = fault_of_question(LOOSE, question, NOW, both=True)
        assert (found and found.what, found and found.how) == (what, "is missing")


def test_the_type_of_the_offense_is_asked_for_where_the_purpose_is_about_one() -> None:
    policy = Policy(law(search=SearchRule(**FACT, offense=True)))
    asked = {one: f"{one.value}: the matter of last night" for one in Purpose}
    faults = {one: fault_of_question(policy, Question(text, "26-117", NOW), NOW) for one, text in asked.items()}
    assert {one for one, found in faults.items() if found is None} == {
        *(Purpose.MISSING_PERSON, Purpose.ENDANGERED_PERSON, Purpose.WANTED_PERSON, Purpose.CIVIL_ORDER),
        *(Purpose.CRASH_INVESTIGATION, Purpose.ORDINANCE_VIOLATION),
        # These name the offense themselves.
        *(Purpose.STOLEN_VEHICLE, Purpose.STOLEN_PLATE, Purpose.HUMAN_TRAFFICKING),
    }
    assert {found.what for found in faults.values() if found is not None} == {"the type of offense"}


def test_it_is_said_from_when_on_no_warrant_is_needed() -> None:
    found = fault_of_question(STRICT, Question(**(GOOD | {"back_to": None})), NOW)
    assert found == Fault(
        "the time",
        f"goes back more than 30 days, which needs a warrant: {SOURCE}",
        "ask for what was captured since 2026-10-31 or later (--since, --days), or give the warrant's number"
        " (--warrant)",
    )


POLICE, PRIVATE = AgencyKind.LAW_ENFORCEMENT, AgencyKind.PRIVATE
NEIGHBOR, ELSEWHERE = AgencyRef("Suffolk PD", POLICE, "US-XX"), AgencyRef("Gotham PD", POLICE, "US-YY")


def test_the_first_rule_that_fits_says_what_a_recipient_has_to_bring() -> None:
    receive = Receive(
        **FACT,
        rules=(
            ReceiveRule(
                kinds=(POLICE,), jurisdictions=("US-YY",), requires=(Condition.WRITTEN_REQUEST,), names=("gotham pd",)
            ),
            ReceiveRule(kinds=(POLICE,), jurisdictions="any", requires=(Condition.WARRANT, Condition.CASE_SPECIFIC)),
            ReceiveRule(kinds=(PRIVATE,), jurisdictions=("US-XX",), requires=()),
        ),
    )
    policy = Policy(law(receive=receive))
    said = f"receive: no rule known for US-XX; Platewatch's default ({FACT['as_of']}, unconfirmed)"
    told = {
        NEIGHBOR: (True, None, ()),
        ELSEWHERE: (True, "on a written request", (Condition.WRITTEN_REQUEST,)),
        AgencyRef("Metropolis PD", POLICE, "US-YY"): (
            *(True, "by warrant, case by case", (Condition.WARRANT, Condition.CASE_SPECIFIC)),
        ),
        AgencyRef("Somebody", POLICE): (False, None, ()),
        AgencyRef("Mall", PRIVATE, "US-XX"): (True, "without conditions", ()),
        AgencyRef("Mall", PRIVATE, "US-YY"): (False, None, ()),
    }
    for recipient, (allowed, needs, requires) in told.items():
        found = policy.receives(recipient)
        assert (found.allowed, found.requires) == (allowed, requires), recipient
        if needs is not None:
            assert found.reason.endswith(f" may receive {needs}: {SOURCE}"), recipient
        assert (f"may not {said[:7]}" in found.reason) is not allowed
        assert policy.may_receive(recipient) is (recipient is NEIGHBOR)
    assert [ReceiveVerdict(allowed, "", tuple(of)).is_standing for allowed, of in (
        *((True, ()), (False, ()), (True, (Condition.ATTESTATION, Condition.WRITTEN_REQUEST))),
        *((True, (Condition.ATTESTATION, Condition.WARRANT)), (True, (Condition.COURT_ORDER,))),
    )] == [True, False, True, False, False]  # fmt: skip


GIVEN: dict[type[ProfileSection], dict[str, Any]] = {
    AnalysisRule: {},
    AttestationRule: {"declares": "no_immigration_use", "text": "We do not."},
    AuditRule: {"every_days": 30},
    CollectionRule: {},
    ConfirmRule: {},
    HotlistRule: {},
    KeepLimit: {},
    NotifyRule: {"permitted": "any"},
    PreservationRule: {"by": ["the driver"], "form": "a letter"},
    PurposeRule: {},
    ReceiveRule: {"kinds": ["vendor"], "jurisdictions": "any", "requires": ["maintenance"]},
    SearchRule: {},
    Sharing: {"kinds": ["prosecutor"], "jurisdictions": ["US-XX"]},
    Grant: {"shares": "reads", "to": ["a-pd"], "cameras": ["gate"], "purposes": ["stolen_vehicle"], "max_days": 3},
    Member: {"id": "a-pd", "name": "A", "ori": "VA0000001", "kind": "law_enforcement"},
}
LEFT_OUT: dict[type[ProfileSection], dict[str, Any]] = {
    AnalysisRule: {
        **{"permitted": True, "window_seconds": 300, "least_cameras": 3, "most_days": 7, "most_square_km": 25.0},
        "second_person": True,
    },
    AttestationRule: {"signer": "the recipient's head", "valid_days": None},
    AuditRule: {"independent": False, "contents": ()},
    CollectionRule: {"attributes": "any", "not_at": ()},
    ConfirmRule: {"visual": True, "is_suspicion": None, "record": False},
    HotlistRule: {"max_age_hours": None, "refresh": None, "databases": ()},
    KeepLimit: {"days": None, "seconds": None, "forever": False},
    NotifyRule: {
        "gated": (
            *(OFFENDER, Category.SUPERVISED_RELEASE, Category.IMMIGRATION, Category.GANG_OR_TERRORIST),
            Category.PROTECTIVE_INTEREST,
        )
    },
    PreservationRule: {"needs": (), "days": None, "renewable": None},
    PurposeRule: {"permitted": "any", "forbidden": ()},
    ReceiveRule: {"names": ()},
    SearchRule: {
        **{"purpose": True, "case_number": True, "offense": False, "warrant_after_days": None, "specific_facts": False}
    },
    Sharing: {"names": ()},
    Grant: {
        **{"area": None, "categories": (), "tiers": (), "lists": (), "fields": (Detail.PLATE,)},
        **{"purposes_forbidden": (), "attestations": (), "cji": False},
    },
    Member: {"state": None, "role": Role.NEIGHBOR},
}


@pytest.mark.parametrize("kind", GIVEN, ids=lambda kind: kind.__name__)
def test_what_a_law_or_an_agreement_leaves_out_is_the_careful_side_of_it(kind: type[ProfileSection]) -> None:
    fact = FACT if "citation" in kind.model_fields else {}
    made = kind.model_validate({**fact, **GIVEN[kind]})
    found = {name: getattr(made, name) for name in kind.model_fields if name not in {*fact, *GIVEN[kind], "note"}}
    assert found == LEFT_OUT[kind]


def test_what_a_law_lets_be_collected_is_said_in_these_words() -> None:
    words = ("plate", "time", "place", "pictures", "vehicle", "movement", "second_reading", "vendor_report")
    rule = CollectionRule.model_validate({**FACT, "attributes": words})
    assert isinstance(rule.attributes, tuple)
    assert tuple(one.value for one in rule.attributes) == words


def test_a_read_is_kept_for_a_minute_and_a_list_for_an_hour_at_least() -> None:
    assert KeepLimit(**FACT, seconds=60).longest == timedelta(minutes=1)
    assert KeepLimit(**FACT, days=1).longest == DAY
    fewest: list[tuple[type[ProfileSection], dict[str, Any]]] = [
        *((KeepLimit, {"seconds": 59}), (KeepLimit, {"days": 0}), (HotlistRule, {"max_age_hours": 0})),
        *((SearchRule, {"warrant_after_days": 0}), (AuditRule, {"every_days": 0})),
        *((AnalysisRule, {"least_cameras": 2}), (AnalysisRule, {"window_seconds": 301})),
        *((AnalysisRule, {"most_days": 32}), (Grant, {**GIVEN[Grant], "max_days": 0})),
    ]
    # A note explains; what is longer is no note. An area has no largest size below ten thousand square kilometers.
    assert KeepLimit(**FACT, note="x" * 1000).note
    assert AnalysisRule(**FACT, most_square_km=10_000, most_days=31, least_cameras=3, window_seconds=1)
    with pytest.raises(ValidationError, match="at most 1000 characters"):
        KeepLimit(**FACT, note="x" * 1001)
    fewest += [
        (AnalysisRule, {"most_square_km": 10_001}),
        (AuditRule, {"every_days": 36_501}),
        (AnalysisRule, {"window_seconds": 0}),
        (AnalysisRule, {"most_days": 0}),
    ]
    for kind, wrong in fewest:
        with pytest.raises(ValidationError, match=r"greater than or equal to|less than or equal to"):
            kind.model_validate({**(FACT if kind is not Grant else {}), **wrong})


def test_the_notice_says_what_the_law_asks_of_a_search() -> None:
    line = f"Every search needs a reason that stands ({law_alone('virginia').search.source})."
    told = banner(Settings()).splitlines()
    assert (told[3], len(told), told[4]) == (line, 5, "By signing in you agree to this.")
    silent = next(name for name in ("idaho", "georgia", "alabama") if law_alone(name).profile.search is None)
    assert banner(Settings(policy=PolicySettings(profile=silent))).splitlines() == [*told[:3], told[4]]
