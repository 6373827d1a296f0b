"""Two reads of one number that cannot be of one vehicle, and what is allowed for before it is said."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.settling.clones import (
    CloneSuspicion,
    clone_event,
    clone_sentence,
    compare,
    find_clone,
    least_speed,
    mirrored,
)
from alerts.settling.places import distance_meters, is_same_place
from schemas.settings import RepeatSettings
from schemas.settling import Sighting
from schemas.types import Location, Tier
from tests.unit.alerts.settling.test_repeats import FAR, HERE, NEAR, hit
from tests.unit.matcher.samples import NOW, read

SETTINGS = RepeatSettings()
SEEN = read("ABC1234", "US-VA", location=HERE, confidence=0.95)
places = st.builds(Location, st.floats(-90, 90), st.floats(-180, 180))


def elsewhere(seconds: float, place: Location | None = FAR, **fields: object) -> Sighting:
    """A sighting so many seconds before NOW."""
    values: dict[str, object] = {"confidence": 0.95, "jurisdiction": "US-VA"} | fields
    return Sighting("bridge", place, NOW - timedelta(seconds=seconds), **values)  # type: ignore[arg-type]


def test_five_kilometers_in_twenty_seconds_are_two_vehicles() -> None:
    suspicion = find_clone(hit(), SEEN, [elsewhere(20)], SETTINGS)
    assert suspicion is not None
    assert suspicion.distance_km == pytest.approx(5.0, abs=0.05)
    assert suspicion.seconds == 20
    assert suspicion.speed_kmh == pytest.approx(576, abs=10)  # 4.8 km in 30 s
    assert (suspicion.camera_id, suspicion.captured_at) == ("bridge", NOW - timedelta(seconds=20))


def test_what_one_vehicle_can_do_is_no_suspicion() -> None:
    # 5 km in 2 minutes are 150 km/h.
    for sighting in (elsewhere(120), elsewhere(-120), elsewhere(1, NEAR), elsewhere(20, None), elsewhere(4000)):
        assert find_clone(hit(), SEEN, [sighting], SETTINGS) is None
    assert find_clone(hit(), read("ABC1234", "US-VA"), [elsewhere(20)], SETTINGS) is None


def test_clocks_and_places_that_are_a_little_wrong_are_no_suspicion() -> None:
    # 1.2 km: half a second apart by clocks that differ, or closer than the coordinates say.
    place = Location(HERE.latitude + 1.2 / 111.195, HERE.longitude)
    assert compare(SEEN, elsewhere(0.5, place), SETTINGS) is not None
    assert compare(SEEN, elsewhere(0.5, place), RepeatSettings(clock_error_seconds=20)) is None
    assert compare(SEEN, elsewhere(0.5, place), RepeatSettings(place_error_meters=1000)) is None
    assert compare(SEEN, elsewhere(0.5, place), RepeatSettings(clone_min_meters=1500)) is None


def test_unsure_reads_and_other_states_are_not_compared() -> None:
    assert find_clone(hit(), SEEN, [elsewhere(20, confidence=0.8)], SETTINGS) is None
    assert find_clone(hit(), SEEN, [elsewhere(20, jurisdiction="US-MD")], SETTINGS) is None
    assert find_clone(hit(), SEEN, [elsewhere(20, jurisdiction=None)], SETTINGS) is not None
    unsure = read("ABC1234", "US-VA", location=HERE, confidence=0.8)
    assert find_clone(hit(), unsure, [elsewhere(20)], SETTINGS) is not None  # exact
    assert find_clone(hit(Tier.PROBABLE), unsure, [elsewhere(20)], SETTINGS) is None
    assert find_clone(hit(Tier.PROBABLE), SEEN, [elsewhere(20)], SETTINGS) is not None
    nobody_says = read("ABC1234", "US-VA", location=HERE, confidence=0.99, confidence_is_known=False)
    assert find_clone(hit(Tier.PROBABLE), nobody_says, [elsewhere(20)], SETTINGS) is None


def test_the_clearest_sighting_is_named() -> None:
    suspicion = find_clone(hit(), SEEN, [elsewhere(40), elsewhere(-10), elsewhere(30)], SETTINGS)
    assert suspicion is not None
    assert suspicion.seconds == -10


@pytest.mark.parametrize(
    ("kilometers", "seconds", "words"),
    [
        (12.4, 180.0, "the same number was read 12 km away 3 minutes before: one of the plates may be cloned"),
        (5.0, -20.0, "the same number was read 5 km away 20 seconds after: one of the plates may be cloned"),
        (5.0, 1.0, "the same number was read 5 km away 1 second before: one of the plates may be cloned"),
        (5.0, 0.0, "the same number was read 5 km away 0 seconds before: one of the plates may be cloned"),
        (5.0, 89.0, "the same number was read 5 km away 89 seconds before: one of the plates may be cloned"),
        (5.0, 90.0, "the same number was read 5 km away 2 minutes before: one of the plates may be cloned"),
        (5.0, -149.0, "the same number was read 5 km away 2 minutes after: one of the plates may be cloned"),
        (5.0, -1800.0, "the same number was read 5 km away 30 minutes after: one of the plates may be cloned"),
    ],
)
def test_the_suspicion_is_a_plain_sentence(kilometers: float, seconds: float, words: str) -> None:
    assert clone_sentence(CloneSuspicion(kilometers, seconds, 600.0, "bridge", NOW)) == words


@given(places, places)
def test_distances_are_those_of_a_sphere(one: Location, other: Location) -> None:
    distance = distance_meters(one, other)
    assert 0 <= distance <= 20_016_000
    assert distance == pytest.approx(distance_meters(other, one), abs=0.01)
    assert distance_meters(one, one) == 0


def test_known_distances() -> None:
    # One degree of a great circle; Norfolk to Richmond.
    assert distance_meters(Location(0, 0), Location(0, 1)) == pytest.approx(111_195, abs=1)
    assert distance_meters(Location(36.8508, -76.2859), Location(37.5407, -77.4360)) == pytest.approx(127_600, rel=0.01)


@given(st.floats(0, 2e7), st.floats(-1e5, 1e5), st.floats(0, 1e3), st.floats(0, 1e3))
def test_errors_only_ever_slow_a_vehicle_down(distance: float, seconds: float, meters: float, clock: float) -> None:
    exact = least_speed(distance, seconds, RepeatSettings(place_error_meters=0, clock_error_seconds=0))
    allowed = least_speed(distance, seconds, RepeatSettings(place_error_meters=meters, clock_error_seconds=clock))
    assert 0 <= allowed <= exact
    assert math.isfinite(exact)


@pytest.mark.parametrize("sign", [1, -1])
def test_beyond_the_minutes_that_are_compared_nothing_is_impossible(sign: int) -> None:
    # 3,000 km: no car covers them in any of these times.
    far = Location(HERE.latitude + 27, HERE.longitude)
    for settings, seconds in ((SETTINGS, 3600), (RepeatSettings(clone_minutes=10), 600)):
        at_most, beyond = (compare(SEEN, elsewhere(sign * at, far), settings) for at in (seconds, seconds + 1))
        assert at_most is not None
        assert beyond is None


def test_every_limit_is_what_the_settings_say_it_is() -> None:
    at = Location(HERE.latitude + 1.2 / 111.195, HERE.longitude)
    distance = distance_meters(HERE, at)
    # As sure as has to be, and as far as has to be.
    assert compare(SEEN, elsewhere(0.5, at, confidence=0.9), SETTINGS) is not None
    assert compare(SEEN, elsewhere(0.5, at, confidence=0.899), SETTINGS) is None
    assert compare(SEEN, elsewhere(0.5, at), RepeatSettings(clone_min_meters=distance)) is not None
    assert compare(SEEN, elsewhere(0.5, at), RepeatSettings(clone_min_meters=distance + 0.01)) is None
    # A vehicle may drive as fast as the limit.
    speed = least_speed(distance, 0.5, SETTINGS)
    assert compare(SEEN, elsewhere(0.5, at), RepeatSettings(impossible_speed_kmh=speed)) is None
    assert compare(SEEN, elsewhere(0.5, at), RepeatSettings(impossible_speed_kmh=speed - 0.01)) is not None
    unsure = read("ABC1234", "US-VA", location=HERE, confidence=0.9)
    assert find_clone(hit(Tier.PROBABLE), unsure, [elsewhere(20)], SETTINGS) is not None


def test_two_cameras_of_one_place_are_never_compared() -> None:
    near = RepeatSettings(same_place_meters=6000)
    assert compare(SEEN, elsewhere(1), near) is None
    distance = distance_meters(HERE, FAR)
    for within, same in ((distance, True), (distance - 0.01, False)):
        assert is_same_place("gate", HERE, "bridge", FAR, within) is same
    assert is_same_place("gate", None, "gate", FAR, 0)
    assert not is_same_place("gate", HERE, "bridge", None, 1e9)


def test_a_suspicion_from_the_other_side_names_this_read_and_turns_the_time_around() -> None:
    suspicion = compare(SEEN, elsewhere(20), SETTINGS)
    assert suspicion is not None
    other = mirrored(suspicion, SEEN)
    assert (other.camera_id, other.captured_at, other.location) == ("gate", NOW, HERE)
    assert other.seconds == -20
    assert (other.distance_km, other.speed_kmh) == (suspicion.distance_km, suspicion.speed_kmh)
    event = clone_event(other)
    assert (event.camera_id, event.captured_at, event.seconds) == ("gate", NOW, -20)
    assert event.location is not None
    assert (event.location.latitude, event.location.longitude) == (HERE.latitude, HERE.longitude)
    assert event.explanation == "the same number was read 5 km away 20 seconds after: one of the plates may be cloned"
