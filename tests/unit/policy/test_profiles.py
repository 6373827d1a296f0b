"""Every profile that ships: what its law lets be searched for, given away and collected, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from policy.collection import Attribute
from policy.decisions import law_alone
from policy.facts import Confidence
from policy.loading import load_profile, profiles
from policy.profile import FOREVER, SearchRule
from policy.sharing import AgencyKind, AgencyRef, Condition
from schemas.jurisdictions import parse_jurisdiction
from schemas.types import Category, Purpose


@dataclass(frozen=True)
class Known:
    """What is known of a state: purposes in words that pass and that do not, who receives outside and on what terms.

    `outside` are the conditions for police of another state, None where they may not; `purposes` and `audit` say how
    sure the law's list of purposes and the rhythm of its audits are. `alerts` are what may alert besides what every
    law lets alert, where its list is closed; None: it has none. `asks` is what every question has to say, with the
    days after which a warrant is needed, None where nothing is known.
    """

    passes: tuple[str, ...] = ("stolen vehicle", "homicide", "because somebody asked")
    refused: tuple[str, ...] = ()
    outside: tuple[Condition, ...] | None = None
    neighbor: str = "US-TX"
    purposes: Confidence | None = None
    audit_days: int | None = None
    silent: tuple[Category, ...] = ()
    alerts: frozenset[Category] | None = None
    asks: tuple[object, ...] | None = None
    list_hours: int | None = None


def plus(*more: Category) -> frozenset[Category]:
    """Return what may alert: somebody in danger or wanted, a stolen car or plate, a test record, and more."""
    return frozenset(
        {
            *(Category.STOLEN_VEHICLE, Category.STOLEN_PLATE, Category.WANTED_PERSON, Category.MISSING_PERSON),
            *(Category.CHILD_ABDUCTION, Category.ENDANGERED_PERSON, Category.HUMAN_TRAFFICKING, Category.CALIBRATION),
            *more,
        }
    )


CASE = (Condition.CASE_SPECIFIC,)
SIGNED = (Condition.ATTESTATION,)
READ, SECONDARY, UNSURE = Confidence.READ, Confidence.SECONDARY, Confidence.UNCONFIRMED
CLOSED = ("because somebody asked", "immigration", "robbery, assist ICE")
ROUTINE = ("stolen vehicle", "homicide", "missing child", "felony warrant")
FELONIES = plus(Category.FELONY_VEHICLE)
CRIMES = FELONIES | {Category.MISDEMEANOR_VEHICLE, Category.WATCH}
PAPERS = frozenset({Category.SUSPENDED_LICENSE, Category.SUSPENDED_REGISTRATION})
LAPSED = frozenset({Category.EXPIRED_REGISTRATION, Category.UNINSURED})
WHY = ("purpose", "case")
QUIET = (Category.UNMAPPED, Category.SEX_OFFENDER, Category.IMMIGRATION, Category.PROTECTION_ORDER)

STATES = {
    "alabama": Known(),
    "arkansas": Known(ROUTINE, CLOSED, CASE, purposes=READ, list_hours=24),
    "california": Known(asks=WHY),
    "connecticut": Known(ROUTINE, CLOSED, SIGNED, "US-NY", UNSURE, silent=QUIET, alerts=FELONIES),
    "florida": Known(),
    "georgia": Known(purposes=SECONDARY),
    "idaho": Known(
        (*ROUTINE, "accident with injuries"),
        (*CLOSED, "speeding", "expired registration"),
        purposes=SECONDARY,
        audit_days=182,
        silent=(Category.UNINSURED, Category.EXPIRED_REGISTRATION, Category.SUSPENDED_REGISTRATION),
        asks=WHY,
    ),
    "illinois": Known(refused=("immigration", "abortion clinic visit"), outside=SIGNED, purposes=SECONDARY),
    "iowa": Known(),
    "kentucky": Known(ROUTINE, CLOSED, purposes=UNSURE),
    "maine": Known((*ROUTINE, "civil order"), CLOSED, purposes=SECONDARY),
    "maryland": Known(purposes=SECONDARY),
    "minnesota": Known(purposes=READ, audit_days=730),
    "montana": Known(
        (*ROUTINE, "commercial vehicle inspection"),
        CLOSED,
        CASE,
        purposes=SECONDARY,
        audit_days=365,
        silent=QUIET,
        alerts=CRIMES,
    ),
    "nebraska": Known(
        (*ROUTINE, "parking enforcement", "uninsured", "window tint"),
        CLOSED,
        purposes=READ,
        silent=(Category.UNMAPPED, Category.SEX_OFFENDER),
        alerts=CRIMES | PAPERS | LAPSED | {Category.STOLEN_BOAT},
        list_hours=24,
    ),
    "new-hampshire": Known(
        (*ROUTINE, "suspended registration"),
        CLOSED,
        purposes=SECONDARY,
        silent=QUIET,
        alerts=FELONIES | PAPERS | {Category.WATCH},
        list_hours=24,
    ),
    "new-jersey": Known(refused=("ICE detainer",), outside=SIGNED, purposes=SECONDARY, audit_days=365),
    "new-mexico": Known(refused=("immigration", "abortion", "protest"), outside=SIGNED, purposes=UNSURE),
    "new-york": Known(),
    "north-carolina": Known(
        refused=("speeding on Main Street",), outside=(Condition.WRITTEN_REQUEST,), purposes=READ, audit_days=365
    ),
    "oregon": Known(ROUTINE, CLOSED, CASE, purposes=UNSURE, silent=QUIET, alerts=FELONIES),
    "tennessee": Known(),
    "utah": Known(ROUTINE, (*CLOSED, "parking enforcement"), purposes=READ, silent=QUIET, alerts=CRIMES),
    "vermont": Known(
        (*ROUTINE, "crash on the interstate"),
        CLOSED,
        purposes=SECONDARY,
        asks=(*WHY, "facts", 181),
    ),
    "virginia": Known(
        (*ROUTINE, "city ordinance, dumping", "human trafficking"),
        (*CLOSED, "speeding"),
        purposes=SECONDARY,
        audit_days=30,
        silent=QUIET,
        alerts=plus(),
        asks=(*WHY, "offense"),
        list_hours=24,
    ),
    "washington": Known(
        ROUTINE,
        (*CLOSED, "theft at an abortion clinic"),
        purposes=SECONDARY,
        audit_days=365,
        silent=QUIET,
        alerts=FELONIES,
    ),
}


def test_every_profile_that_ships_stands_here() -> None:
    assert set(STATES) == set(profiles())


@pytest.mark.parametrize("name", STATES)
def test_a_profile_says_what_its_law_was_found_to_say(name: str) -> None:
    known, policy = STATES[name], law_alone(name)
    for text in known.passes:
        assert policy.judge_purpose(text).allowed, text
    for text in known.refused:
        verdict = policy.judge_purpose(text)
        assert not verdict.allowed, text
        assert policy.purposes.source in verdict.reason
    assert (policy.profile.purposes and policy.profile.purposes.confidence) is known.purposes
    received = policy.receives(AgencyRef("a neighbor", AgencyKind.LAW_ENFORCEMENT, known.neighbor))
    assert (received.requires if received.allowed else None) == known.outside
    assert policy.audit_every == (None if known.audit_days is None else timedelta(days=known.audit_days))
    assert not any(policy.may_notify(category) for category in known.silent)
    for category in (Category.STOLEN_VEHICLE, Category.STOLEN_PLATE, Category.MISSING_PERSON, Category.WANTED_PERSON):
        assert policy.may_notify(category), category
    is_closed = policy.profile.notify.permitted != "any"
    assert known.alerts == ({one for one in Category if policy.may_notify(one)} if is_closed else None)
    assert known.asks == (policy.profile.search and _asked(policy.search))
    assert policy.max_list_age == (known.list_hours and timedelta(hours=known.list_hours))


def _asked(rule: SearchRule) -> tuple[object, ...]:
    said = {"purpose": rule.purpose, "case": rule.case_number, "offense": rule.offense, "facts": rule.specific_facts}
    return (*(name for name, is_asked in said.items() if is_asked), *filter(None, [rule.warrant_after_days]))


@pytest.mark.parametrize("name", STATES)
def test_nothing_is_surer_than_its_source_and_nobody_private_receives_without_a_court(name: str) -> None:
    policy = law_alone(name)
    for place, fact in policy.profile.facts().items():
        assert date(2023, 1, 1) <= fact.as_of <= date(2027, 4, 1), place
        assert not (fact.confidence is READ and "not seen" in fact.note), place
    for kind in (AgencyKind.PRIVATE, AgencyKind.FEDERAL, AgencyKind.VENDOR, AgencyKind.PUBLIC):
        for state in (policy.profile.jurisdiction, "US-TX", None):
            verdict = policy.receives(AgencyRef("somebody", kind, state))
            if policy.sharing.allows(AgencyRef("somebody", kind, state)):
                assert (name, kind) == ("california", AgencyKind.PUBLIC)
            elif (name, kind) != ("north-carolina", AgencyKind.FEDERAL):
                assert not verdict.is_standing, (kind, state)


def test_minnesota_collects_plate_time_place_and_pictures_alone() -> None:
    collection = law_alone("minnesota").collection
    assert {one for one in Attribute if collection.permits(one)} == {
        Attribute.PLATE,
        Attribute.TIME,
        Attribute.PLACE,
        Attribute.PICTURES,
    }
    assert collection.confidence is READ
    assert all(law_alone("virginia").collection.permits(one) for one in Attribute)


def test_washington_names_places_where_nothing_is_collected() -> None:
    places = ("places of health care", "schools", "places of worship", "courts", "food banks")
    assert law_alone("washington").collection.not_at == places


def test_montana_keeps_its_audit_for_good_and_nobody_may_shorten_that() -> None:
    assert law_alone("montana").retention.audit == FOREVER


def test_lists_are_renewed_at_shift_start_in_nebraska_and_daily_in_arkansas_and_new_hampshire() -> None:
    rules = {name: load_profile(name).hotlists for name in profiles()}
    assert {name: rule.refresh for name, rule in rules.items() if rule is not None and rule.refresh} == {
        "nebraska": "shift_start",
        "arkansas": "daily",
        "new-hampshire": "daily",
    }
    databases = {name: len(rule.databases) for name, rule in rules.items() if rule is not None and rule.databases}
    assert databases == {"arkansas": 5, "maine": 4, "minnesota": 2}


def test_reads_are_preserved_on_request_in_four_states() -> None:
    found = {name: load_profile(name).preservation for name in profiles()}
    days = {name: (rule.days, rule.renewable) for name, rule in found.items() if rule is not None}
    assert days == {
        "utah": (14, None),
        "north-carolina": (365, True),
        "montana": (None, None),
        "nebraska": (None, None),
    }
    case = ("the plate", "dates and times", "specific facts")
    assert {name: (rule.by, rule.form, rule.needs) for name, rule in found.items() if rule is not None} == {
        "utah": (("law enforcement agency", "prosecutor", "defendant"), "written statement", ()),
        "north-carolina": (
            ("law enforcement agency", "party to a case"),
            "sworn written statement",
            ("the camera", *case, "the case and its parties"),
        ),
        "montana": (("law enforcement agency",), "sworn written statement", ("the cameras", *case)),
        "nebraska": (("law enforcement agency",), "written statement", ()),
    }


def test_a_person_compares_the_plate_before_a_stop_where_the_law_says_so() -> None:
    confirmed = {name for name in profiles() if (rule := load_profile(name).confirm) is not None and rule.visual}
    assert confirmed == {"kentucky", "montana", "new-hampshire", "virginia", "washington"}
    # A match alone is no reason for a stop; of Kentucky's law that is not known.
    alone = {name for name in confirmed if (rule := load_profile(name).confirm) and rule.is_suspicion is False}
    assert alone == confirmed - {"kentucky"}


COMMON = {
    *("criminal_investigation", "stolen_vehicle", "stolen_plate", "wanted_person", "missing_person"),
    *("endangered_person", "human_trafficking"),
}
PERMITTED = {
    **dict.fromkeys(("arkansas", "connecticut", "kentucky", "oregon", "utah", "washington"), ""),
    "idaho": "crash_investigation",
    "maine": "civil_order",
    "montana": "commercial_vehicles",
    "nebraska": "registration_or_insurance traffic_enforcement vehicle_equipment",
    "new-hampshire": "registration_or_insurance",
    "vermont": (
        "civil_order commercial_vehicles crash_investigation registration_or_insurance traffic_enforcement "
        "vehicle_equipment"
    ),
    "virginia": "ordinance_violation",
}
"""Where the law has a list of purposes: which are on it besides those that all of them have."""
FORBIDDEN = {
    **dict.fromkeys(("idaho", "north-carolina"), "traffic_enforcement"),
    **dict.fromkeys(("connecticut", "new-jersey"), "immigration_enforcement"),
    "illinois": "immigration_enforcement reproductive_care",
    **dict.fromkeys(
        ("new-mexico", "washington"),
        "immigration_enforcement reproductive_care gender_affirming_care protected_activity",
    ),
}


def test_a_list_of_purposes_has_each_of_them_and_what_is_forbidden_by_name_is() -> None:
    rules = {name: rule for name in profiles() if (rule := load_profile(name).purposes) is not None}
    allowed = {
        name: {one.value for one in Purpose if rule.verdict(frozenset({one})).allowed}
        for name, rule in rules.items()
        if rule.permitted != "any"
    }
    assert allowed == {name: {*COMMON, *more.split()} for name, more in PERMITTED.items()}
    forbidden = {name: {one.value for one in rule.forbidden} for name, rule in rules.items() if rule.forbidden}
    assert forbidden == {name: set(words.split()) for name, words in FORBIDDEN.items()}


LOOKED_AT = {
    "idaho": "the log of who looked, when and for what purpose",
    "minnesota": "whether data were classified, used and shared as the law asks",
    "montana": "the record of access",
    "new-jersey": "a random survey of accesses, with no misuse found; violations and complaints",
    "north-carolina": "what the written policy asks for",
    "virginia": "a sample of searches with their purposes",
    "washington": "the audit trail",
}


def test_an_audit_looks_at_what_the_law_says_and_minnesotas_is_somebody_elses() -> None:
    rules = {name: rule for name in profiles() if (rule := load_profile(name).audits) is not None}
    assert {name: "; ".join(rule.contents) for name, rule in rules.items()} == LOOKED_AT
    assert [name for name, rule in rules.items() if rule.independent] == ["minnesota"]


DUTIES = {
    "arkansas": ["evidence may be excluded"],
    "california": ["published policy", "federal agencies or agencies of other states"],
    "connecticut": ["model policy"],
    "georgia": ["shared with law enforcement"],
    "idaho": ["authorized personnel"],
    "illinois": ["declarations are kept"],
    "iowa": ["copies for a case"],
    "kentucky": ["a written policy is public"],
    "maine": ["data are confidential"],
    "nebraska": ["against the act"],
    "new-hampshire": ["readers are registered"],
    "north-carolina": ["calibration records", "training, supervision and audits"],
    "oregon": ["vendors encrypt"],
    "utah": ["permit"],
    "vermont": ["the state's server alone"],
    "virginia": [
        *("Division of Purchases and Supply", "whether it followed a notification"),
        *("Department of Criminal Justice Services every year", "state right-of-way needs a permit"),
        "Class 1 misdemeanor",
    ],
    "washington": ["registered with the attorney general"],
}


READ_THEMSELVES = {
    "arkansas": "purposes hotlists receive report duties.1",
    "california": "search duties.1",
    **dict.fromkeys(("florida", "iowa", "tennessee"), "retention.reads"),
    "minnesota": "collection purposes hotlists sharing audits report",
    "montana": "preservation",
    "nebraska": "notify retention.reads purposes report duties.1",
    "new-hampshire": "report",
    "new-jersey": "sharing audits report",
    "north-carolina": "purposes receive preservation report duties.1 duties.2",
    "utah": "notify purposes receive preservation duties.1",
}
UNCONFIRMED = {
    **dict.fromkeys(("connecticut", "kentucky", "new-mexico", "oregon"), "notify purposes"),
    **dict.fromkeys(("idaho", "montana", "new-hampshire", "utah", "washington"), ""),
    "maryland": "notify report",
    "nebraska": "preservation",
    "new-york": "notify retention.reads",
    "north-carolina": "notify audits",
    "virginia": "hotlists confirm audits",
}
"""Where no law's list of what may notify was found, that is all that is unconfirmed: the others are those here."""


def test_how_sure_a_statement_is_is_how_it_was_found() -> None:
    for name in profiles():
        facts = load_profile(name).facts()
        for told, sure in ((READ_THEMSELVES.get(name, ""), READ), (UNCONFIRMED.get(name, "notify"), UNSURE)):
            assert [place for place, fact in facts.items() if fact.confidence is sure] == told.split(), (name, sure)


def test_what_else_a_law_asks_for_is_shown_duty_by_duty() -> None:
    for name in profiles():
        duties = load_profile(name).duties
        told = DUTIES.get(name, [])
        assert len(duties) == len(told), name
        assert all(words in duty.what for words, duty in zip(told, duties, strict=True)), name


def test_a_profile_is_of_the_state_that_it_is_named_after() -> None:
    for name in profiles():
        assert load_profile(name).jurisdiction == parse_jurisdiction(name.replace("-", " ")), name


def test_maryland_gives_to_its_center_alone() -> None:
    policy = law_alone("maryland")
    for center in ("MCAC", "Maryland Coordination and Analysis Center"):
        assert policy.receives(AgencyRef(center, AgencyKind.FUSION_CENTER, "US-MD")).is_standing
    assert not policy.receives(AgencyRef("Baltimore PD", AgencyKind.LAW_ENFORCEMENT, "US-MD")).allowed
    assert not policy.receives(AgencyRef("another center", AgencyKind.FUSION_CENTER, "US-MD")).allowed
