"""Which type of offense a question is about, and where the law asks for it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from policy.decisions import law_alone
from policy.offenses import offense_of, offense_types, offenses_in
from policy.questions import Question, fault_of_question

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def fault(purpose: str, offense: str | None = None, profile: str = "virginia") -> str | None:
    question = Question(purpose, "26-117", NOW, None, offense)
    found = fault_of_question(law_alone(profile), question, NOW)
    return None if found is None else found.what


def test_the_codes_are_the_fbis_and_each_is_found_by_code_and_by_name() -> None:
    types = offense_types()
    assert len({one.code for one in types}) == len(types) == len({one.name for one in types})
    assert {"09A", "13A", "220", "23F", "240", "64B", "90Z"} <= {one.code for one in types}
    assert all(offense_of(one.code.lower()) == offense_of(one.name.title()) == one for one in types)


@pytest.mark.parametrize("text", ["", "24", "2400", "99Z", "car trouble", "240; drop table", "²⁴¹"])
def test_what_is_no_type_is_none(text: str) -> None:
    assert offense_of(text) is None


@pytest.mark.parametrize(
    ("purpose", "codes"),
    [
        ("stolen vehicle, Main Street", ["240"]),
        ("hit and run", ["90Z"]),
        ("criminal_investigation: series of thefts from cars", ["23F"]),
        ("thefts at the mall", ["23H"]),
        ("aggravated assault", ["13A"]),
        ("assault in the park", ["13B"]),
        ("human trafficking", ["64A", "64B"]),
        ("robbery and arson", ["120", "200"]),
        ("missing child", []),
    ],
)
def test_words_name_types_and_the_longer_phrase_wins(purpose: str, codes: list[str]) -> None:
    assert [one.code for one in offenses_in(purpose)] == codes


CALLED = {
    "09A": ("murders", "homicide", "a suspicious death", "death investigation"),
    "100": ("kidnapping", "abduction", "hostages", "AMBER alert"),
    "11A": ("rapes",),
    "11D": ("sexual assaults", "sexual battery", "sex offenses", "molestation", "fondling"),
    "120": ("robberies", "carjacking", "holdup", "jugging"),
    "13A": (
        *("aggravated assaults", "felonious assault", "malicious wounding", "shooting", "shots fired", "man shot"),
        *("stabbing", "drive-by"),
    ),
    "13B": ("assaults", "battery", "domestic violence", "DV"),
    "13C": ("threats", "intimidation", "stalking", "harassment", "brandishing", "swatting"),
    "200": ("arsonist",),
    "210": ("extortion", "blackmail"),
    "220": ("burglaries", "break-ins", "breaking and entering", "B&E"),
    "09B": ("manslaughter", "negligent homicides"),
    "11B": ("sodomy",),
    "23A": ("pickpockets", "pocket-picking"),
    "23B": ("purse snatching",),
    "23C": ("shoplifting", "organized retail", "retail thefts"),
    "23D": ("thefts from buildings", "package thefts", "porch pirates"),
    "23F": (
        *("theft from cars", "thefts from vehicle", "theft from autos", "thefts from motor vehicles"),
        *("larceny from vehicles", "smash and grab"),
    ),
    "23G": (
        *("catalytic converters", "stolen plates", "stolen tag", "stolen license plates", "plate thefts", "tag theft"),
        *("theft of plates", "stolen parts", "lost or stolen plate"),
    ),
    "23H": ("larcenies", "theft", "thief", "thieves", "stole a bike", "stealing"),
    "240": (
        *(
            "stolen vehicles",
            "stolen car",
            "stolen auto",
            "stolen truck",
            "stolen motorcycle",
            "stolen van",
            "stolen SUV",
        ),
        *(
            "stolen trailer",
            "stolen rental",
            "stolen pickup",
            "vehicle theft",
            "auto thefts",
            "car theft",
            "truck theft",
        ),
        *("motor vehicle theft", "theft of vehicles", "theft of motor vehicle", "GTA", "MVT", "UUMV", "joyriding"),
        *("unauthorized use of a car", "recovered vehicle", "recovered stolen"),
    ),
    "250": ("counterfeit bills", "forgery"),
    "26A": ("scams", "swindler", "false pretenses", "fraud", "bad checks"),
    "26B": ("credit cards", "card frauds", "skimming"),
    "26C": ("impersonating",),
    "26D": ("welfare fraud",),
    "26E": ("wire fraud",),
    "26F": ("identity thefts",),
    "26G": ("hacking",),
    "26H": ("money laundering",),
    "270": ("embezzlement",),
    "280": ("stolen property", "stolen goods", "receiving stolen things"),
    "290": ("vandals", "destruction of property", "property damage", "graffiti"),
    "35A": (
        *("drugs", "narcotics", "fentanyl", "heroin", "cocaine", "meth", "methamphetamine", "opioids", "overdoses"),
    ),
    "35B": ("paraphernalia",),
    "36A": ("incest",),
    "36B": ("statutory rape",),
    "370": ("pornography", "CSAM"),
    "39A": ("gambling",),
    "40A": ("prostitution",),
    "40B": ("pimping", "pandering"),
    "510": ("bribery",),
    "520": ("guns", "firearms", "weapons"),
    "526": ("explosives", "bombs"),
    "64A": ("human trafficking", "sex trafficking", "trafficking victims", "trafficking of persons"),
    "64B": ("human trafficking", "labor trafficking", "trafficking victims", "trafficking of persons"),
    "720": ("animal cruelty", "cruelty to animals", "dog fighting"),
    "90B": ("curfew", "loitering"),
    "90C": ("disorderly", "rioters", "looting"),
    "90D": ("DUI", "DWI", "drunk driver", "impaired driving"),
    "90F": ("child abuse", "elder abuse", "neglect", "custodial interference"),
    "90G": ("liquor",),
    "90J": ("trespassing",),
    "90K": ("failure to appear", "FTA"),
    "90M": ("perjury",),
    "90Z": (
        *("hit and run", "hit-run", "H&R", "leaving the scene", "eluding", "evading", "fled", "fleeing", "pursuits"),
        *(
            "reckless driver",
            "street racing",
            "protective order violations",
            "violation of protective orders",
            "peeping",
        ),
        *("voyeurism", "illegal dumping", "escape", "escaped", "poaching", "hazing"),
    ),
}
ONLY_BY_CODE = {"09C", "11C", "23E", "39B", "39C", "39D", "40C", "521", "522", "90L"}


def test_crimes_are_known_whatever_they_are_called() -> None:
    for code, texts in CALLED.items():
        assert [text for text in texts if code not in {one.code for one in offenses_in(text)}] == []
    assert {one.code for one in offense_types()} == set(CALLED) | ONLY_BY_CODE


def test_a_code_has_the_fbis_name() -> None:
    told = {
        "09A": "murder and nonnegligent manslaughter",
        "100": "kidnapping, abduction",
        "120": "robbery",
        "13A": "aggravated assault",
        "13B": "simple assault",
        "200": "arson",
        "220": "burglary, breaking and entering",
        "23F": "theft from a motor vehicle",
        "23H": "all other larceny",
        "240": "motor vehicle theft",
        "280": "stolen property offenses",
        "35A": "drug and narcotic violations",
        "520": "weapon law violations",
        "64A": "human trafficking, commercial sex acts",
        "90D": "driving under the influence",
        "90Z": "all other offenses",
    }
    assert {one.code: one.name for one in offense_types() if one.code in told} == told


def test_where_the_law_asks_for_it_the_type_is_given_or_named() -> None:
    assert fault("criminal_investigation: the matter of last night") == "the type of offense"
    assert fault("criminal_investigation: the matter of last night", "220") is None
    assert fault("criminal_investigation: the matter of last night", "Burglary, breaking and entering") is None
    assert fault("burglary on Elm Street") is None
    assert fault("missing child") is None
    assert fault("missing child, suspect of a crime") == "the type of offense"
    assert fault("wanted person, felony warrant") is None
    assert fault("criminal_investigation: the matter of last night", profile="california") is None


def test_what_is_given_has_to_be_a_type_wherever_it_is() -> None:
    for profile in ("virginia", "california"):
        assert fault("burglary on Elm Street", "999", profile) == "the type of offense"
        assert fault("burglary on Elm Street", "", profile) == "the type of offense"


@pytest.mark.parametrize(
    "purpose",
    [
        "stolen_vehicle: stolen vehicle",
        "stolen_vehicle: STOLEN-vehicle.",
        "stolen_vehicle:",
        "stolen_vehicle: .",
        "stolen_vehicle: test",
        "stolen_vehicle: 26-117",
        "stolen_vehicle: 240",
        "stolen_vehicle, stolen_plate: vehicle",
        "criminal_investigation: Criminal Investigation",
    ],
)
def test_a_reason_that_repeats_the_purpose_is_none(purpose: str) -> None:
    assert fault(purpose, "240") == "the reason behind the purpose's name"
    assert fault(purpose, "240", "california") == "the reason behind the purpose's name"


def test_a_reason_that_says_something_besides_is_one() -> None:
    assert fault("stolen_vehicle: stolen vehicle, seen at Main Street") is None
    assert fault("stolen vehicle, seen leaving Main Street at 21:40") is None
    assert fault("stolen vehicle: 21:40, Main Street") is None
