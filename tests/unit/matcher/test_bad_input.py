"""Reads and entries that cannot be matched: each is refused by itself, with a reason, and stops no other."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from matcher.index import HotlistIndex
from matcher.match import Matcher
from schemas.errors import InvalidInput
from schemas.types import CharacterRead, PlateRead, Tier, VehicleDescription
from tests.unit.matcher.samples import SETTINGS, characters, entry, matcher, read

NUMBERS = st.one_of(st.floats(0, 1), st.floats(allow_nan=True, allow_infinity=True))
PLATES = st.one_of(
    st.sampled_from(["", "A" * 30, "АВС123", "车牌1234", "abc1234", "ABC-1234", "8KV 4921", "?????"]),  # noqa: RUF001
    st.text(max_size=31),
    st.text("0O8B1VW2 -?", max_size=14),
)
PLACES = st.builds(
    CharacterRead,
    st.text(max_size=2),
    NUMBERS,
    st.lists(st.tuples(st.text(max_size=2), NUMBERS), max_size=3).map(tuple),
)
VEHICLES = st.none() | st.builds(
    VehicleDescription,
    st.none() | st.integers(-5, 10**9),
    st.none() | st.text(),
    st.none(),
    st.none(),
    st.none() | st.text(),
)


@st.composite
def reads(draw: st.DrawFn) -> PlateRead:
    plate = draw(PLATES)
    spelled = st.tuples(*(st.builds(CharacterRead, st.just(each), NUMBERS) for each in plate))
    return read(
        plate,
        draw(st.none() | st.sampled_from(["US-VA", "us-va", "", "XX"]) | st.text(max_size=5)),
        characters=draw(st.one_of(st.just(()), spelled, st.lists(PLACES, max_size=12).map(tuple))),
        confidence=draw(NUMBERS),
        jurisdiction_confidence=draw(st.none() | NUMBERS),
        vehicle=draw(VEHICLES),
    )


@settings(deadline=None, max_examples=60)
@given(st.lists(reads(), max_size=5), st.lists(st.tuples(PLATES, VEHICLES), max_size=4))
@example([read("")], [("????????", None)])
def test_a_bad_read_is_refused_by_itself_among_others(
    seen: list[PlateRead], listed: list[tuple[str, VehicleDescription | None]]
) -> None:
    entries = {each.entry_id: each for each in (entry(plate, "US-VA", vehicle=vehicle) for plate, vehicle in listed)}
    ours = Matcher(HotlistIndex.build([*entries.values(), entry("8KV4921")]), SETTINGS)
    good = read("8KV4921")
    *found, last = ours.match_batch([*seen, good])
    assert isinstance(last, list)
    assert Tier.EXACT in {hit.tier for hit in last}
    for one, result in zip(seen, found, strict=True):
        if isinstance(result, InvalidInput):
            assert result.column in ("plate", "characters")
            with pytest.raises(InvalidInput):
                ours.match(one)
        else:
            assert all(math.isfinite(hit.score) and hit.explanation for hit in result)
            assert [hit.hit_id for hit in ours.match(one)] == [hit.hit_id for hit in result]


@pytest.mark.parametrize("plate", ["??????", "?", "A?????", "", "--", "A" * 30, "АВС123", "车牌1234"])  # noqa: RUF001
def test_an_entry_that_no_read_can_be_matched_with_is_named_with_its_reason(plate: str) -> None:
    bad = entry(plate)
    index = HotlistIndex.build([bad, entry("ABC1234")])
    ((entry_id, reason),) = index.unusable
    assert entry_id == bad.entry_id
    assert any(word in reason for word in ("characters are known", "characters; 2 to 12", "no Latin letter or digit"))
    assert len(index) == 1
    assert len(Matcher(index, SETTINGS).match(read("ABC1234"))) == 1


@pytest.mark.parametrize("spelled", ["abc1234", "ABC-1234", " a b c 1 2 3 4 ", "ABC·1234", "ＡＢＣ１２３４"])  # noqa: RUF001
def test_lower_case_dashes_and_full_width_text_are_plates(spelled: str) -> None:
    assert matcher(entry("ABC1234")).match(read(spelled))[0].tier is Tier.EXACT
    assert matcher(entry(spelled)).match(read("ABC1234"))[0].tier is Tier.EXACT


@pytest.mark.parametrize("shares", [(0.2, 0.1), (0.6, 0.6), (1.0, 1.0), (0.0, 0.0), (1e-300, 0.0)])
def test_distributions_that_do_not_add_up_to_one_give_finite_scores(shares: tuple[float, float]) -> None:
    odd = characters("8KV4921", 0.99, p0=(("8", shares[0]), ("B", shares[1])))
    for listed in ("8KV4921", "BKV4921"):
        for hit in matcher(entry(listed)).match(read("8KV4921", characters=odd)):
            assert math.isfinite(hit.score)
            assert all(0 <= place.probability <= 1 for place in hit.characters)
