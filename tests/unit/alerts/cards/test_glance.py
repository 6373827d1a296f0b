"""What a driver may read while the car moves: never more than twelve words, and always what matters."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from alerts.cards.card import Card, Place
from alerts.cards.features import Feature
from alerts.cards.glance import Phrase, glance, rest
from alerts.cards.places import compass_word, where_words
from schemas.types import CarState, Category, StateKind
from tests.unit.alerts.cards.made import alert, card

MOST_WORDS = 12

TEXT = st.text(max_size=60)
STATES = st.sampled_from([None, "", "VA", "NC", "N C", "a very long name of a state"])
FEATURES = st.builds(
    Feature,
    st.sampled_from(["state", "class", "color", "make", "year"]),
    STATES,
    STATES,
    st.sampled_from([True, False, None]),
)


def shown(**changes: object) -> Card:
    return dataclasses.replace(card(), **changes)  # type: ignore[arg-type]


def words(of: Card, *, old: bool = False) -> list[str]:
    return " ".join(one.words for one in glance(of, is_list_old=old)).split()


@given(
    category=st.sampled_from([one.value.replace("_", " ") for one in Category]),
    listed=TEXT.filter(lambda text: bool(text.split())),
    states=st.tuples(STATES, STATES),
    features=st.lists(FEATURES, max_size=6),
    movement=TEXT,
    heading=st.none() | st.floats(-720, 720),
    vehicles=st.tuples(TEXT, TEXT),
    canceled=st.none() | TEXT,
    old=st.booleans(),
)
def test_there_are_never_more_than_twelve_words_and_what_matters_is_among_them(
    category: str,
    listed: str,
    states: tuple[str | None, str | None],
    features: list[Feature],
    movement: str,
    heading: float | None,
    vehicles: tuple[str, str],
    canceled: str | None,
    old: bool,
) -> None:
    place = Place("front", "front", None, None, None, heading, movement, "")
    of = shown(
        category=category,
        listed=listed,
        seen_state=states[0],
        listed_state=states[1],
        features=tuple(features),
        place=place,
        vehicle_seen=vehicles[0],
        vehicle_listed=vehicles[1],
        canceled=canceled,
    )
    found = words(of, old=old)
    assert 1 < len(found) <= MOST_WORDS
    assert "".join(listed.split()) in found
    assert category in " ".join(found)
    assert ("TAKEN" in found) or not canceled
    assert ("read," in found) is of.is_other_state


def test_states_that_differ_come_before_the_plate_and_what_contradicts_is_named() -> None:
    other = card(alert(read={"jurisdiction": "US-NC"}))
    assert words(other)[:7] == ["NC", "read,", "VA", "listed", "stolen", "vehicle", "VNV4527"]
    color = Feature("color", "blue", "red", False)
    assert "color differs" in " ".join(words(shown(features=(color,))))
    assert words(shown(), old=True)[4:6] == ["OLD", "LIST"]
    assert "OLD" not in words(shown())


def test_where_it_is_is_told_by_way_and_side() -> None:
    assert [compass_word(heading) for heading in (0, 44, 91, 359, 337, -1, None)] == [
        *("north", "northeast", "east", "north", "northwest", "north", "")
    ]
    place = Place("front", "front", None, None, None, 271.5, "approaching, lane 2", "")
    assert where_words(place) == "looking west, oncoming, lane 2"


def state(kind: StateKind, brief: str, *, stops: bool = False) -> CarState:
    return CarState(kind, "", brief, "words", stops)


@given(
    states=st.lists(
        st.builds(
            CarState,
            st.sampled_from(StateKind),
            TEXT,
            TEXT.filter(lambda text: len(text.split()) < 5),
            TEXT,
            st.booleans(),
        ),
        max_size=6,
    ),
    waiting=st.integers(0, 1000),
    known=st.booleans(),
)
def test_what_stands_between_notices_is_short_and_says_whether_it_reads(
    states: list[CarState], waiting: int, known: bool
) -> None:
    text = rest(states, waiting, is_speed_known=known)
    assert len(text.split()) <= MOST_WORDS
    assert ("NOT READING:" in text) is any(one.stops for one in states)
    assert ("press when standing" in text) is not known


def test_what_stops_the_reading_comes_first() -> None:
    states = [state(StateKind.STALE_LIST, "old list"), state(StateKind.NO_CAMERA, "no camera", stops=True)]
    assert rest(states, 2) == "NOT READING: no camera. old list. 2 to answer."
    assert rest([state(StateKind.OWN_PLATES, "own plates")], 0) == "Reading."


def test_a_notice_is_in_its_order_and_leaves_out_what_does_not_fit() -> None:
    place = Place("front", "front", None, None, None, 90.0, "leaving", "")
    color = Feature("color", "blue", "red", False)
    most = shown(place=place, features=(color,), canceled="gone", vehicle_listed="red ford", vehicle_seen="blue kia")
    always = [
        Phrase("against", "TAKEN BACK"),
        Phrase("category", "stolen vehicle"),
        Phrase("plate", "VNV4527"),
        Phrase("state", "VA"),
        Phrase("against", "color differs"),
    ]
    assert list(glance(most, is_list_old=True)) == [*always, Phrase("old", "OLD LIST"), Phrase("vehicle", "red ford")]
    where = Phrase("place", "looking east, ahead")
    assert list(glance(most)) == [*always, where]
    assert list(glance(most, most=99)) == [*always, where, Phrase("vehicle", "red ford")]
    assert list(glance(dataclasses.replace(most, vehicle_listed=""), most=99))[-1] == Phrase("vehicle", "blue kia")
    assert list(glance(most, most=10)) == [*always[:5], Phrase("vehicle", "red ford")]
    other = shown(
        seen_state="N C", listed_state="VA", features=(Feature("state", "NC", "VA", False),), place=place, listed="V 1"
    )
    assert [one.words for one in glance(other)] == ["NC read, VA listed", "stolen vehicle", "V1", "looking east, ahead"]


def test_headings_are_told_by_the_nearest_of_eight() -> None:
    for heading, word in ((22.4, "north"), (22.6, "northeast"), (180, "south"), (225, "southwest"), (135, "southeast")):
        assert compass_word(heading) == word
    place = Place("front", "front", None, None, None, None, "", "")
    assert where_words(place) == ""
    assert where_words(dataclasses.replace(place, movement="lane 2")) == "lane 2"


def test_what_is_said_between_notices_fits_as_a_whole_or_is_left_out() -> None:
    one, two = state(StateKind.STALE_LIST, "a b c d"), state(StateKind.NO_CAMERA, "e f.", stops=True)
    assert rest([one, two], 1) == "NOT READING: e f. a b c d. 1 to answer."
    assert rest([one, two], 1, most=9) == "NOT READING: e f. a b c d."
    assert rest([one, two], 1, most=8) == "NOT READING: e f. a b c d."
    assert rest([one, two], 1, most=7) == "NOT READING: e f. 1 to answer."
    assert rest([], 0) == "Reading."
    assert rest([], 0, is_speed_known=False) == "Speed unknown: press when standing. Reading."
    own = state(StateKind.OWN_PLATES, "own plates", stops=True)
    assert rest([own], 0) == "NOT READING: own plates."
