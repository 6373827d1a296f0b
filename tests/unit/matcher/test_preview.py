"""What an entry would raise: texts that live matching alerts on, and no others; false alerts that follow the lists."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from matcher.arrays.packing import codes_of
from matcher.characters.confusion import ALPHABET, look_alike
from matcher.index import HotlistIndex
from matcher.judging.background import Background
from matcher.judging.false_alerts import Listed, ReadDetail, expected_false_alerts
from matcher.judging.partials import PartialLimits
from matcher.judging.tiers import Thresholds
from matcher.judging.traffic import Traffic
from matcher.match import Limits, Matcher
from matcher.preview import Preview, Previewer, Surroundings
from schemas.errors import InvalidInput
from schemas.settings import MatchingSettings
from schemas.types import Category, CharacterRead, HotlistEntry, PlateRead, Tier

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


def limits_of(listed: Listed, partials: list[tuple[str, str | None]]) -> Limits:
    background = Background(Traffic(TRAFFIC.traffic))
    codes = codes_of([plate for plate, _ in partials])
    fitting = PartialLimits(TRAFFIC, background, codes, [state for _, state in partials])
    return Limits(Thresholds(TRAFFIC, listed, fitting), fitting)


def seen(text: str, state: str | None, doubted: dict[int, str] | None = None) -> PlateRead:
    """A read by its text alone; or one that doubts some places, and holds another character there for possible."""
    characters = (
        ()
        if doubted is None
        else tuple(
            CharacterRead(c, 0.6, ((doubted[place], 0.35),)) if place in doubted else CharacterRead(c, 0.97)
            for place, c in enumerate(text)
        )
    )
    return PlateRead(
        *(UUID(int=2), "c", "a", MOMENT, MOMENT, MOMENT, text, 0.97),
        characters=characters,
        jurisdiction=state,
        jurisdiction_confidence=0.97 if state else None,
    )


def doubts(text: str, listed: str) -> dict[int, str]:
    if len(text) == len(listed):
        return {place: b for place, (a, b) in enumerate(zip(text, listed, strict=True)) if a != b and b != "?"}
    if len(text) == len(listed) + 1:
        for place in range(len(text)):
            if text[:place] + text[place + 1 :] == listed:
                return {place: ""}
    return {}


PARTIALS: list[tuple[str, str | None]] = [("AB?12?4", "US-VA"), ("??XY123", None)]


@pytest.mark.parametrize(
    ("plate", "state", "other", "listed"),
    [
        ("AVV1234", "US-NC", "US-VA", Listed(near=50_100, far=20_001)),
        ("W8C1234", None, "US-VA", Listed(near=50_101, far=20_000)),
        ("ABC1??4", "US-VA", "US-NC", Listed(near=50_101, far=20_000)),
    ],
)
def test_every_text_alerts_as_live_matching_with_all_lists_does(
    plate: str, state: str | None, other: str, listed: Listed
) -> None:
    of = entry(plate, state)
    told = Previewer(TRAFFIC, Surroundings(LISTED, PARTIALS)).preview(of)
    partials = [*PARTIALS, (plate, state)] if "?" in plate else PARTIALS
    limits = limits_of(listed, partials)
    live = Matcher(HotlistIndex.build([of]), TRAFFIC, limits=limits)

    def alerts(text: str, read_state: str | None, doubted: dict[int, str] | None = None) -> bool:
        return any(hit.alerts for hit in live.match(seen(text, read_state, doubted)))

    def says(text: str) -> tuple[str, ...]:
        texts = [text.replace("?", filler) for filler in "7K"] if "?" in text else [text]
        best = []
        for one in texts:
            words = tuple(
                "yes" if alerts(one, each) else "in doubt" if alerts(one, each, doubts(one, plate)) else "no"
                for each in (state, None, other)
            )
            best.append((words.count("no"), words))
        return min(best)[1] if len({words for _, words in best}) == 1 else ()

    assert len({one.text for one in told.texts}) == len(told.texts) > 20
    for one in told.texts:
        expected = says(one.text)
        assert not expected or (one.same_state, one.no_state, one.other_state) == expected, one.text
    texts = {one.text for one in told.texts}
    for place, sign in enumerate(plate):
        for character in ALPHABET if sign != "?" else "":
            text = plate[:place] + character + plate[place + 1 :]
            if look_alike(character, sign) and text not in texts:
                assert set(says(text)) <= {"no"}, text


def test_texts_come_by_their_tier_and_how_far_they_are() -> None:
    kinds = {"same text": 0, "one character less": 3, "one character more": 5}
    for of in (entry("ABC1??4"), entry("AVV1234", "US-NC")):
        told = preview(of).texts
        ranks = []
        for one in told:
            pairs = one.differs.count(" for ")
            kind = kinds.get(one.differs, pairs if one.differs.endswith("(look alike)") else 4)
            words = (one.same_state, one.no_state, one.other_state)
            ranks.append(([Tier.EXACT, Tier.PROBABLE, Tier.PARTIAL].index(one.tier), kind, words.count("no")))
            if pairs:
                named = ", ".join(f"{a} for {b}" for a, b in zip(one.text, of.plate, strict=True) if a != b)
                assert one.differs.startswith(f"{named} (")
                assert pairs <= 2
            elif one.differs != "same text":
                assert len(one.text) - len(of.plate) == (1 if one.differs.endswith("more") else -1)
        assert ranks == sorted(ranks)


@pytest.mark.parametrize(
    ("settings", "state", "own", "whole"),
    [
        (TRAFFIC, "US-VA", Listed(near=1), Listed(near=50_101, far=20_000)),
        (TRAFFIC, "us-va", Listed(near=1), Listed(near=50_101, far=20_000)),
        (TRAFFIC, None, Listed(near=1), Listed(near=50_101, far=20_000)),
        (TRAFFIC, "US-NC", Listed(far=1), Listed(near=50_100, far=20_001)),
        (MatchingSettings(), "US-NC", Listed(any=1), Listed(any=70_101)),
    ],
)
def test_false_alerts_are_those_of_one_entry_at_the_threshold_of_all(
    settings: MatchingSettings, state: str | None, own: Listed, whole: Listed
) -> None:
    told = Previewer(settings, Surroundings(LISTED)).preview(entry(state=state))
    thresholds = Thresholds(settings, whole)
    for detail in ReadDetail:
        score = thresholds.of(detail, Category.STOLEN_VEHICLE)
        assert told.false_alerts[detail] == pytest.approx(expected_false_alerts(score, own.weighed(detail), detail))
    assert told.most_false_alerts == max(told.false_alerts.values())
    assert (told.fits, told.alerts_alone) == (None, True)


def test_what_an_entry_with_unknown_characters_fits_is_added_where_it_alerts_by_that() -> None:
    background = Background(Traffic(TRAFFIC.traffic))
    for plate, state, alone in (("ABC1??4", "US-VA", True), ("?????12", None, False)):
        told = preview(entry(plate, state))
        every, same = (float(share[0]) for share in background.fitting(codes_of([plate]), [state]))
        assert told.fits == pytest.approx(1 / every)
        assert told.alerts_alone is alone
        near = Listed(near=50_101, far=20_000)
        thresholds = limits_of(near, [(plate, state)]).thresholds
        for detail in ReadDetail:
            score = thresholds.of(detail, Category.STOLEN_VEHICLE)
            probable = expected_false_alerts(score, Listed(near=1).weighed(detail), detail)
            assert told.false_alerts[detail] == pytest.approx(probable + 10_000 * (max(every, same) if alone else 0.0))


def test_who_takes_all_false_alerts_is_told_of_all() -> None:
    everything = MatchingSettings(false_alerts_per_10k=10_000)
    told = Previewer(everything, Surroundings({})).preview(entry("AB?????"))
    assert set(told.false_alerts.values()) == {10_000}
    assert told.alerts_alone
