"""A read laid beside a listed plate, against an oracle that tries every way."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from matcher.characters.confusion import DROPPED, DROPPED_EASILY, VV_FOR_W, look_alike
from matcher.characters.slots import BACKGROUND, Slot, loss_share, read_slots
from matcher.judging.align import Alignment, align
from schemas.types import CharacterEvidence
from tests.unit.matcher.samples import characters, read

Place = tuple[str, str, str]
"""What was read, what is listed, and how they stand to each other."""


def slots_of(text: str, sure: float | None = None) -> tuple[Slot, ...]:
    return read_slots(read(text, characters=() if sure is None else characters(text, sure)))


def aligned(text: str, listed: str, sure: float | None = None, shown: str | None = None) -> Alignment:
    found = align(slots_of(text, sure), listed, shown)
    assert found is not None
    return found


def places(alignment: Alignment) -> list[Place]:
    return [(step.evidence.read, step.evidence.listed, step.evidence.relation) for step in alignment.steps]


def equal(text: str) -> list[Place]:
    return [(c, c, "equal") for c in text]


@pytest.mark.parametrize(
    ("text", "listed", "expected"),
    [
        ("ABC1", "ABC1", equal("ABC1")),
        ("ABC1", "A8C1", [*equal("A"), ("B", "8", "look-alike"), *equal("C1")]),
        ("ABC1", "AWC1", [*equal("A"), ("B", "W", "different"), *equal("C1")]),
        ("ABC1", "A?C1", [*equal("A"), ("B", "?", "unknown"), *equal("C1")]),
        ("KABC1", "ABC1", [("K", "", "extra"), *equal("ABC1")]),
        ("ABC1K", "ABC1", [*equal("ABC1"), ("K", "", "extra")]),
        ("ABKC1", "ABC1", [*equal("AB"), ("K", "", "extra"), *equal("C1")]),
        ("BC1", "ABC1", [("", "A", "missing"), *equal("BC1")]),
        ("ABC", "ABC1", [*equal("ABC"), ("", "1", "missing")]),
        ("AC1", "ABC1", [*equal("A"), ("", "B", "missing"), *equal("C1")]),
        ("AVV1", "AW1", [*equal("A"), ("V", "W", "look-alike"), ("V", "", "extra"), *equal("1")]),
        ("AW12", "AVV12", [*equal("A"), ("W", "V", "look-alike"), ("", "V", "missing"), *equal("12")]),
        ("VV12", "W12", [("V", "W", "look-alike"), ("V", "", "extra"), *equal("12")]),
        ("12W", "12VV", [*equal("12"), ("W", "V", "look-alike"), ("", "V", "missing")]),
    ],
)
def test_which_place_answers_which(text: str, listed: str, expected: list[Place]) -> None:
    assert places(aligned(text, listed)) == expected


@pytest.mark.parametrize("listed", ["AB", "ABCDEF", "", "ABCDEFG"])
def test_texts_that_are_longer_or_shorter_by_more_than_one_are_not_laid_beside_each_other(listed: str) -> None:
    assert align(slots_of("ABCD"), listed) is None


def test_the_evidence_says_the_text_as_both_sides_show_it() -> None:
    found = aligned("AO1", "A01", shown="AO1")
    assert places(found) == [("A", "A", "equal"), ("O", "O", "equal"), ("1", "1", "equal")]
    assert found.text_equal
    assert places(aligned("A1", "A01", shown="AO1"))[1] == ("", "O", "missing")
    assert places(aligned("AK1", "A01", shown="AO1"))[1][:2] == ("K", "O")


def oracle(slots: tuple[Slot, ...], listed: str) -> float:
    """The gain of the likeliest way, from the meaning of each step."""

    def pairs(ours: tuple[Slot, ...], text: str) -> float:
        return sum(math.log(slot.probability(c) / BACKGROUND) for slot, c in zip(ours, text, strict=True) if c != "?")

    if len(slots) == len(listed):
        return pairs(slots, listed)
    gains = []
    if len(slots) > len(listed):
        for place, slot in enumerate(slots):
            kept = slots[:place] + slots[place + 1 :]
            gains.append(pairs(kept, listed) + math.log(slot.absent(at_edge=place in (0, len(slots) - 1))))
        for place, c in enumerate(listed):
            if c == "W" and slots[place].character == slots[place + 1].character == "V":
                both = VV_FOR_W * slots[place].top * slots[place + 1].top
                rest = pairs(slots[:place], listed[:place]) + pairs(slots[place + 2 :], listed[place + 1 :])
                gains.append(math.log(both / BACKGROUND**2) + rest)
        return max(gains)
    for place, c in enumerate(listed):
        general = DROPPED_EASILY if place in (0, len(listed) - 1) or c in "1IJL" else DROPPED
        gains.append(pairs(slots, listed[:place] + listed[place + 1 :]) + math.log(loss_share(slots) * general))
    for place, slot in enumerate(slots):
        if slot.character == "W" and listed[place : place + 2] == "VV":
            rest = pairs(slots[:place], listed[:place]) + pairs(slots[place + 1 :], listed[place + 2 :])
            gains.append(math.log(VV_FOR_W * slot.top / BACKGROUND) + rest)
    return max(gains)


text = st.text("ABVW180", min_size=2, max_size=5)


@given(text, st.text("ABVW180?", min_size=2, max_size=5), st.none() | st.sampled_from([0.4, 0.9, 0.999]))
@example("AVV1", "AW1", 0.4)
@example("AW18", "AVV18", 0.4)
@example("VVB1", "WB1", 0.9)
@example("BVW", "BVVV", 0.9)
@example("AVV1", "A81", None)
@example("A81", "AVV1", None)
@example("ABV1", "AW1", None)
@example("ABB1", "AB1", 0.4)
@example("A1B8", "AB8", None)
@example("AB8", "A1B8", None)
@example("12VV34", "12W34", 0.9)
@example("12W34", "12VV34", 0.9)
@example("ABC2K", "ABC2", None)
@example("KABC2", "ABC2", None)
@example("ABC", "ABC2", None)
@example("BC2", "ABC2", None)
def test_the_gain_is_that_of_the_likeliest_way(seen: str, listed: str, sure: float | None) -> None:
    found = align(slots_of(seen, sure), listed)
    if abs(len(seen) - len(listed)) > 1:
        assert found is None
        return
    assert found is not None
    assert found.gain == pytest.approx(oracle(slots_of(seen, sure), listed))


@given(text, text, st.none() | st.sampled_from([0.4, 0.9, 0.999]))
def test_only_what_differs_speaks_against_the_listed_text(seen: str, listed: str, sure: float | None) -> None:
    found = align(slots_of(seen, sure), listed)
    if found is None:
        return
    slots = iter(slots_of(seen, sure))
    for step, (shown, wanted, relation) in zip(found.steps, places(found), strict=True):
        slot = next(slots) if shown else None
        if relation == "equal":
            assert step.credibility == 0.0
        elif shown and wanted and {shown, wanted} != {"V", "W"}:
            assert slot is not None
            assert step.credibility == pytest.approx(min(math.log(slot.probability(wanted) / slot.top), 0.0))
            assert (relation == "look-alike") is look_alike(shown, wanted)
        assert step.credibility <= 0.0
    assert found.worst == min(step.credibility for step in found.steps)
    assert found.credibility == pytest.approx(sum(step.credibility for step in found.steps))


def test_how_much_a_lost_an_added_and_a_double_character_speak_against_the_listed_text() -> None:
    (inside,) = (step for step in aligned("AC1", "ABC1").steps if step.evidence.relation == "missing")
    assert inside.credibility == pytest.approx(math.log(DROPPED / (1 - DROPPED)))
    (edge,) = (step for step in aligned("BC2", "ABC2").steps if step.evidence.relation == "missing")
    assert edge.credibility == pytest.approx(math.log(DROPPED_EASILY / (1 - DROPPED_EASILY)))
    (narrow,) = (step for step in aligned("ABC2", "AB1C2").steps if step.evidence.relation == "missing")
    assert narrow.credibility == pytest.approx(math.log(DROPPED_EASILY / (1 - DROPPED_EASILY)))
    slot = Slot("K", "K", {"K": 0.6, "": 0.3})
    (extra,) = (step for step in aligned_with(slot).steps if step.evidence.relation == "extra")
    assert (extra.gain, extra.credibility) == (pytest.approx(math.log(0.3)), pytest.approx(math.log(0.3 / 0.6)))
    for seen, listed in (("AVV1", "AW1"), ("AW12", "AVV12")):
        found = aligned(seen, listed)
        assert [step.credibility for step in found.steps if step.credibility] == [pytest.approx(math.log(VV_FOR_W))]


def aligned_with(slot: Slot) -> Alignment:
    """A read with one place too many."""
    sure = [Slot(c, c, {c: 0.99}) for c in "ABC2"]
    found = align([*sure[:2], slot, *sure[2:]], "ABC2")
    assert found is not None
    return found


def test_nothing_beside_nothing_is_equal() -> None:
    nothing = Alignment(())
    assert (nothing.gain, nothing.worst, nothing.credibility, nothing.text_equal) == (0, 0.0, 0, True)


def test_every_place_says_what_was_read_what_is_listed_and_how_likely_that_is() -> None:
    slots = [Slot("8", "8", {"8": 0.6, "B": 0.3}), Slot("O", "0", {"0": 0.9}), Slot("K", "K", {"K": 0.9})]
    found = align(slots, "B0?", "BO?")
    assert found is not None
    assert [step.evidence for step in found.steps] == [
        CharacterEvidence("8", "B", 0.3, "look-alike"),
        CharacterEvidence("O", "O", 0.9, "equal"),
        CharacterEvidence("K", "?", 1.0, "unknown"),
    ]
    assert [step.credibility for step in found.steps] == [pytest.approx(math.log(0.5)), 0.0, 0.0]
    assert [step.gain for step in found.steps] == [
        *(pytest.approx(math.log(0.3 / BACKGROUND)), pytest.approx(math.log(0.9 / BACKGROUND))),
        0.0,
    ]
    longer = align([Slot("K", "K", {"K": 0.6, "": 0.3}), Slot("A", "A", {"A": 0.9})], "A")
    assert longer is not None
    assert longer.steps[0].evidence == CharacterEvidence("K", "", 0.3, "extra")
    shorter = align([Slot("A", "A"), Slot("B", "B")], "AB0", "ABO")
    assert shorter is not None
    assert shorter.steps[-1].evidence == CharacterEvidence("", "O", DROPPED_EASILY, "missing")
    single, double = (align(slots_of(one), other) for one, other in (("AW1", "AVV1"), ("AVV1", "AW1")))
    assert single is not None
    assert double is not None
    w, v = Slot("W", "W").top, Slot("V", "V").top
    assert [step.evidence for step in single.steps[1:3]] == [
        CharacterEvidence("W", "V", pytest.approx(VV_FOR_W * w), "look-alike"),  # type: ignore[arg-type]
        CharacterEvidence("", "V", pytest.approx(VV_FOR_W * w), "missing"),  # type: ignore[arg-type]
    ]
    assert [step.evidence for step in double.steps[1:3]] == [
        CharacterEvidence("V", "W", pytest.approx(VV_FOR_W * v * v), "look-alike"),  # type: ignore[arg-type]
        CharacterEvidence("V", "", pytest.approx(VV_FOR_W * v * v), "extra"),  # type: ignore[arg-type]
    ]
