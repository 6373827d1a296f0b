"""Which cars may send: asked anew in time, remembered over an outage, and no longer than said."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.server import known_cars
from ingest.server.known_cars import KnownCar, KnownCars
from schemas.errors import DatabaseUnavailable, TransientError
from tests.unit.ingest.server.car_site import known_car

AGAIN_SECONDS = 2.0
ASK_SECONDS = 2.0
OUTAGE_SECONDS = 3600.0
SEEN_SECONDS = 30.0


class Site:
    """A database that is asked, and a clock."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.is_away = False
        self.cars = {"unit-12": known_car()}
        self.asked: list[str] = []
        self.seen: list[str] = []
        self.slow = 0.0
        self.known = KnownCars(self.find, self.see, clock=lambda: self.now)

    def find(self, car_id: str) -> KnownCar | None:
        self.asked.append(car_id)
        self.now += self.slow
        if self.is_away:
            raise DatabaseUnavailable("the server is down")
        return self.cars.get(car_id)

    def see(self, car_id: str, at: datetime) -> None:
        assert abs((datetime.now(UTC) - at).total_seconds()) < 3600
        self.seen.append(car_id)
        if self.is_away:
            raise DatabaseUnavailable("the server is down")


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.mark.parametrize("car_id", ["unit-12", "unit-99"])
def test_it_is_asked_anew_after_a_moment(site: Site, car_id: str) -> None:
    begun, first = site.now, site.known.get(car_id)
    assert first == site.cars.get(car_id)
    site.now = begun + ASK_SECONDS - 0.001
    site.known.get(car_id)
    assert site.asked == [car_id]
    site.now = begun + ASK_SECONDS
    site.known.get(car_id)
    assert site.asked == [car_id] * 2


def test_what_took_long_to_answer_is_known_from_the_answer_on(site: Site) -> None:
    site.slow = 10.0
    site.known.get("unit-12")
    site.known.get("unit-12")
    assert site.asked == ["unit-12"]


def test_a_database_that_is_away_is_left_alone_for_a_moment(site: Site) -> None:
    site.known.get("unit-12")
    site.is_away = True
    site.now += ASK_SECONDS
    away_at = site.now
    assert site.known.get("unit-12") == known_car()
    with pytest.raises(TransientError, match="it is not known whether this car may send"):
        site.known.get("unit-13")
    assert site.asked == ["unit-12"] * 2
    site.known.seen("unit-12")
    assert site.seen == []
    site.now = away_at + AGAIN_SECONDS - 0.001
    site.known.get("unit-12")
    assert len(site.asked) == 2
    site.now = away_at + AGAIN_SECONDS
    site.known.get("unit-12")
    assert len(site.asked) == 3
    site.is_away = False
    site.now += AGAIN_SECONDS
    assert site.known.get("unit-13") is None


def test_whoever_sends_is_noted_again_once_the_database_may_be_asked_again(site: Site) -> None:
    site.is_away, away_at = True, site.now
    with pytest.raises(TransientError):
        site.known.get("unit-12")
    for seconds, seen in ((AGAIN_SECONDS - 0.001, []), (AGAIN_SECONDS, ["unit-12"])):
        site.now = away_at + seconds
        site.known.seen("unit-12")
        assert site.seen == seen


def test_a_car_is_remembered_to_the_end_of_the_outage_that_is_borne(site: Site) -> None:
    site.known.get("unit-12")
    site.known.get("unit-99")
    begun, site.is_away = site.now, True
    site.now = begun + OUTAGE_SECONDS
    assert site.known.get("unit-12") == known_car()
    with pytest.raises(TransientError):
        site.known.get("unit-99")  # it may have been added since
    site.now = begun + OUTAGE_SECONDS + 0.001
    with pytest.raises(TransientError):
        site.known.get("unit-12")


def test_a_car_is_seen_twice_a_minute_at_most(site: Site) -> None:
    begun = site.now
    for seconds, seen in ((0, 1), (SEEN_SECONDS - 0.001, 1), (SEEN_SECONDS, 2), (SEEN_SECONDS + 1, 2)):
        site.now = begun + seconds
        site.known.seen("unit-12")
        assert len(site.seen) == seen
    site.known.seen("unit-13")
    assert site.seen == ["unit-12", "unit-12", "unit-13"]
    site.is_away = True
    site.known.seen("unit-14")  # is not noted, and nobody is held up


def test_names_that_somebody_makes_up_fill_no_memory(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_cars, "MOST_REMEMBERED", 3)
    for number in range(3):
        site.known.get(f"unit-{number}")
    site.known.get("unit-2")
    assert len(site.asked) == 3
    site.known.get("unit-3")
    site.known.get("unit-3")
    site.known.get("unit-2")
    assert site.asked[3:] == ["unit-3", "unit-2"]
