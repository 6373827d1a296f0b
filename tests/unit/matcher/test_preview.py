"""What an entry would raise: texts that live matching alerts on, and no others; false alerts that follow the lists."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from matcher.index import HotlistIndex
from matcher.match import Matcher
from matcher.preview import Preview, Previewer, Surroundings
from schemas.errors import InvalidInput
from schemas.settings import MatchingSettings
from schemas.types import Category, HotlistEntry, PlateRead, Tier

TRAFFIC = MatchingSettings(traffic={"US-VA": 0.6})
LISTED = {"US-VA": 50_000, "US-NC": 20_000, None: 100}
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def entry(
    plate: str = "BKV4921", state: str | None = "US-VA", category: Category = Category.STOLEN_VEHICLE
) -> HotlistEntry:
    return HotlistEntry(UUID(int=1), "local", plate, category, state)


def preview(of: HotlistEntry, states: dict[str | None, int] | None = None) -> Preview:
    return Previewer(TRAFFIC, Surroundings(LISTED if states is None else states)).preview(of)


def test_the_texts_are_those_that_live_matching_alerts_on() -> None:
    found = {one.text: one for one in preview(entry(), {}).texts}
    matcher = Matcher(HotlistIndex.build([entry()]), TRAFFIC)
    texts = ["BKV4921", "8KV4921", "BKV492I", "BKV492", "BKV49211", "BKV4922", "XYZ1234", "BKV4927", "3KV4921"]
    for text in texts:
        for state, said in (("US-VA", "same_state"), (None, "no_state")):
            read = PlateRead(
                *(UUID(int=2), "c", "a", MOMENT, MOMENT, MOMENT, text, 0.97),
                jurisdiction=state,
                jurisdiction_confidence=0.97 if state else None,
            )
            alerts = any(hit.alerts for hit in matcher.match(read))
            assert (getattr(found.get(text), said, "no") == "yes") is alerts, (text, state)


def test_the_very_text_comes_first_and_look_alikes_before_others() -> None:
    texts = preview(entry()).texts
    assert (texts[0].text, texts[0].differs, texts[0].tier) == ("BKV4921", "same text", Tier.EXACT)
    assert texts[0].same_state == "yes"
    kinds = [one.differs for one in texts]
    assert "8 for B (look alike)" in kinds
    assert kinds.index("8 for B (look alike)") < kinds.index("one character more")
    assert len({one.text for one in texts}) == len(texts)


def test_of_a_longer_list_each_entry_raises_fewer_false_alerts() -> None:
    short, long = (preview(entry(), {"US-VA": count}).most_false_alerts for count in (100, 1_000_000))
    assert 0 < long < short / 100


def test_a_child_is_worth_more_false_alerts_than_a_registration() -> None:
    child = preview(entry(category=Category.CHILD_ABDUCTION)).most_false_alerts
    registration = preview(entry(category=Category.EXPIRED_REGISTRATION)).most_false_alerts
    assert child > 10 * registration > 0


def test_unknown_characters_say_how_many_vehicles_fit() -> None:
    few, many = preview(entry("ABC1??4")), preview(entry("?????12", None))
    assert few.alerts_alone
    assert not many.alerts_alone
    assert few.fits is not None
    assert many.fits is not None
    assert few.fits > 1000 * many.fits
    assert few.texts[0].text == "ABC1??4"
    assert all(one.text[4:6] == "??" for one in few.texts)
    assert many.texts == ()
    assert preview(entry()).fits is None


def test_what_can_be_no_plate_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no read can be matched with it"):
        preview(entry("\u4eac\u4eac\u4eac"))


@pytest.mark.parametrize("plate", ["AB", "0O1IL8B5S2ZQ", "WVVWVV", "AB?"])
def test_whatever_is_asked_ends(plate: str) -> None:
    assert preview(entry(plate)).most_false_alerts >= 0
