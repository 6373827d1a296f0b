"""The stream of a car's page: it goes on from where a screen was, and what was seen does not come again."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx

from console.car.visitors import COOKIE
from operations.patrol.board import Cursor
from operations.patrol.saying import Wanted
from schemas.events import Answered, Noted
from tests.integration.console.car.car import Car


def events(car: Car, client: httpx.Client, after: str, **headers: str) -> Iterator[tuple[str, str, str]]:
    """The stream's events as (name, id, data)."""
    with client.stream("GET", "/events", params={"after": after}, headers=headers) as answer:
        assert answer.status_code == 200
        fields: dict[str, str] = {}
        for line in answer.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = f"{fields[name]}\n{value}" if name in fields else value
            elif "event" in fields:
                yield fields["event"], fields.get("id", ""), fields["data"]
                fields = {}


def cards(car: Car, client: httpx.Client, count: int, after: str, **headers: str) -> list[tuple[str, str]]:
    """The first cards that come, each with the id from which the stream goes on."""
    found: list[tuple[str, str]] = []
    for name, number, data in events(car, client, after, **headers):
        if name == "card":
            found.append((number, data.split('data-id="')[1].split('"')[0]))
        if len(found) == count:
            return found
    raise AssertionError("the stream ended")


def test_it_goes_on_where_a_screen_was(car: Car) -> None:
    cookie = car.cookie()
    with car.client(cookies={COOKIE: cookie}) as client:
        first, second = car.alert(number=0, plate="AAA1111"), car.alert(number=1, plate="BBB2222")
        (at_first, one), (at_second, two) = cards(car, client, 2, "")
        assert (one, two) == (str(first.alert_id), str(second.alert_id))
        # What a browser sends of itself counts before what its page was loaded with.
        assert cards(car, client, 1, "", **{"Last-Event-ID": at_first}) == [(at_second, two)]
        third = car.alert(number=2, plate="CCC3333")
        assert [id for _, id in cards(car, client, 1, at_second)] == [str(third.alert_id)]
        # An answer is a change too, and no new alert.
        assert car.desk is not None
        who = car.desk.shift.current()
        assert who is not None
        cursor = str(car.desk.board.cursor)
        shown = sum(one.what is Noted.ALERT_SHOWN for one in car.notes())
        car.desk.sayings.say(who, first.alert_id, Wanted(Answered.MISREAD))
        ((last, answered),) = cards(car, client, 1, cursor)
        assert answered == str(first.alert_id)
        assert Cursor.of(last) == Cursor(3, 1)
        assert sum(one.what is Noted.ALERT_SHOWN for one in car.notes()) == shown
        # What nobody can have been sent says nothing.
        for nonsense in ("x", "1", "1.2", "1.2.3.4", "-1.0.0", "9" * 40 + ".0.0"):
            assert len(cards(car, client, 3, nonsense)) == 3


def test_a_screen_hears_how_the_car_is_and_that_the_shift_is_over(car: Car) -> None:
    cookie = car.cookie()
    with car.client(cookies={COOKIE: cookie}) as client:
        motions = []
        for name, _, data in events(car, client, ""):
            if name == "car":
                motions.append(json.loads(data)["motion"])
                if motions == ["standing"]:
                    car.speed = 20.0
                elif motions == ["standing", "moving"]:
                    car.speed = None
                elif motions == ["standing", "moving", "unknown"]:
                    assert car.desk is not None
                    car.desk.sign_ons.sign_off()
            if name == "signed-out":
                break
        assert motions == ["standing", "moving", "unknown"]
