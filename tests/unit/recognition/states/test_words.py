"""What the words on a plate say of its state."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import numpy as np
import pytest

from recognition.reading.text_lines import TextLine
from recognition.reading.text_networks import CHARACTERS
from recognition.states.looks import ABROAD, CLASSES
from recognition.states.words import row_scores, rows_of, text_scores
from schemas.types import Box


def steps_of(text: str, sureness: float = 0.98) -> np.ndarray:
    """What the text network gives for clear letters: each in two steps, a blank after it."""
    columns = [column for letter in text for column in (CHARACTERS.index(letter), CHARACTERS.index(letter), 0)]
    steps = np.full((len(columns), len(CHARACTERS)), (1 - sureness) / len(CHARACTERS), np.float32)
    steps[np.arange(len(columns)), columns] += np.float32(sureness)
    return steps


def line(text: str, box: tuple[float, float, float, float] = (0, 0, 100, 20), sureness: float = 0.98) -> TextLine:
    return TextLine(text, sureness, Box(*box), steps_of(text, sureness))


def best(*lines: TextLine, plate: str = "") -> str | None:
    scores = text_scores(lines, plate)
    return CLASSES[int(scores.argmax())] if scores.max() > 0 else None


@pytest.mark.parametrize(
    ("text", "jurisdiction"),
    [
        ("California", "US-CA"),
        ("dmv.ca.gov", "US-CA"),
        ("MAINE", "US-ME"),
        ("Virginia", "US-VA"),
        ("WEST VIRGINIA", "US-WV"),
        ("KANSAS", "US-KS"),
        ("Arkansas", "US-AR"),
        ("WASHINGTON", "US-WA"),
        ("WASHINGTON, DC", "US-DC"),
        ("First in Flight", "US-NC"),
        ("LIVE FREE OR DIE", "US-NH"),
        ("ONTARIO", ABROAD),
        ("NEW SOUTH WALES", ABROAD),
    ],
)
def test_a_phrase_names_its_state(text: str, jurisdiction: str) -> None:
    assert best(line(text)) == jurisdiction


PRINTED = """
    AL Alabama/Heart of Dixie, AK Alaska/The Last Frontier, AZ Arizona/Grand Canyon State,
    AR Arkansas/The Natural State, CA California/The Golden State, CO Colorado/Respect Wildlife,
    CT Connecticut/Constitution State,
    DE Delaware/The First State, DC District of Columbia/Taxation Without Representation, FL Florida/Sunshine State,
    GA Georgia/Peach State, HI Hawaii/Aloha State, ID Idaho/Famous Potatoes, IL Illinois/Land of Lincoln,
    IN Indiana/Hoosier State, IA Iowa/Corn State, KS Kansas/Wheat State, KY Kentucky/Bluegrass State,
    LA Louisiana/Sportsman's Paradise, ME Maine/Vacationland, MD Maryland/Treasure the Chesapeake,
    MA Massachusetts/The Spirit of America, MI Michigan/Great Lakes, MN Minnesota/10000 Lakes,
    MS Mississippi/The Hospitality State, MO Missouri/Show-Me State, MT Montana/Big Sky Country,
    NE Nebraska/Cornhusker State, NV Nevada/The Silver State, NH New Hampshire/Live Free or Die,
    NJ New Jersey/Garden State, NM New Mexico/Land of Enchantment, NY New York/Empire State,
    NC North Carolina/First in Flight, ND North Dakota/Peace Garden State, OH Ohio/Birthplace of Aviation,
    OK Oklahoma/Native America, OR Oregon/Pacific Wonderland, PA Pennsylvania/Keystone State,
    RI Rhode Island/Ocean State, SC South Carolina/Smiling Faces Beautiful Places,
    SD South Dakota/Great Faces Great Places, TN Tennessee/The Volunteer State,
    TX Texas/The Lone Star State, UT Utah/Greatest Snow on Earth,
    VT Vermont/Green Mountain State, VA Virginia/Virginia Is for Lovers, WA Washington/Evergreen State,
    WV West Virginia/Wild Wonderful, WI Wisconsin/America's Dairyland, WY Wyoming/Forever West
"""


def test_every_state_has_its_name_and_what_its_plates_are_known_for() -> None:
    states = [state.split(" ", 1) for state in " ".join(PRINTED.split()).split(", ")]
    known = tomllib.loads(files("recognition.states").joinpath("words.toml").read_text("utf-8"))
    assert known.keys() == {*(f"US-{state}" for state, _ in states), "abroad"}
    for state, (name, words) in ((f"US-{state}", texts.split("/")) for state, texts in states):
        assert name in known[state]["names"]
        assert words in known[state]["words"]
        # A name stands under its state alone, or plates of another would be taken for its own.
        assert [other for other in known if name in known[other]["names"] + known[other]["words"]] == [state]


@pytest.mark.parametrize(
    ("text", "jurisdiction"),
    [
        ("ALIFORNIA", "US-CA"),
        ("MINNES0TA", "US-MN"),
        ("KINIANA", "US-IN"),
        ("PENNSYLVAN", "US-PA"),
    ],
)
def test_damaged_words_still_name_it(text: str, jurisdiction: str) -> None:
    assert best(line(text)) == jurisdiction


def test_a_letter_that_the_network_half_saw_counts() -> None:
    steps = steps_of("ORECON")
    seen = steps.copy()
    place = [index for index, letter in enumerate("ORECON") for _ in range(3) if letter == "C"]
    seen[[3 * i + k for i in set(place) for k in range(2)], CHARACTERS.index("G")] = 0.4
    oregon = CLASSES.index("US-OR")
    assert row_scores(seen)[oregon] > row_scores(steps)[oregon]


@pytest.mark.parametrize("text", ["JAN", "2014", "FORD", "ABC1234", "x"])
def test_other_words_name_none(text: str) -> None:
    assert best(line(text)) is None


def test_the_serial_is_no_word() -> None:
    assert best(line("OREGON"), plate="OREGON") is None
    assert best(line("OREGON"), plate="ABC123") == "US-OR"


def test_a_name_around_an_emblem_is_one_row() -> None:
    new, york = line("NEW", (0, 0, 60, 20)), line("YORK", (100, 2, 180, 21))
    below = line("EMPIRE STATE", (0, 70, 180, 90))
    assert [[part.text for part in row] for row in rows_of([york, below, new])] == [["EMPIRE STATE"], ["NEW", "YORK"]]
    assert best(york, new) == "US-NY"


def test_two_words_of_one_state_say_more_than_one() -> None:
    name, slogan = line("ALASKA"), line("THE LAST FRONTIER", (0, 80, 100, 100))
    index = CLASSES.index("US-AK")
    assert text_scores([name, slogan], "")[index] > text_scores([name], "")[index] > 0


def test_no_lines_say_nothing() -> None:
    assert not text_scores([], "ABC").any()
    assert not row_scores(np.zeros((0, len(CHARACTERS)), np.float32)).any()


@pytest.mark.parametrize(
    ("second", "is_row"),
    [
        # More than half of the higher one is shared.
        *(
            ((100, 9, 180, 29), True),
            ((100, 10, 180, 30), False),
            ((100, -9, 180, 11), True),
            ((100, -10, 180, 10), False),
        ),
        *(
            ((100, 0, 180, 39), True),
            ((100, 0, 180, 40), False),
            ((100, 0, 180, 10.5), True),
            ((100, 0, 180, 10), False),
        ),
    ],
)
def test_lines_are_one_row_where_they_share_half_of_their_height(
    second: tuple[float, float, float, float], *, is_row: bool
) -> None:
    rows = rows_of([line("B", second), line("A", (0, 0, 60, 20))])
    assert [[one.text for one in row] for row in rows] == ([["A", "B"]] if is_row else [["A"], ["B"]])


@pytest.mark.parametrize(("serial", "is_serial"), [("OREGXY", False), ("OREGX", True), ("OREGO1", True)])
def test_a_row_that_is_much_like_the_serial_is_no_word(serial: str, *, is_serial: bool) -> None:
    # What two texts share, twice, of the letters that both have: from seven tenths on.
    assert best(line("OREGON"), plate=serial) == (None if is_serial else "US-OR")
    assert best(line("Ore gon"), plate="OREGON") is None
