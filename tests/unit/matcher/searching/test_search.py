"""The compiled search and the one with numpy give the same hits, whatever the reads and the lists hold."""

from __future__ import annotations

import itertools
import math
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.arrays.reads import ReadArrays
from matcher.index import HotlistIndex
from matcher.judging.false_alerts import ReadDetail, curve
from matcher.match import Matcher
from matcher.searching.probes import MOST_SUBSTITUTIONS
from matcher.searching.search import Engine, Found, Wanted
from schemas.errors import InvalidInput
from schemas.plates import canonical_plate
from schemas.settings import MatchingSettings
from schemas.types import (
    Category,
    CharacterRead,
    Hit,
    HotlistEntry,
    PlateRead,
    SecondReading,
    Tier,
    VehicleDescription,
)
from tests.unit.matcher.neighborhood import class_text
from tests.unit.matcher.samples import as_strict_as, characters, entry, filler, read

SYMBOLS = "ABDIOQSVWZ0125678"
states = st.sampled_from([None, "US-VA", "US-MD"])
EVERY = MatchingSettings(category_false_alerts_per_10k=dict.fromkeys(Category, 10_000))
texts = st.text(SYMBOLS, min_size=2, max_size=12)
vehicles = st.sampled_from([None, VehicleDescription(make="FORD", color="BLK"), VehicleDescription(make="BMW")])


@st.composite
def edited(draw: st.DrawFn, plate: str) -> str:
    """A plate as a reader may see it: with characters replaced, one lost or added, or VV for W."""
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(plate) - 1))
        plate = plate[:at] + draw(st.sampled_from(SYMBOLS)) + plate[at + 1 :]
    place = draw(st.integers(0, len(plate) - 1))
    kind = draw(st.sampled_from(["none", "lose", "add", "vv"]))
    character = draw(st.sampled_from(SYMBOLS))
    if kind == "lose" and len(plate) > 2:
        plate = plate[:place] + plate[place + 1 :]
    elif kind == "add" and len(plate) < 12:
        plate = plate[:place] + character + plate[place:]
    elif kind == "vv" and len(plate) > 2:
        plate = plate.replace("W", "VV", 1) if "W" in plate else plate.replace("VV", "W", 1)
    return plate[:12].replace("?", "8")


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[HotlistEntry], list[PlateRead]]:
    listed = draw(st.lists(st.text(SYMBOLS + "?", min_size=2, max_size=12), min_size=1, max_size=8))
    entries = [
        entry(plate, draw(states), entry_id=UUID(int=number), vehicle=draw(vehicles))
        for number, plate in enumerate(listed, start=1)
    ]
    reads = []
    for _ in range(draw(st.integers(1, 4))):
        plate = draw(st.sampled_from(listed)).replace("?", "7")
        text = draw(edited(plate)) if draw(st.booleans()) else draw(texts)
        reads.append(draw(seen(text, plate)))
    return entries, reads


@st.composite
def seen(draw: st.DrawFn, text: str, plate: str) -> PlateRead:
    """A read of a text, with distributions or without; they may leave room for a plate, wherever it begins."""
    fields: dict[str, object] = {"vehicle": draw(vehicles)}
    if draw(st.booleans()):
        confidence = draw(st.sampled_from([0.5, 0.9, 0.995]))
        others = draw(st.lists(st.sampled_from([*SYMBOLS, ""]), min_size=1, max_size=2, unique=True))
        share = (1 - confidence) / (len(others) + 2)
        offset = draw(st.integers(-1, 1))
        room = [plate[max(place + offset, 0) :][:1] for place in range(len(text))]
        fields["characters"] = tuple(
            CharacterRead(
                character,
                confidence,
                tuple((other, share) for other in dict.fromkeys((*others, *listed)) if other != character),
            )
            for character, listed in zip(text, room, strict=True)
        )
    if draw(st.booleans()):
        fields["second_reading"] = SecondReading(draw(texts), 0.9, False)
    return read(text, draw(states), **fields)


@settings(max_examples=200)
@given(cases())
def test_both_searches_give_the_same_hits(case: tuple[list[HotlistEntry], list[PlateRead]]) -> None:
    entries, reads = case
    index = HotlistIndex.build(entries, {})
    plain = Matcher(index, MatchingSettings(), "numpy")
    compiled = Matcher(index, MatchingSettings(), "compiled")
    one_by_one = [plain.match(one) for one in reads]
    assert compiled.match_batch(reads) == one_by_one
    assert plain.match_batch(reads) == one_by_one
    assert [compiled.match(one) for one in reads] == one_by_one


class Everything(HotlistIndex):
    """An index whose every entry is a candidate of every read."""

    def find(self, reads: ReadArrays, wanted: Sequence[Wanted], engine: Engine = "auto") -> list[list[Found]]:
        return [[(self._base, row) for row in range(len(self._base.entries))] for _ in wanted]


def is_near(hit: Hit) -> bool:
    """Whether a hit is in the neighborhood that the index promises."""
    gaps = sum(place.relation in ("missing", "extra") for place in hit.characters)
    others = sum(
        class_text(canonical_plate(place.read)) != class_text(canonical_plate(place.listed))
        for place in hit.characters
        if place.relation in ("look-alike", "different")
    )
    if hit.tier is Tier.PARTIAL:
        return gaps == others == 0
    return others <= MOST_SUBSTITUTIONS if gaps == 0 else others <= 1


@settings(max_examples=200)
@given(cases())
def test_the_index_finds_every_near_hit_that_comparing_with_all_entries_finds(
    case: tuple[list[HotlistEntry], list[PlateRead]],
) -> None:
    entries, reads = case
    matcher = Matcher(HotlistIndex.build(entries, {}), MatchingSettings())
    of_all = Matcher(Everything.build(entries, {}), MatchingSettings())
    for one in reads:
        found, everything = matcher.match(one), of_all.match(one)
        assert [hit for hit in everything if is_near(hit)] == [hit for hit in found if is_near(hit)]
        assert all(hit in everything for hit in found)


OTHERS = {"8": "B", "V": "Y", "W": "M", "1": "7", "2": "Z", "9": "6", "0": "D", "Q": "K", "L": "T", "K": "X", "4": "A"}
"""Beside each character one of another class that a reader may hold for possible."""


def changed(plate: str) -> list[str]:
    """A plate with every one change in every place, and with every two of them."""

    def once(text: str) -> list[str]:
        other = [f"{text[:i]}{OTHERS.get(text[i], 'E')}{text[i + 1 :]}" for i in range(len(text))]
        lost = [text[:i] + text[i + 1 :] for i in range(len(text))]
        added = [f"{text[:i]}{sign}{text[i:]}" for i in range(len(text) + 1) for sign in "1H"]
        unknown = [f"{text[:i]}?{text[i + 1 :]}" for i in range(len(text))]
        double = [text.replace("VV", "W", 1), text.replace("W", "VV", 1)]
        return [*other, *lost, *added, *unknown, *double]

    found = [plate, *once(plate)]
    found += [twice for one in once(plate) if "?" not in one for twice in once(one)]
    return sorted({one for one in found if 2 <= len(one) <= 12 and len(one) - one.count("?") >= 2})


def doubtful(plate: str, sure: float, none: float) -> PlateRead:
    """A read that holds another character, or none, for possible in every place."""
    left = 0.999 - sure - none
    places = [CharacterRead(c, sure, ((OTHERS.get(c, "E"), left), ("", none))) for c in plate]
    return read(plate, "US-VA", characters=tuple(places))


@pytest.mark.parametrize("plate", ["8KV4921", "VVQ1W"])
def test_no_search_loses_a_change_in_any_place(plate: str) -> None:
    entries = [
        entry(text, (None, "US-VA", "US-MD")[number % 3], entry_id=UUID(int=number + 1))
        for number, text in enumerate(changed(plate))
    ]
    index, every = HotlistIndex.build(entries, {}), Everything.build(entries, {})
    reads = [read(plate, "US-VA"), read(plate), doubtful(plate, 0.6, 0.1), doubtful(plate, 0.9, 0.02)]
    for limits in (MatchingSettings(), MatchingSettings(false_alerts_per_10k=9_000)):
        expected = Matcher(every, limits).match_batch(reads)
        for engine in ("numpy", "compiled"):
            found = Matcher(index, limits, engine).match_batch(reads)  # type: ignore[arg-type]
            for ours, theirs in zip(found, expected, strict=True):
                assert isinstance(ours, list)
                assert isinstance(theirs, list)
                assert [hit for hit in ours if is_near(hit)] == [hit for hit in theirs if is_near(hit)]
                assert {hit.entry_id for hit in ours} <= {hit.entry_id for hit in theirs}
    # Every kind of change is a hit of the read that leaves the most room.
    kinds = {place.relation for hit in expected[2] for place in hit.characters}  # type: ignore[union-attr]
    assert kinds == {"equal", "look-alike", "different", "missing", "extra", "unknown"}
    assert len(expected[2]) > 50  # type: ignore[arg-type]


def test_a_plate_that_very_many_entries_have_loses_none_of_them() -> None:
    # More than the search has room for at first, and less than twice that: with the next ones it has room for all.
    entries = [entry("ABC123", entry_id=UUID(int=number)) for number in range(1, 1501)]
    index = HotlistIndex.build([*entries, entry("XYZ999", entry_id=UUID(int=9999))], {}).with_changes([], [UUID(int=7)])
    reads = [read("ABC123"), read("XYZ999"), read("ABC124"), read("ABC123")]
    found = Matcher(index, MatchingSettings(), "compiled").match_batch(reads)
    assert found == Matcher(index, MatchingSettings(), "numpy").match_batch(reads)
    assert [len(hits) for hits in found] == [1499, 1, 0, 1499]  # type: ignore[arg-type]


def test_a_read_that_is_sure_of_nothing_loses_nothing_that_it_leaves_room_for() -> None:
    # All that is up to three characters from it, of three others in each place: more than there is room for at first.
    plate, others = "8KV4921", "AHT"
    entries = [
        entry("".join(text), entry_id=UUID(int=number))
        for number, text in enumerate(itertools.product(*((own, *others) for own in plate)))
        if sum(one != own for one, own in zip(text, plate, strict=True)) <= MOST_SUBSTITUTIONS
    ]
    index = HotlistIndex.build([*entries, entry("XYZ999", entry_id=UUID(int=99_999))])
    unsure = read(plate, characters=tuple(CharacterRead(c, 0.4, tuple((one, 0.15) for one in others)) for c in plate))
    found = Matcher(index, EVERY, "compiled").match_batch([unsure, read("XYZ999")])
    assert found == Matcher(index, EVERY, "numpy").match_batch([unsure, read("XYZ999")])
    assert [len(hits) for hits in found] == [len(entries), 1]  # type: ignore[arg-type]
    assert 1024 < len(entries) < 2048


def test_hardly_possible_characters_do_not_hide_likely_ones_behind_them() -> None:
    # Each of the first two is nearly too unlikely by itself, and both together are; with the third, either is possible.
    hardly = 0.0016
    seen = read(
        "8KV4921",
        characters=characters(
            "8KV4921",
            0.999,
            p0=(("8", 0.99), ("H", hardly)),
            p1=(("K", 0.99), ("T", hardly)),
            p5=(("2", 0.6), ("7", 0.4)),
        ),
    )
    index = HotlistIndex.build([entry(plate) for plate in ("HKV4971", "8TV4971", "8KV4971", "HTV4921")])
    for engine in ("numpy", "compiled"):
        hits = Matcher(index, EVERY, engine).match(seen)  # type: ignore[arg-type]
        assert [hit.explanation.split(":")[0] for hit in hits] == [
            f"read 8KV4921, listed {plate}" for plate in ("8KV4971", "8TV4971", "HKV4971")
        ]


def test_a_batch_says_which_reads_cannot_be_matched() -> None:
    matcher = Matcher(HotlistIndex.build([entry("ABC123"), *filler(50)], {}), MatchingSettings())
    reads = [read("ABC123"), read("ABC123ABC123ABC"), read("X"), read("ÄÖÜ12"), read("abc-123")]
    found = matcher.match_batch(reads)
    assert [isinstance(one, InvalidInput) for one in found] == [False, True, True, True, False]
    assert [len(one) for one in found if isinstance(one, list)] == [1, 1]
    assert matcher.match_batch([]) == []


ROOT = Path(__file__).parents[4]

WITHOUT_A_PLACE = """
import numba.core.caching as caching
for kind in vars(caching).values():
    if hasattr(kind, "_locator_classes"):
        kind._locator_classes = []
from matcher.index import HotlistIndex
from matcher.match import Matcher
from schemas.settings import MatchingSettings
from tests.unit.matcher.samples import entry, read
matcher = Matcher(HotlistIndex.build([entry("ABC123")]), MatchingSettings(), "compiled")
print(len(matcher.match(read("ABC123"))))
"""


def test_a_user_who_may_write_nowhere_matches_too() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_A_PLACE], capture_output=True, text=True, timeout=120, cwd=ROOT
    )
    assert done.stdout == "1\n", done.stderr
    assert "NUMBA_CACHE_DIR" in done.stderr


STRICT = MatchingSettings(
    # One number for all, so that no category's leaves room for what another one's search lost.
    category_false_alerts_per_10k=dict.fromkeys(Category, 0.5),
    traffic={"US-VA": 0.7, "US-NC": 0.1, "US-MD": 0.05},
)
CATEGORIES = (Category.WATCH, Category.UNINSURED, Category.STOLEN_VEHICLE, Category.CHILD_ABDUCTION)
PLACES = (None, "US-VA", "US-NC", "US-MD")


def long_list(count: int, rng: random.Random) -> list[HotlistEntry]:
    return [
        HotlistEntry(
            UUID(int=number),
            "ncic",
            "".join((*rng.choices("ABDVWXKZ", k=3), *rng.choices("0123456789", k=rng.choice((3, 4))))),
            rng.choice(CATEGORIES),
            rng.choice(PLACES),
        )
        for number in range(1, count + 1)
    ]


def near(listed: HotlistEntry, state: str | None, rng: random.Random) -> PlateRead:
    """A read of a listed plate with one character doubted or misread, so that the state decides."""
    at, doubt = rng.randrange(len(listed.plate)), rng.choice((0.3, 0.1, 0.03, 0.01))
    seen = rng.choice([other for other in "ABDVWXKZ0123456789" if other != listed.plate[at]])
    text = listed.plate[:at] + seen + listed.plate[at + 1 :]
    evidence = characters(text, 0.995, **{f"p{at}": ((seen, 0.99 - doubt), (listed.plate[at], doubt))})
    sure = rng.choice((None, 0.6, 0.99))
    return read(text, state, jurisdiction_confidence=sure, characters=evidence if rng.random() < 0.8 else ())


def test_states_decide_alike_in_every_search_of_a_list_of_thousands_with_strict_categories() -> None:
    rng = random.Random(11)
    entries = long_list(2000, rng)
    index = HotlistIndex.build(entries, {})
    reads = [near(rng.choice(entries), rng.choice((*PLACES, "US-AK")), rng) for _ in range(100)]
    hits = Matcher(index, STRICT, "numpy").match_batch(reads)
    assert Matcher(index, STRICT, "compiled").match_batch(reads) == hits
    # Beside a comparison with all that is listed, which takes no state into account before it compares.
    of_all = Matcher(Everything.build(entries, {}), STRICT)
    assert [of_all.match(one) for one in reads[:3]] == hits[:3]
    found = [hit for one in hits if isinstance(one, list) for hit in one]
    # The list is one on which the state matters: hits of every kind are there, and most of the reads have none.
    assert {hit.jurisdiction_agrees for hit in found} == {None, True, False}
    assert 10 < sum(1 for one in hits if one) < 90


def misread(plate: str, other: str, place: int = 0) -> PlateRead:
    """A read that holds another character, or none, for possible in one place."""
    doubted = {f"p{place}": ((plate[place], 0.8), (other, 0.15))}
    return read(plate, characters=characters(plate, 0.995, **doubted))


CROSS, CROSSED = (("K", 0.8), ("X", 0.1)), (("2", 0.6), ("7", 0.3))
NEAREST = {
    "looks alike": (misread("8KV4921", "B"), "BKV4921"),
    "another one": (misread("8KV4921", "Y"), "YKV4921"),
    "another one at the end": (misread("8KV4921", "7", 6), "8KV4927"),
    "two others": (
        read("8KV4921", characters=characters("8KV4921", 0.995, p1=CROSS, p5=CROSSED)),
        "8XV4971",
    ),
    "three others": (
        read("8KV4921", characters=characters("8KV4921", 0.995, p1=CROSS, p3=(("4", 0.5), ("A", 0.4)), p5=CROSSED)),
        "8XVA971",
    ),
    "one too many": (misread("8KV4921", "", 3), "8KV921"),
    "one too many at the end": (misread("8KV4921", "", 6), "8KV492"),
    "one too many, and another one": (
        read("8KV4921", characters=characters("8KV4921", 0.995, p1=CROSS, p5=(("2", 0.7), ("", 0.2)))),
        "8XV491",
    ),
    "one lost at the beginning": (misread("8KV4921", "B"), "H8KV4921"),
    "one lost at the end": (misread("8KV4921", "B"), "8KV4921H"),
    "one lost inside": (misread("8KV4921", "B"), "8KV4H921"),
    "a narrow one lost inside": (misread("8KV4921", "B"), "8KV41921"),
    "one lost, and another one": (misread("8KV4921", "X", 1), "8XV41921"),
    "VV for W": (misread("8VV4921", "B"), "8W4921"),
    "VV for W at the end": (misread("8492VV", "B"), "8492W"),
    "W for VV": (misread("8W49211", "B"), "8VV49211"),
    "W for VV at the end": (misread("84921W", "B"), "84921VV"),
    "twelve": (misread("8KV492175XT3", "Y"), "YKV492175XT3"),
    "twelve of eleven": (misread("8KV492175XT", "Y"), "8KV492175XTH"),
}


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("kind", NEAREST)
def test_a_hit_is_found_exactly_as_far_as_its_state_lets_its_score_reach(kind: str, engine: Engine) -> None:
    seen, plate = NEAREST[kind]
    # The category that takes the most false alerts: what the search asks for is its threshold.
    innocent = math.log1p(-MatchingSettings().false_alerts_of(Category.CHILD_ABDUCTION) / 10_000)
    for listed, state in itertools.product([None, "US-VA", "US-MD"], [None, "US-VA", "US-AK"]):
        index = HotlistIndex.build([entry(plate, listed, category=Category.CHILD_ABDUCTION)])
        one = replace(seen, jurisdiction=state)
        (hit,) = Matcher(index, MatchingSettings(category_false_alerts_per_10k=dict.fromkeys(Category, 10_000))).match(
            one
        )
        longest = int(-innocent / math.exp(curve(ReadDetail.DISTRIBUTIONS).log_rate(hit.score)))
        for size, found in ((longest, True), (longest + longest // 50, False)):
            assert bool(Matcher(index, as_strict_as(size, 1), engine).match(one)) is found, (listed, state, size)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_what_is_listed_as_it_was_read_is_found_however_strict_the_list_is(engine: Engine) -> None:
    # Also where only two characters are known, and where the state speaks against it.
    for seen, plates in {
        "8K": ["8K"],
        "8KV4921": ["8KV4921", "8K?????", "8?????1", "?????21", "8KV492?"],
        "8KV492175XT3": ["8KV492175XT3", "?KV492175XT?", "??????????T3"],
    }.items():
        index = HotlistIndex.build([entry(plate, "US-MD") for plate in plates])
        hits = Matcher(index, as_strict_as(10**12, 1), engine).match(read(seen, "US-VA", confidence=0.6))
        assert len(hits) == len(plates)
        assert not any(hit.alerts for hit in hits)
        assert Matcher(index, as_strict_as(10**12, 1), engine).match(read("N" * len(seen), "US-VA")) == []
