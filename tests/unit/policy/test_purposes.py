"""What a search is for, in people's words and by law."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.decisions import law_alone, open_policy
from policy.purposes import PurposeRule, purpose_of_category, purposes_in
from schemas.errors import ConfigurationError
from schemas.settings import PolicySettings, Settings
from schemas.types import SENSITIVE, Category, Purpose

FACT: dict[str, Any] = {"citation": "Law 1", "as_of": date(2026, 1, 1), "confidence": "read"}


@pytest.mark.parametrize(
    ("text", "purpose"),
    [
        ("stolen vehicle, seen at Main Street", Purpose.STOLEN_VEHICLE),
        ("STOLEN CARS ring", Purpose.STOLEN_VEHICLE),
        ("stolen_vehicle: the one of Monday", Purpose.STOLEN_VEHICLE),
        ("Stolen Vehicle", Purpose.STOLEN_VEHICLE),
        ("stolen tag on a rental", Purpose.STOLEN_PLATE),
        ("Missing person", Purpose.MISSING_PERSON),
        ("missing child", Purpose.MISSING_PERSON),
        ("AMBER alert", Purpose.ENDANGERED_PERSON),
        ("felony warrant service", Purpose.WANTED_PERSON),
        ("hit & run, Main Street", Purpose.CRIMINAL_INVESTIGATION),
        ("hit-and-run with injury", Purpose.CRASH_INVESTIGATION),
        ("homicide 26-117", Purpose.CRIMINAL_INVESTIGATION),
        ("DUI", Purpose.CRIMINAL_INVESTIGATION),
        ("human trafficking at a motel", Purpose.HUMAN_TRAFFICKING),
        ("city code violation, dumping", Purpose.ORDINANCE_VIOLATION),
        ("expired registration", Purpose.REGISTRATION_OR_INSURANCE),
        ("speeding complaint", Purpose.TRAFFIC_ENFORCEMENT),
        ("violation of a restraining order", Purpose.CIVIL_ORDER),
        ("immigration", Purpose.IMMIGRATION_ENFORCEMENT),
        ("Assist ICE", Purpose.IMMIGRATION_ENFORCEMENT),
        ("I.C.E. detainer", None),
        ("im\u200bmigration", Purpose.IMMIGRATION_ENFORCEMENT),
        ("ERO - deportation", Purpose.IMMIGRATION_ENFORCEMENT),
        ("investigation of an abortion", Purpose.REPRODUCTIVE_CARE),
        ("gender-affirming care provider", Purpose.GENDER_AFFIRMING_CARE),
        ("protest at city hall", Purpose.PROTECTED_ACTIVITY),
        ("because I want to", None),
        ("curiosity", None),
    ],
)
def test_words_name_purposes(text: str, purpose: Purpose | None) -> None:
    assert purpose in purposes_in(text) if purpose else not purposes_in(text) - {Purpose.IMMIGRATION_ENFORCEMENT}


SENSITIVE_WORDS = {
    Purpose.IMMIGRATION_ENFORCEMENT: (
        *("immigrants", "migrants at the depot", "deporting a family", "a removal order", "undocumented driver", "ICE"),
        *("for ERO", "ice hold", "ice detainers", "CBP", "border patrol", "USBP", "illegal aliens", "illegals"),
        *("aliens", "visa overstays", "civil removal", "is removable", "citizenship", "287(g)", "287g task force"),
        *("Customs and Border Protection", "enforcement and removal"),
    ),
    Purpose.REPRODUCTIVE_CARE: (
        *("abortions", "reproductive health", "Planned Parenthood", "a miscarriage", "contraception"),
    ),
    Purpose.GENDER_AFFIRMING_CARE: (
        *("gender-affirming", "transgender youth", "gender care", "gender transitions", "hormone therapy"),
        "puberty blockers",
    ),
    Purpose.PROTECTED_ACTIVITY: (
        *("protesters", "demonstrators", "a rally", "rallies", "march participants", "activists", "picketing"),
        *("union organizers", "mosques", "church attendance", "a synagogue", "political opinions"),
        *("political affiliations", "journalists", "First Amendment", "religion", "religious beliefs"),
    ),
}


def test_whatever_somebody_calls_a_sensitive_purpose_it_is_known() -> None:
    for purpose, texts in SENSITIVE_WORDS.items():
        assert [text for text in texts if purpose not in purposes_in(text)] == []


USUAL_WORDS = {
    Purpose.STOLEN_VEHICLE: (
        "stolen vehicles|stolen car|stolen auto|stolen trucks|stolen motorcycle|stolen van|stolen SUV|stolen trailer|"
        "stolen boats|stolen rentals|stolen pickup|vehicle thefts|auto theft|car thefts|truck theft|"
        "motor vehicle thefts|"
        "theft of vehicles|theft of motor vehicle|GTA|MVT|UUMV|joyriding|carjacking|unauthorized use of a car|"
        "recovered vehicles|recovered stolen"
    ),
    Purpose.STOLEN_PLATE: (
        "stolen plates|stolen tags|stolen license plate|plate thefts|tag theft|theft of plates|cloned plates|"
        "plate cloning|fictitious plates|fictitious tag|switched plates|lost plate|lost or stolen plates"
    ),
    Purpose.WANTED_PERSON: (
        "wanted|warrants|fugitives|bench warrant|capias|absconders|escapee|probation violations|parole violation|"
        "failure to appear|FTA"
    ),
    Purpose.MISSING_PERSON: (
        "missing|runaways|amber|silver alerts|Ashanti alert|senior alert|abducted|kidnapping|lost children|"
        "welfare checks|welfare concerns"
    ),
    Purpose.ENDANGERED_PERSON: (
        "endangered|amber|abducted|kidnapped|suicidal|silver alert|Ashanti alert|senior alerts|at risk|dementia|"
        "Alzheimer's|welfare check|welfare concern|blue alerts|self-harm|threat to life|imminent danger|hostages"
    ),
    Purpose.HUMAN_TRAFFICKING: (
        "human trafficking|sex trafficking|labor trafficking|trafficking victims|trafficking of persons"
    ),
    Purpose.CRIMINAL_INVESTIGATION: (
        "criminal|crimes|felony|misdemeanors|investigating|suspects|homicides|murdered|manslaughter|robbery|burglaries|"
        "larceny|thefts|thieves|stole|stealing|shoplifting|break-ins|breaking and entering|assaulted|battery|wounding|"
        "rape|sexually|sex offenses|molestation|arson|shootings|shots|shot|guns|firearms|weapons|brandishing|stabbing|"
        "kidnapping|abduction|carjacking|drugs|narcotics|fentanyl|heroin|cocaine|meth|methamphetamine|opioids|overdoses|"
        "trafficking|smuggling|contraband|fraudulent|forgery|embezzling|scams|counterfeiting|extortion|blackmail|bribery|"
        "vandalism|destruction of property|property damage|hit and run|hit-run|H&R|leaving the scene|DUI|DWI|"
        "drunk driver|impaired driving|eluding|evading|pursuits|fled|fleeing|reckless driving|street racing|stalking|"
        "harassment|threatening|domestic violence|DV|domestic disturbances|protective order violations|"
        "violation of protective orders|child abuse|neglect|exploitation|prostitution|gangs|organized retail|"
        "catalytic converters|terrorism|bombing|explosives|swatting|looting|rioters|trespassing|peeping|voyeurism|"
        "cruelty|poaching|jugging|smash and grab|violently|victims|perpetrators|evidence|offenses|offences|BOLOs|"
        "be on the lookout|getaway|racketeering|RICO|money laundering|hazing|escape|escaped|death investigation|"
        "suspicious death|unlawfully|illegal dumping|stolen"
    ),
    Purpose.ORDINANCE_VIOLATION: (
        "ordinances|city code|county code|town codes|municipal code|code violations|code enforcement|noise complaints|"
        "littering|illegal dumping"
    ),
    Purpose.CRASH_INVESTIGATION: (
        "crashes|collisions|accidents|hit and run|hit-run|leaving the scene|wrecked|fatality"
    ),
    Purpose.TRAFFIC_ENFORCEMENT: (
        "traffic enforcement|traffic violations|traffic infraction|parking|speeding|speed enforcement|red lights|"
        "stop signs|tolls|HOV|infractions|school zones"
    ),
    Purpose.REGISTRATION_OR_INSURANCE: (
        "registrations|expired tags|expired plate|uninsured|insurance|inspections|suspended license|suspended drivers"
    ),
    Purpose.VEHICLE_EQUIPMENT: "equipment|window tinting|exhaust|headlights|taillight|emissions",
    Purpose.COMMERCIAL_VEHICLES: (
        "commercial vehicles|motor carriers|trucking|truck weight|weigh stations|overweight|oversized|CDL|"
        "DOT inspections"
    ),
    Purpose.CIVIL_ORDER: (
        "civil orders|court order|protective orders|protection order|restraining orders|emergency protective|"
        "custody orders|ECPO|red flag orders"
    ),
}


def test_what_people_type_is_known_for_what_it_is() -> None:
    for purpose, texts in USUAL_WORDS.items():
        assert [text for text in texts.split("|") if purpose not in purposes_in(f"about {text}, Elm Street")] == []
    # A word is no part of another one.
    for text in ("notice to the police officer", "prototypes of icebergs", "missingham lane", "shotgate, meths"):
        assert purposes_in(text) == frozenset(), text


def test_a_name_before_a_colon_is_what_counts_and_hides_nothing() -> None:
    assert purposes_in("criminal_investigation: a missing dog") == {Purpose.CRIMINAL_INVESTIGATION}
    assert purposes_in("Stolen vehicle, missing person: seen together") >= {Purpose.STOLEN_VEHICLE}
    hidden = purposes_in("criminal_investigation: deportation of a family")
    assert hidden == {Purpose.CRIMINAL_INVESTIGATION, Purpose.IMMIGRATION_ENFORCEMENT}
    # What stands before it is no purpose's name: then the words count.
    assert Purpose.CRIMINAL_INVESTIGATION in purposes_in("Portsmouth: burglary series")


@given(st.text(max_size=60))
def test_any_text_names_some_purposes_or_none_and_case_does_not_count(text: str) -> None:
    named = purposes_in(text)
    assert named <= set(Purpose)
    if text.isascii():
        assert purposes_in(text.upper()) == purposes_in(text.lower())


@given(
    st.frozensets(st.sampled_from(Purpose)),
    st.frozensets(st.sampled_from(Purpose)),
    st.frozensets(st.sampled_from(Purpose)),
)
def test_what_is_forbidden_never_passes_and_a_closed_list_lets_nothing_else_through(
    named: frozenset[Purpose], permitted: frozenset[Purpose], forbidden: frozenset[Purpose]
) -> None:
    rule = PurposeRule(**FACT, permitted=tuple(permitted), forbidden=tuple(forbidden))
    verdict = rule.verdict(named)
    if named & forbidden or not named & permitted or (named & SENSITIVE) - permitted:
        assert not verdict.allowed
    else:
        assert verdict.allowed
    assert "Law 1 (2026-01-01)" in verdict.reason
    any_rule = PurposeRule(**FACT, forbidden=tuple(forbidden))
    assert any_rule.verdict(named).allowed is not bool(named & forbidden)


def test_an_agency_opens_a_list_with_a_reason_and_closes_what_it_likes() -> None:
    def policy(profile: str = "virginia", **own: Any) -> Any:
        return open_policy(Settings(policy=PolicySettings(profile=profile, **own)))

    assert not policy().judge_purpose("speeding complaint").allowed
    opened: dict[str, Any] = {"also_purposes": (Purpose.TRAFFIC_ENFORCEMENT,), "also_purposes_reason": "counsel"}
    assert policy(**opened).judge_purpose("speeding complaint").allowed
    closed = policy(never_purposes=(Purpose.STOLEN_PLATE,)).judge_purpose("stolen plate")
    assert (closed.allowed, "policy.never_purposes" in closed.reason) == (False, True)
    assert not policy("iowa", never_purposes=(Purpose.STOLEN_PLATE,)).judge_purpose("stolen plate").allowed
    with pytest.raises(ValueError, match="also_purposes_reason: who opened the list"):
        PolicySettings(also_purposes=(Purpose.TRAFFIC_ENFORCEMENT,))
    with pytest.raises(ValueError, match="both name stolen_plate"):
        policy(**{**opened, "also_purposes": (Purpose.STOLEN_PLATE,)}, never_purposes=(Purpose.STOLEN_PLATE,))
    with pytest.raises(
        ConfigurationError, match=r"'policy.also_purposes': immigration_enforcement is forbidden by 625"
    ):
        policy("illinois", also_purposes=(Purpose.IMMIGRATION_ENFORCEMENT,), also_purposes_reason="somebody")


def test_every_category_has_a_purpose_and_what_has_no_narrower_one_is_an_investigation() -> None:
    meant = {
        Purpose.STOLEN_VEHICLE: {Category.STOLEN_VEHICLE, Category.STOLEN_BOAT},
        Purpose.STOLEN_PLATE: {Category.STOLEN_PLATE, Category.LOST_PLATE},
        Purpose.WANTED_PERSON: {Category.WANTED_PERSON},
        Purpose.MISSING_PERSON: {Category.MISSING_PERSON},
        Purpose.ENDANGERED_PERSON: {
            *(Category.CHILD_ABDUCTION, Category.CHILD_SAFETY_CHECK, Category.ENDANGERED_PERSON),
        },
        Purpose.HUMAN_TRAFFICKING: {Category.HUMAN_TRAFFICKING},
        Purpose.CIVIL_ORDER: {Category.PROTECTION_ORDER},
        Purpose.IMMIGRATION_ENFORCEMENT: {Category.IMMIGRATION},
        Purpose.REGISTRATION_OR_INSURANCE: {
            *(Category.SUSPENDED_REGISTRATION, Category.EXPIRED_REGISTRATION, Category.UNINSURED),
        },
        Purpose.TRAFFIC_ENFORCEMENT: {Category.SUSPENDED_LICENSE},
    }
    narrower = {category: purpose for purpose, categories in meant.items() for category in categories}
    expected = dict.fromkeys(Category, Purpose.CRIMINAL_INVESTIGATION) | narrower
    assert {category: purpose_of_category(category) for category in Category} == expected


def test_where_nothing_is_known_whatever_is_said_in_words_passes() -> None:
    policy = law_alone("alabama")
    assert policy.judge_purpose("because I want to").allowed
    assert "Platewatch's default" in policy.purposes.citation
