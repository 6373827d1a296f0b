"""A stored read's own evidence leaves room for every plate that it can be a hit of, and for few others."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.index import HotlistIndex
from matcher.match import Matcher
from matcher.past.room import leaves_room
from matcher.past.sieve import PastSieve
from schemas.types import CharacterRead
from tests.unit.matcher.past.samples import LOOSE, block, evidence, given_read, stored
from tests.unit.matcher.samples import characters, entry


@settings(max_examples=400)
@given(
    st.text("08B1IVWQ", min_size=4, max_size=4), st.text("08B1IVWQ?", min_size=3, max_size=5), evidence, st.booleans()
)
def test_reads_that_leave_no_room_are_no_hits(text: str, plate: str, given_: list[Any], bare: bool) -> None:
    if len(plate) - plate.count("?") < 2:
        return
    seen = given_read(text, given_, bare)
    if Matcher(HotlistIndex.build([entry(plate)]), LOOSE).match(seen):
        far = PastSieve([plate]).candidates(block([text]))
        assert leaves_room(text, stored(seen.characters), far[text])
        # Of many plates, what is further away than one step is not asked for.
        for near in PastSieve([plate], far_plates=0).candidates(block([text])).values():
            assert leaves_room(text, stored(seen.characters), near)


def test_a_sure_read_leaves_no_room_and_an_unsure_one_does() -> None:
    assert leaves_room("BKV4921", stored(characters("BKV4921")), ["BKV4921"])
    assert not leaves_room("8KV4921", stored(characters("8KV4921", p0=(("8", 0.999), ("B", 0.0005)))), ["BKV4921"])
    assert leaves_room("8KV4921", stored(characters("8KV4921", p0=(("8", 0.7), ("B", 0.25)))), ["BKV4921"])
    assert leaves_room("8KV4921", "[]", ["BKV4921"])
    assert not leaves_room("AKV4921", "[]", ["BKV4921"])
    assert leaves_room("KV4921", stored(characters("KV4921")), ["BKV4921"])
    no_number = (CharacterRead("8", float("nan")), *characters("KV4921"))
    assert leaves_room("8KV4921", stored(no_number), ["BKV4921"])
    assert not leaves_room("8KV4921", stored(characters("8KV4921", 0.9999)), ["BKV4921", "8KV4922"])
    assert leaves_room("8KV4921", stored(characters("8KV4921", 0.9999)), ["BKV4921", "8KV4921"])
    assert leaves_room("8KV4921", stored(characters("KV4921")), ["BKV4921"])


def test_a_read_leaves_room_for_a_lost_character_more_than_for_one_too_many() -> None:
    sure = stored(characters("KNV4827", 0.9995))
    assert leaves_room("KNV4827", sure, ["KNV48277"])
    assert not leaves_room("KNV4827", sure, ["KNV427"])
    # At the edges there are stickers and small letters, which lists leave out.
    assert leaves_room("KNV4827", sure, ["KNV482"])
    assert not leaves_room("KNV4827", sure, ["KNVX8277"])
    assert leaves_room("KNV4827", stored(characters("KNV4827", p4=(("8", 0.6), ("", 0.3)))), ["KNV427"])
    assert leaves_room("VVNV482", stored(characters("VVNV482", 0.9995)), ["WNV482"])
    assert leaves_room("WNV482", stored(characters("WNV482", 0.9995)), ["VVNV482"])
    assert not leaves_room("WNV482", stored(characters("WNV482", 0.9995)), ["VVVNV482"])


def test_a_sure_read_leaves_room_for_what_is_drawn_alike() -> None:
    for seen, plate in (("1KV0921", "IKV0921"), ("1KV0921", "1KVQ921"), ("IKVQ921", "1KV0921")):
        assert leaves_room(seen, stored(characters(seen, 0.9999)), [plate])
    assert not leaves_room("1KV0921", stored(characters("1KV0921", 0.9999)), ["1KVD921"])
