"""Which hits repeat an alert, which update it, and which are news."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.settling.repeats import Decision, decide, with_repeat
from schemas.plates import canonical_plate
from schemas.settings import RepeatSettings
from schemas.settling import OpenAlert
from schemas.types import Hit, HotlistEntry, Location, PlateRead, SecondReading, Tier
from tests.unit.matcher.samples import NOW, characters, entry, read

SETTINGS = RepeatSettings()
ENTRY = entry("ABC1234", "US-VA")
HERE = Location(36.8354, -76.2983)
NEAR = Location(36.83585, -76.2983)  # 50 m north
FAR = Location(36.8804, -76.2983)  # 5 km north


def hit(tier: Tier = Tier.EXACT, score: float = 20.0, listed: HotlistEntry = ENTRY) -> Hit:
    return Hit(UUID(int=1), UUID(int=2), listed.entry_id, listed.hotlist_id, tier, score, "plate and state are equal")


def opened(seen: PlateRead, found: Hit, number: int = 7, *, has_picture: bool = True) -> OpenAlert:
    return OpenAlert(
        alert_id=UUID(int=number),
        hit_id=found.hit_id,
        entry_id=found.entry_id,
        camera_id=seen.camera_id,
        location=seen.location,
        opened_at=seen.captured_at,
        tier=found.tier,
        score=found.score,
        confidence=seen.confidence,
        has_picture=has_picture,
        has_second_reading=seen.second_reading is not None,
        plates=(canonical_plate(seen.plate),),
    )


def after(seconds: float, plate: str = "ABC1234", **fields: object) -> PlateRead:
    return read(plate, "US-VA", captured_at=NOW + timedelta(seconds=seconds), **fields)


def verdict(seen: PlateRead, found: Hit, alert: OpenAlert, settings: RepeatSettings = SETTINGS) -> str:
    return said(decide(found, seen, [alert], settings, has_picture=True))


def said(decision: Decision) -> str:
    if decision.repeated is None:
        return "new"
    return "update" if decision.better else "suppress"


def test_the_same_again_is_suppressed_until_the_window_is_over() -> None:
    alert = opened(after(0), hit())
    assert verdict(after(60), hit(), alert) == "suppress"
    assert verdict(after(600), hit(), alert) == "suppress"
    assert verdict(after(601), hit(), alert) == "new"
    # A read that comes late from before the alert's is the same vehicle too.
    assert verdict(after(-60), hit(), alert) == "suppress"
    assert verdict(after(60), hit(), alert, RepeatSettings(window_minutes=0)) == "new"


def test_a_place_is_one_camera_or_two_that_are_near() -> None:
    alert = opened(after(0, location=HERE), hit())
    assert verdict(after(9, camera_id="exit", location=NEAR), hit(), alert) == "suppress"
    assert verdict(after(9, camera_id="exit", location=FAR), hit(), alert) == "new"
    assert verdict(after(9, camera_id="exit"), hit(), alert) == "new"
    assert verdict(after(9, location=FAR), hit(), alert) == "suppress"  # a patrol car that follows the vehicle


def test_entries_do_not_suppress_one_another() -> None:
    alert = opened(after(0), hit())
    assert verdict(after(1), hit(listed=entry("ABC1234", "US-MD")), alert) == "new"


def test_what_is_better_updates_and_says_in_which_way() -> None:
    unsure = opened(after(0, confidence=0.6), hit(Tier.PROBABLE, 12.0))
    decision = decide(hit(Tier.EXACT, 5.0), after(9), [unsure], SETTINGS, has_picture=True)
    assert (said(decision), decision.better) == ("update", "exact instead of probable")
    assert decision.repeated == unsure
    alert = opened(after(0, confidence=0.7), hit())
    better = {
        "the plate agrees more clearly": (after(9, confidence=0.7), hit(score=23.0)),
        "the plate was read more surely": (after(9, confidence=0.85), hit()),
        "read by a second reader too": (
            after(9, confidence=0.7, second_reading=SecondReading("ABC1234", 0.9, True)),
            hit(),
        ),
    }
    for words, (seen, found) in better.items():
        assert decide(found, seen, [alert], SETTINGS, has_picture=True).better == words
    bare = opened(after(0), hit(), has_picture=False)
    assert decide(hit(), after(9), [bare], SETTINGS, has_picture=True).better == "with a picture of the plate"
    assert said(decide(hit(), after(9), [bare], SETTINGS, has_picture=False)) == "suppress"


SUREST_FIRST = (Tier.EXACT, Tier.PROBABLE, Tier.PARTIAL)


@pytest.mark.parametrize("before", SUREST_FIRST)
@pytest.mark.parametrize("then", SUREST_FIRST)
def test_a_surer_tier_is_news_and_is_kept(before: Tier, then: Tier) -> None:
    alert = opened(after(0), hit(before))
    surer = SUREST_FIRST.index(then) < SUREST_FIRST.index(before)
    decision = decide(hit(then), after(9), [alert], SETTINGS, has_picture=True)
    assert decision == Decision(alert, f"{then.value} instead of {before.value}" if surer else "")
    assert with_repeat(alert, hit(then), after(9), has_picture=True).tier is (then if surer else before)


def test_a_confidence_that_nobody_gave_is_no_better_than_any() -> None:
    unsure = after(0, confidence=0.5)
    alert = opened(unsure, hit())
    assert verdict(after(9, confidence=0.99), hit(), alert) == "update"
    taken_for = after(9, confidence=0.99, confidence_is_known=False)
    assert verdict(taken_for, hit(), alert) == "suppress"
    assert with_repeat(alert, hit(), taken_for, has_picture=True).confidence == 0.5


def test_what_is_worse_in_tier_or_score_never_updates() -> None:
    alert = opened(after(0, confidence=0.5), hit(), has_picture=False)
    second = SecondReading("ABC1234", 0.9, True)
    assert verdict(after(9, confidence=1.0, second_reading=second), hit(Tier.PROBABLE, 40.0), alert) == "suppress"
    assert verdict(after(9, confidence=1.0, second_reading=second), hit(score=16.0), alert) == "suppress"


def test_two_vehicles_that_both_resemble_a_listed_plate_both_alert() -> None:
    alert = opened(after(0, "ABC1Z34"), hit(Tier.PROBABLE, 12.0))
    sure = after(30, "A8C1234", characters=characters("A8C1234", p1=(("8", 0.7), ("B", 0.28))))
    assert verdict(sure, hit(Tier.PROBABLE, 12.0), alert) == "new"
    # A read that holds the earlier text for possible is of the same vehicle.
    torn = after(30, "ABC1234", characters=characters("ABC1234", p4=(("2", 0.6), ("Z", 0.38))))
    assert verdict(torn, hit(Tier.PROBABLE, 12.0), alert) == "suppress"
    # So is any that resembles a listed plate that was seen itself, before it or after it, whatever the read is sure of.
    surest = after(30, "A8C1234", characters=characters("A8C1234"))
    assert verdict(surest, hit(Tier.PROBABLE, 12.0), opened(after(0), hit())) == "suppress"
    assert verdict(after(30), hit(), opened(after(0, "A8C1Z34"), hit(Tier.PROBABLE, 12.0))) == "update"
    assert verdict(surest, hit(Tier.PROBABLE, 12.0), opened(after(0), hit(Tier.PROBABLE, 12.0))) == "new"


def test_plates_that_fit_unknown_characters_are_different_vehicles() -> None:
    alert = opened(after(0, "ABC1994"), hit(Tier.PARTIAL, 8.0))
    assert verdict(after(9, "ABC1984"), hit(Tier.PARTIAL, 8.0), alert) == "new"
    assert verdict(after(9, "ABC1994"), hit(Tier.PARTIAL, 8.0), alert) == "suppress"


def test_the_letter_o_and_zero_are_one() -> None:
    alert = opened(after(0, "ABC1O34"), hit(Tier.PROBABLE, 12.0))
    assert verdict(after(9, "ABC1034"), hit(Tier.PROBABLE, 12.0), alert) == "suppress"


reads = st.builds(
    lambda seconds, plate, confidence, second: after(
        seconds,
        plate,
        confidence=confidence,
        second_reading=SecondReading(plate, 0.9, True) if second else None,
    ),
    st.floats(0, 300),
    st.sampled_from(["ABC1234", "ABC1Z34", "A8C1234", "ABC123"]),
    st.floats(0, 1),
    st.booleans(),
)
hits = st.builds(hit, st.sampled_from(list(Tier)), st.floats(-10, 60))


@given(st.lists(st.tuples(reads, hits), min_size=1, max_size=12), st.data())
def test_however_reads_come_an_alert_is_not_updated_twice_for_the_same(
    passes: list[tuple[PlateRead, Hit]], data: st.DataObject
) -> None:
    """Played a second time, in any order, the same reads update nothing: what is best is known already."""
    alerts: list[OpenAlert] = []
    for seen, found in passes:
        decision = decide(found, seen, alerts, SETTINGS, has_picture=True)
        if decision.repeated is None:
            alerts.append(opened(seen, found, len(alerts)))
        else:
            alerts.remove(decision.repeated)
            alerts.append(with_repeat(decision.repeated, found, seen, has_picture=True))
    for seen, found in data.draw(st.permutations(passes)):
        same = [alert for alert in alerts if canonical_plate(seen.plate) in alert.plates]
        # The vehicle's own alert has seen it; beside another one it may be better.
        assert "suppress" in {verdict(seen, found, alert) for alert in same}


@given(reads, hits, reads, hits)
def test_a_repeat_makes_nothing_worse(one: PlateRead, first: Hit, other: PlateRead, second: Hit) -> None:
    alert = opened(one, first)
    merged = with_repeat(alert, second, other, has_picture=False)
    assert merged.score >= alert.score
    assert merged.confidence >= alert.confidence
    assert set(merged.plates) >= set(alert.plates)
    assert replace(merged, suspected_cameras=()) == with_repeat(merged, second, other, has_picture=False)


def test_every_better_is_as_much_better_as_the_settings_say() -> None:
    alert = opened(after(0, confidence=0.7), hit(), has_picture=True)
    for by, more in ((3.0, "update"), (2.99, "suppress")):
        assert verdict(after(9, confidence=0.7), hit(score=20.0 + by), alert) == more
    for confidence, more in ((0.851, "update"), (0.849, "suppress")):
        assert verdict(after(9, confidence=confidence), hit(), alert) == more
    # A picture is worth a message unless the hit is clearly the weaker one.
    bare = opened(after(0), hit(), has_picture=False)
    for score, more in ((17.01, "update"), (17.0, "suppress")):
        assert verdict(after(9), hit(score=score), bare) == more


def test_a_repeat_leaves_the_best_of_both() -> None:
    first = opened(after(0, confidence=0.9), hit(Tier.PROBABLE, 20.0), has_picture=False)
    seen = after(9, "A8C1234", confidence=0.6, second_reading=SecondReading("ABC1234", 0.9, True))
    both = with_repeat(first, hit(Tier.EXACT, 5.0), seen, has_picture=True)
    assert (both.tier, both.score, both.confidence) == (Tier.EXACT, 20.0, 0.9)
    assert (both.has_picture, both.has_second_reading, both.plates) == (True, True, ("ABC1234", "A8C1234"))
    surer = with_repeat(both, hit(Tier.EXACT, 21.0), after(15, "A8C1234", confidence=0.95), has_picture=False)
    assert surer == replace(both, score=21.0, confidence=0.95)
    worse = with_repeat(both, hit(Tier.PARTIAL, 1.0), after(20, "A8C1234", confidence=0.1), has_picture=False)
    assert worse == both


def test_the_alert_that_is_nearest_in_time_is_repeated() -> None:
    alerts = [opened(after(at), hit(), number) for number, at in enumerate((0, 400, 900))]
    assert decide(hit(), after(500), alerts, SETTINGS, has_picture=True).repeated == alerts[1]
    # Of two as near as each other, the same one every time.
    for some in (alerts[:2], alerts[1::-1]):
        assert decide(hit(), after(200), some, SETTINGS, has_picture=True).repeated == alerts[0]


@pytest.mark.parametrize(("share", "expected"), [(0.02, "suppress"), (0.019, "new")])
def test_a_character_of_a_fiftieth_is_one_that_a_read_may_have_confused(share: float, expected: str) -> None:
    alert = opened(after(0, "ABC1Z34"), hit(Tier.PROBABLE, 12.0))
    torn = after(30, "ABC1234", characters=characters("ABC1234", p4=(("2", 0.6), ("Z", share))))
    assert verdict(torn, hit(Tier.PROBABLE, 12.0), alert) == expected


def test_texts_of_unequal_length_are_one_plate_where_one_slip_lies_between_them() -> None:
    alert = opened(after(0, "ABC1234"), hit(Tier.PROBABLE, 12.0))
    assert verdict(after(9, "ABC123"), hit(Tier.PROBABLE, 12.0), alert) == "suppress"
    assert verdict(after(9, "ABC12"), hit(Tier.PROBABLE, 12.0), alert) == "new"
    # An entry with unknown characters fits many plates that are one slip apart.
    assert verdict(after(9, "ABC123"), hit(Tier.PARTIAL, 12.0), alert) == "new"


def test_a_vehicle_that_was_read_as_two_texts_is_known_by_either() -> None:
    one = opened(after(0, "ABC1Z34"), hit(Tier.PROBABLE, 12.0))
    alert = replace(one, plates=("ABC1Z34", "A8C1234"))
    for plate, expected in (("ABC1Z34", "suppress"), ("A8C1234", "suppress"), ("ABC1Z3Q", "new")):
        seen = after(9, plate, characters=characters(plate))
        assert verdict(seen, hit(Tier.PROBABLE, 12.0), alert) == expected


def test_a_character_that_may_be_something_else_may_not_be_anything() -> None:
    alert = opened(after(0, "ABC1Z34"), hit(Tier.PROBABLE, 12.0))
    torn = after(30, "ABC1234", characters=characters("ABC1234", p4=(("2", 0.6), ("7", 0.38), ("Z", 0.01))))
    assert verdict(torn, hit(Tier.PROBABLE, 12.0), alert) == "new"
    # Every place where the texts differ has to be one that the read is unsure of.
    twice = after(
        30, "A8C1234", characters=characters("A8C1234", p1=(("8", 0.9), ("X", 0.1)), p4=(("2", 0.6), ("Z", 0.38)))
    )
    assert verdict(twice, hit(Tier.PROBABLE, 12.0), alert) == "new"
