"""Entries with unknown characters raise no more than their category's limit, all together, on any list."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.arrays.packing import NONE, Codes, codes_of
from matcher.characters.confusion import ALPHABET
from matcher.index import HotlistIndex
from matcher.judging.background import Background
from matcher.judging.false_alerts import Listed, ReadDetail
from matcher.judging.partials import PartialLimits, Sight
from matcher.judging.tiers import Thresholds
from matcher.judging.traffic import Traffic
from matcher.match import Matcher
from schemas.settings import MatchingSettings
from schemas.types import Category, Hit, HotlistEntry, SecondReading, Tier, VehicleDescription
from tests.unit.matcher.samples import characters, entry, filler, read

SHARE = 0.5

HERE = MatchingSettings(traffic={"US-VA": 0.5})
OLDSMOBILE = VehicleDescription(1994, "OLDS", None, None, "GRY")
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
SERIES = "HJKTUVWX"
"""What Virginia's plates on the road begin with: series are given out in order."""


def over(*entries: HotlistEntry, limits: MatchingSettings = HERE) -> Matcher:
    return Matcher(HotlistIndex.build(entries, {}), limits, "numpy")


def only(hits: Sequence[Hit]) -> Hit:
    (hit,) = hits
    return hit


def virginia(rng: random.Random) -> str:
    return "".join([rng.choice(SERIES), *rng.choices(LETTERS, k=2)]) + f"{rng.randrange(10_000):04d}"


def masked(plate: str, rng: random.Random, unknown: int) -> str:
    hidden = set(rng.sample(range(len(plate)), unknown))
    return "".join("?" if place in hidden else character for place, character in enumerate(plate))


def false_alerts(matcher: Matcher, count: int, seed: int = 1) -> float:
    """Alerts that reads of any vehicles raise, per 10,000: of Virginia's plates, one in five said to be of Maryland."""
    rng = random.Random(seed)
    reads = [read(virginia(rng), "US-VA" if rng.random() < 0.8 else "US-MD") for _ in range(count)]
    found = matcher.match_batch(reads)
    return 10_000 * sum(any(hit.alerts for hit in hits if isinstance(hits, list)) for hits in found) / count


@pytest.mark.parametrize("state", [None, "US-VA", "US-MD"])
@pytest.mark.parametrize("seen", [None, "US-VA", "US-MD"])
@pytest.mark.parametrize("plate", ["?????12", "AB?????", "??C1???"])
def test_what_fits_very_many_vehicles_never_alerts_alone_whatever_the_states(
    plate: str, state: str | None, seen: str | None
) -> None:
    text = "".join(known if known != "?" else other for known, other in zip(plate, "ABC12345", strict=False))
    hit = only(over(entry(plate, state)).match(read(text, seen, characters=characters(text, 0.999))))
    assert (hit.tier, hit.alerts) == (Tier.PARTIAL, False)
    assert "too little for an alert (about 1 in " in hit.explanation


def test_it_is_the_plates_that_fit_that_count_and_not_how_many_characters_are_unknown() -> None:
    # Nearly every plate of Virginia has digits there, and hardly any a row of letters.
    digits, letters = over(entry("???1234", "US-VA")), over(entry("??BDFKX", "US-VA"))
    assert only(letters.match(read("ACBDFKX", "US-VA"))).alerts
    assert only(digits.match(read("ABC1234", "US-VA"))).alerts
    assert not only(over(entry("????234", "US-VA")).match(read("ABC1234", "US-VA"))).alerts


def test_a_category_that_is_worth_more_may_say_less() -> None:
    def alerts(category: Category) -> bool:
        return only(over(entry("????234", "US-VA", category=category)).match(read("ABC1234", "US-VA"))).alerts

    assert alerts(Category.CHILD_ABDUCTION)
    assert not alerts(Category.STOLEN_VEHICLE)


def test_the_demos_abducted_child_alerts() -> None:
    listed = entry("VGM2??6", "US-VA", category=Category.CHILD_ABDUCTION)
    assert only(over(listed, entry("UKW4183", "US-VA")).match(read("VGM2986", "US-VA"))).alerts


def test_alone_an_entry_alerts_and_among_thousands_like_it_none_does_and_says_so() -> None:
    rng = random.Random(4)
    plates = {masked(virginia(rng), random.Random(0), 2) for _ in range(3_000)} - {"A?C1?34"}
    alone = only(over(entry("A?C1?34")).match(read("ABC1234")))
    among = over(entry("A?C1?34"), *map(entry, plates)).match(read("ABC1234"))
    assert alone.alerts
    assert not any(hit.alerts for hit in among)
    assert f", and {len(plates) + 1:,} such entries are listed)" in among[0].explanation
    # Where the state differs, that is why, however many are listed.
    elsewhere = over(entry("A?C1?34", "US-VA"), *map(entry, plates)).match(read("ABC1234", "US-MD"))
    (other,) = (hit for hit in elsewhere if hit.jurisdiction_agrees is False)
    assert not other.alerts
    assert "other vehicles fits)" in other.explanation


@pytest.mark.parametrize(("unknown", "count"), [(1, 1_000), (2, 1_000), (4, 20), (5, 1)])
def test_short_and_long_lists_hold_the_limit(unknown: int, count: int) -> None:
    rng = random.Random(2)
    listed = [entry(masked(virginia(rng), rng, unknown), rng.choice([None, "US-VA", "US-MD"])) for _ in range(count)]
    assert false_alerts(over(*listed), 6_000) <= 8


def test_a_mixed_list_holds_the_limit_and_the_rarest_entries_still_alert() -> None:
    rng = random.Random(3)
    listed = [entry(masked(virginia(rng), rng, rng.randint(1, 5)), rng.choice([None, "US-VA"])) for _ in range(800)]
    rare = entry("ABC1?34", "US-VA")
    matcher = over(*listed, rare)
    assert false_alerts(matcher, 6_000) <= 8
    assert [hit.alerts for hit in matcher.match(read("ABC1234", "US-VA")) if hit.entry_id == rare.entry_id] == [True]


def test_entries_without_unknown_characters_take_nothing_from_those_with() -> None:
    listed = entry("ABC1??4", "US-VA")
    assert only(over(listed, *filler(2_000)).match(read("ABC1234", "US-VA"))).alerts


def test_the_state_lets_an_entry_alert_and_another_state_does_not() -> None:
    limits = MatchingSettings(false_alerts_per_10k=0.004, traffic={"US-VA": 0.1, "US-NC": 0.6})
    matcher = over(entry("ABC1??4", "US-VA"), limits=limits)
    told = {state: only(matcher.match(read("ABC1234", state))) for state in ("US-VA", None, "US-NC")}
    assert {state: hit.alerts for state, hit in told.items()} == {"US-VA": True, None: False, "US-NC": False}


def test_the_vehicle_makes_up_for_what_the_text_does_not_say_and_may_speak_against_it() -> None:
    def alerts(plate: str, make: str, color: str, year: int | None = None) -> bool:
        seen = read("ABC1234", vehicle=VehicleDescription(year=year, make=make, color=color))
        return only(over(entry(plate, vehicle=OLDSMOBILE)).match(seen)).alerts

    assert alerts("????234", "Oldsmobile", "silver")
    assert not alerts("????234", "BMW", "silver")
    assert not alerts("?????34", "Oldsmobile", "silver")
    assert alerts("?????34", "Oldsmobile", "silver", 1994)
    assert alerts("???1234", "Oldsmobile", "silver")
    assert not alerts("???1234", "BMW", "black")


def test_a_second_reader_adds_and_takes_nothing_back() -> None:
    def alerts(plate: str, text: str) -> bool:
        second = SecondReading(text, 0.9, agrees=text == "ABC1234")
        return only(over(entry(plate)).match(read("ABC1234", second_reading=second))).alerts

    assert not alerts("?????34", "XYZ9999")
    assert not alerts("????234", "XYZ9999")
    assert alerts("????234", "ABC1234")
    assert alerts("ABC1??4", "XYZ9999")


def test_a_look_alike_in_a_partial_plate_needs_more_than_its_text() -> None:
    equal, alike = (only(over(entry(plate)).match(read("8KV4921"))) for plate in ("8K?4?21", "BK?4?21"))
    assert (equal.alerts, alike.alerts) == (True, True)
    weak = only(over(entry("???492I")).match(read("ABC4921")))
    assert (weak.tier, weak.alerts) == (Tier.PARTIAL, False)


def test_who_takes_all_false_alerts_gets_all() -> None:
    everything = MatchingSettings(false_alerts_per_10k=10_000)
    assert only(over(entry("?????12", "US-VA"), limits=everything).match(read("ABC3412", "US-MD"))).alerts


def limits_of(plates: Sequence[str], states: Sequence[str | None]) -> PartialLimits:
    return PartialLimits(HERE, Background(Traffic(HERE.traffic)), codes_of(plates), states)


plates = st.lists(st.text("A1?B20", min_size=7, max_size=7), min_size=1, max_size=30)


@settings(deadline=None, max_examples=60)
@given(plates, st.randoms(use_true_random=False))
def test_what_alerts_by_its_text_stays_within_the_share_and_does_not_depend_on_the_order(
    listed: list[str], rng: random.Random
) -> None:
    states = [rng.choice([None, "US-VA", "US-WA"]) for _ in listed]
    limits = limits_of(listed, states)
    background = Background(Traffic(HERE.traffic))
    every, same = background.fitting(codes_of(listed), states)
    for category in (Category.STOLEN_VEHICLE, Category.CHILD_ABDUCTION, Category.UNINSURED):

        def alerts(place: int, agrees: bool | None, category: Category = category) -> bool:
            return limits.too_little(Sight(listed[place], states[place], category, agrees, 0.9)) is None

        total = 0.0
        for place, state in enumerate(states):
            if alerts(place, None):
                total += every[place]
            elif state and alerts(place, True):
                total += same[place]
            assert alerts(place, None) or not alerts(place, False)
        assert 10_000 * total <= SHARE * HERE.false_alerts_of(category) * 1.01
        assert limits.taken(category) == pytest.approx(10_000 * total, rel=1e-6, abs=1e-12)
    pairs = list(zip(listed, states, strict=True))
    rng.shuffle(pairs)
    again = limits_of([plate for plate, _ in pairs], [state for _, state in pairs])
    sights = [Sight(plate, state, Category.STOLEN_VEHICLE, None, 0.9) for plate, state in pairs]
    assert [again.too_little(sight) for sight in sights] == [limits.too_little(sight) for sight in sights]


def test_what_partial_entries_take_is_taken_from_probable_hits() -> None:
    limits = limits_of(["???1234"], [None])
    taken = limits.taken(Category.STOLEN_VEHICLE)
    assert 0 < taken <= 2.5
    with_them, without = Thresholds(HERE, Listed(any=1_000_000), limits), Thresholds(HERE, Listed(any=1_000_000))
    less = Thresholds(MatchingSettings(false_alerts_per_10k=5 - taken), Listed(any=1_000_000))
    detail = ReadDetail.TEXT
    assert with_them.of(detail, Category.STOLEN_VEHICLE) > without.of(detail, Category.STOLEN_VEHICLE)
    assert with_them.of(detail, Category.STOLEN_VEHICLE) == less.of(detail, Category.STOLEN_VEHICLE)


def test_shares_of_fitting_vehicles_follow_the_patterns() -> None:
    background = Background(Traffic({"US-VA": 0.5}))
    every, same = background.fitting(codes_of(["?????12", "???????", "ABC1234", "AB", "??????????AB"]), [None] * 5)
    assert every == pytest.approx(same)
    assert 0.006 < every[0] < 0.01
    assert 0.6 < every[1] <= 1
    assert 0.6 < every[2] * 8 * 24**2 * 10**4 < 1
    assert (every > 0).all()


def test_where_other_states_pass_than_the_table_knows_every_fitting_plate_may_be_theirs() -> None:
    foreign, home = Background(Traffic({"CA-ON": 0.9})), Background(Traffic({"US-VA": 0.9}))
    (here,), (there,) = (one.fitting(codes_of(["A??????4"]), [None])[0] for one in (home, foreign))
    assert (here, there) == pytest.approx((0.03 / 80, 1 / 80), rel=0.3)


def test_shares_with_a_state_are_those_of_its_traffic() -> None:
    known = Background(Traffic({"US-VA": 0.5, "US-NC": 0.01}))
    every, same = known.fitting(codes_of(["??????1"] * 3), ["US-VA", "us-nc", "CA-ON"])
    assert (same / every).round(2).tolist() == [0.5, 0.01, 0.2]


SHARES = {"A?1": (1e-4, 1e-4), "B?1": (1e-4, 2e-5), "C?1": (5e-4, 5e-4), "D?1": (6e-5, 6e-5)}
"""Of all reads, and of those with the plate's state: how many fit each of some plates."""
ALLOWED = -0.5 * math.log1p(-5 / 10_000)


class Fitting:
    """A background in which so many vehicles fit each plate."""

    def fitting(self, codes: Codes, jurisdictions: Sequence[str | None]) -> tuple[np.ndarray, np.ndarray]:
        plates = ["".join((*ALPHABET, "?")[code] for code in row if code < NONE) for row in codes.tolist()]
        every, same = (np.array([SHARES[plate][kind] for plate in plates], dtype=np.float64) for kind in (0, 1))
        return every, same


def stated(*plates: str, false_alerts: float = 5.0) -> PartialLimits:
    settings = MatchingSettings(
        false_alerts_per_10k=false_alerts, category_false_alerts_per_10k={Category.WATCH: false_alerts}
    )
    states = ["US-VA" if plate == "B?1" else None for plate in plates]
    return PartialLimits(settings, cast(Background, Fitting()), codes_of(plates), states)


def sight(plate: str, **fields: Any) -> Sight:
    known: dict[str, Any] = {"agrees": None, "sure": 0.9}
    return Sight(plate, "US-VA" if plate == "B?1" else None, Category.WATCH, **(known | fields))


def test_entries_are_let_through_from_the_rarest_on_while_all_together_stay_within_the_share() -> None:
    # B by its state .00002, A and B by all .0001 and .00008 more: .0002 of .00025; with C it would be .0007.
    limits = stated("C?1", "A?1", "B?1")
    assert limits.taken(Category.WATCH) == pytest.approx(10_000 * 2e-4)
    assert [limits.too_little(sight(plate)) is None for plate in ("A?1", "B?1", "C?1")] == [True, True, False]
    assert limits.too_little(sight("B?1", agrees=True)) is None
    # One more of the same kind as the last ones is too many, and they are let through together or not at all.
    more = stated("A?1", "B?1", "D?1", "A?1")
    assert more.taken(Category.WATCH) == pytest.approx(10_000 * (2e-5 + 6e-5))
    assert [more.too_little(sight(plate)) is None for plate in ("A?1", "B?1", "D?1")] == [False, False, True]
    assert more.too_little(sight("B?1", agrees=True)) is None
    every = stated("A?1", "B?1")
    assert every.taken(Category.WATCH) == pytest.approx(10_000 * 2e-4)
    nothing = stated()
    assert nothing.taken(Category.WATCH) == 0
    assert stated("C?1", "A?1", false_alerts=10_000).too_little(sight("C?1")) is None
    assert stated("C?1", "A?1", false_alerts=10_000).taken(Category.WATCH) == 0


@pytest.mark.parametrize(
    ("hit", "alerts"),
    [
        # What speaks against it makes it as frequent as others are: the limit is just below C's.
        *((sight("A?1", evidence=-1.60), True), (sight("A?1", evidence=-1.62), False)),
        # Who is of another state is so only where that was misread.
        *((sight("A?1", agrees=False, sure=0.79), True), (sight("A?1", agrees=False, sure=0.81), False)),
        # Other evidence for it makes up for it: each of three entries may raise a third of what is allowed.
        *((sight("C?1", evidence=math.log(5e-4 / (ALLOWED / 3)) + 0.01), True),),
        *((sight("C?1", evidence=math.log(5e-4 / (ALLOWED / 3)) - 0.01), False), (sight("C?1", evidence=0.0), False)),
        # Of a look-alike, what was read counts: how many fit that, and how credible the listed text is.
        *((sight("C?1", shown="D?1"), True), (sight("C?1", shown="A?1"), False), (sight("D?1", shown="C?1"), False)),
        *((sight("C?1", shown="D?1", credibility=-0.3), True), (sight("C?1", shown="D?1", credibility=-0.4), False)),
        (sight("C?1", shown="D?1", credibility=-0.4, evidence=0.1), True),
        (sight("C?1", shown="D?1", evidence=-0.4), False),
        # Little evidence for what is common, and none against what is rare.
        (sight("C?1", evidence=9.0, agrees=False, sure=0.9), True),
        (sight("C?1", evidence=1.9, agrees=False, sure=0.9), False),
    ],
)
def test_a_hit_alerts_where_few_enough_innocent_ones_are_like_it(hit: Sight, alerts: bool) -> None:
    assert (stated("A?1", "B?1", "C?1").too_little(hit) is None) is alerts


def test_why_a_hit_does_not_alert_is_said_by_what_it_fits_and_how_many_are_listed() -> None:
    limits = stated("A?1", "B?1", "C?1")
    assert limits.too_little(sight("C?1")) == "about 1 in 2,000 other vehicles fits"
    few = "about 1 in 10,000 other vehicles fits"
    assert limits.too_little(sight("A?1", evidence=-2.0)) == f"{few}, and 3 such entries are listed"
    assert limits.too_little(sight("A?1", agrees=False, sure=0.99)) == few
    assert limits.too_little(sight("C?1", shown="A?1")) == few
