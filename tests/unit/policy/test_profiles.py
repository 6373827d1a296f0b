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
from schemas.types import Category


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
        silent=(Category.UNINSURED, Category.EXPIRED_REGISTRATION),
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
    assert "schools" in law_alone("washington").collection.not_at


def test_montana_keeps_its_audit_for_good_and_nobody_may_shorten_that() -> None:
    assert law_alone("montana").retention.audit == FOREVER


def test_lists_are_renewed_at_shift_start_in_nebraska_and_daily_in_arkansas_and_new_hampshire() -> None:
    rules = {name: load_profile(name).hotlists for name in profiles()}
    assert {name: rule.refresh for name, rule in rules.items() if rule is not None and rule.refresh} == {
        "nebraska": "shift_start",
        "arkansas": "daily",
        "new-hampshire": "daily",
    }
    arkansas = rules["arkansas"]
    assert arkansas is not None
    assert (len(arkansas.databases), law_alone("arkansas").max_list_age) == (5, timedelta(hours=24))


def test_reads_are_preserved_on_request_in_four_states() -> None:
    found = {name: load_profile(name).preservation for name in profiles()}
    days = {name: (rule.days, rule.renewable) for name, rule in found.items() if rule is not None}
    assert days == {
        "utah": (14, None),
        "north-carolina": (365, True),
        "montana": (None, None),
        "nebraska": (None, None),
    }
    utah = found["utah"]
    assert utah is not None
    assert "defendant" in utah.by


def test_a_person_compares_the_plate_before_a_stop_where_the_law_says_so() -> None:
    confirmed = {name for name in profiles() if (rule := load_profile(name).confirm) is not None and rule.visual}
    assert confirmed == {"kentucky", "montana", "new-hampshire", "virginia", "washington"}


def test_what_has_to_be_signed_is_said() -> None:
    signed = {name: rule.declares for name in profiles() if (rule := load_profile(name).attestation) is not None}
    assert set(signed) == {"connecticut", "illinois", "new-jersey", "new-mexico"}


def test_reports_are_queries_where_platewatch_counts_it_itself() -> None:
    for name in ("virginia", "arkansas", "nebraska", "north-carolina", "minnesota", "washington", "vermont"):
        report = load_profile(name).report
        assert report is not None
        assert any(field.query is not None for field in report.fields), name


def test_vermont_asks_for_the_facts_and_for_a_warrant_after_six_months() -> None:
    search = law_alone("vermont").search
    assert (search.specific_facts, search.warrant_after_days) == (True, 181)


def test_maryland_gives_to_its_center_alone() -> None:
    policy = law_alone("maryland")
    assert policy.receives(AgencyRef("MCAC", AgencyKind.FUSION_CENTER, "US-MD")).is_standing
    assert not policy.receives(AgencyRef("Baltimore PD", AgencyKind.LAW_ENFORCEMENT, "US-MD")).allowed
    assert not policy.receives(AgencyRef("another center", AgencyKind.FUSION_CENTER, "US-MD")).allowed
