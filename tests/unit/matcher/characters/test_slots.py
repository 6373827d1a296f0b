"""What a read says of each of its characters."""

from __future__ import annotations

import math

import pytest

from matcher.characters.confusion import ALPHABET
from matcher.characters.slots import Slot, credited_slots, loss_share, read_slots
from matcher.judging.align import align
from schemas.errors import InvalidInput
from schemas.types import CharacterRead, Tier
from tests.unit.matcher.samples import characters, entry, matcher, read


def test_a_read_that_is_sure_of_what_it_shows_has_lost_less() -> None:
    def share(sure: float | None) -> float:
        return loss_share([Slot(c, c, None if sure is None else {c: sure}) for c in "8KV4921"])

    assert share(None) == share(0.5) == 1.0
    assert share(0.999) == 0.15
    # Twice its doubt of the whole text.
    assert share(0.96) == pytest.approx(2 * (1 - 0.96**7))
    assert share(0.9) == 1.0


def test_however_sure_a_reader_is_what_some_states_draw_alike_stays_possible() -> None:
    possible = {
        (seen, listed): Slot(seen, seen, {seen: 1.0}).probability(listed) for seen in ALPHABET for listed in ALPHABET
    }
    alike = {("0", "Q"), ("Q", "0"), ("1", "I"), ("I", "1")}
    for (seen, listed), found in possible.items():
        assert found == (1.0 if seen == listed else 0.01 if (seen, listed) in alike else 1e-6), (seen, listed)


@pytest.mark.parametrize("plate", ["", "-- ", "A", "A" * 13, "A" * 30, "АВС123", "车牌1234", "AB?1234"])  # noqa: RUF001
def test_reads_that_are_no_plates_are_refused(plate: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        matcher(entry("ABC1234")).match(read(plate))
    assert refusal.value.column == "plate"


@pytest.mark.parametrize(
    "evidence",
    [
        characters("ABC123"),
        characters("ABC1235"),
        characters("ABC1234", math.nan),
        characters("ABC1234", math.inf),
        characters("ABC1234", -0.1),
        characters("ABC1234", 1.5),
        characters("ABC1234", 1.000002),
        characters("ABC1234", p0=(("A", 0.9), ("4", math.nan))),
    ],
)
def test_evidence_that_does_not_belong_to_the_plate_is_refused(evidence: tuple[CharacterRead, ...]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        matcher(entry("ABC1234")).match(read("ABC1234", characters=evidence))
    assert refusal.value.column == "characters"


def test_evidence_is_normalized_like_its_plate() -> None:
    places = (*characters("ab"), CharacterRead("-", 0.9), *characters("o12"), CharacterRead("", 0.8))
    (hit,) = matcher(entry("AB012")).match(read("ab-o12", characters=places))
    assert hit.tier is Tier.EXACT


@pytest.mark.parametrize(("confidence", "known", "credited"), [
    # A reader that is sure is right 99 times in 100: so much of the doubt counts where nobody stated it.
    *((0.7, False, 0.25 * 0.01 / 0.3), (0.9, False, 0.25 * 0.1), (0.99, False, 0.25), (0.995, False, 0.25)),
    *((math.nan, False, 0.25 * 0.01), (0.7, True, 0.25)),
])  # fmt: skip
def test_where_nobody_stated_the_doubt_others_have_no_more_of_it_than_a_sure_reader_leaves_them(
    confidence: float, known: bool, credited: float
) -> None:
    places = characters("8KV4921", 0.99, p0=(("8", 0.7), ("B", 0.25)))
    seen = read("8KV4921", confidence=confidence, confidence_is_known=known, characters=places)
    first, *_ = credited_slots(seen, read_slots(seen))
    assert first.distribution == pytest.approx({"8": 0.7, "B": credited})
    # What is withheld counts for nobody; what the reader left out is the same.
    assert first.withheld == pytest.approx(0.25 - credited)
    assert first.rest == pytest.approx(0.05)


def test_readers_round() -> None:
    slots = read_slots(read("ABC1234", characters=characters("ABC1234", 1.0000009)))
    assert [slot.top for slot in slots] == [1.0] * 7


def test_distributions_that_add_up_to_more_than_one_are_scaled() -> None:
    loud = characters("8KV4921", 0.99, p0=(("8", 0.9), ("B", 0.9)))
    (hit,) = matcher(entry("BKV4921")).match(read("8KV4921", characters=loud))
    assert hit.characters[0].probability == pytest.approx(0.5)


def test_a_sure_reader_may_take_a_sticker_at_an_edge_for_a_character_and_hardly_one_inside() -> None:
    sure = Slot("M", "M", {"M": 0.999, "N": 0.001})
    assert sure.absent(at_edge=True) == pytest.approx(0.002 * 0.999)
    assert sure.absent(at_edge=False) < 0.0001
    # What the reader says of it counts, wherever it stands.
    doubtful = Slot("M", "M", {"M": 0.6, "": 0.3})
    assert doubtful.absent(at_edge=True) == doubtful.absent(at_edge=False) == 0.3


def test_without_evidence_narrow_characters_and_edges_are_added_more_easily() -> None:
    assert Slot("M", "M").absent(at_edge=True) == Slot("1", "1").absent(at_edge=False)
    assert Slot("M", "M").absent(at_edge=True) > Slot("M", "M").absent(at_edge=False)


def test_what_a_reader_leaves_out_is_shared_by_what_it_may_have_misread() -> None:
    doubtful = Slot("8", "8", {"8": 0.7})
    assert doubtful.probability("B") > 10 * doubtful.probability("W") > 0
    assert sum(doubtful.probability(other) for other in "0123456789ABCDEFGHIJKLMNPQRSTUVWXYZ") == pytest.approx(
        1, abs=1e-3
    )
    # Drawn alike: a reader that is sure has learned which of both stands where, and does not see it.
    assert Slot("1", "1", {"1": 0.9999}).probability("I") == pytest.approx(0.01, rel=0.01)


@pytest.mark.parametrize(("seen", "listed"), [("ABVV234", "ABW234"), ("ABW234", "ABVV234")])
def test_a_doubted_v_or_w_makes_a_w_or_two_v_less_likely_and_not_more(seen: str, listed: str) -> None:
    def probability(sure: float) -> float:
        doubted = characters(seen, 0.99, p2=((seen[2], sure), ("K", 0.98 - sure)))
        if seen[3] == "V":
            doubted = characters(seen, 0.99, p2=(("V", sure), ("K", 0.98 - sure)), p3=(("V", sure), ("K", 0.98 - sure)))
        alignment = align(read_slots(read(seen, characters=doubted)), listed)
        assert alignment is not None
        return alignment.steps[2].evidence.probability

    both = len(seen) > len(listed)
    assert probability(0.4) == pytest.approx(probability(0.8) / (4 if both else 2))
