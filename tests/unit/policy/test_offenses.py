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
}


def test_crimes_against_people_and_homes_are_known_whatever_they_are_called() -> None:
    for code, texts in CALLED.items():
        assert [text for text in texts if code not in {one.code for one in offenses_in(text)}] == []


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
