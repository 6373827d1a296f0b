"""The officer's page as a shift has it: it stays open, things come at the wrong moment, and its program is cut."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from console.car.visitors import COOKIE
from schemas.types import Category, VehicleDescription
from tests.browser.chromium import Watched, violations
from tests.integration.console.board.alerts import made
from tests.integration.console.car.car import Car, make_car
from tests.integration.console.car.test_moving import words
from tests.integration.console.car.test_page import LAPTOP, PALE, SMALL, differing, press
from tests.integration.console.car.test_signing_on import SAME
from tests.integration.console.conftest import PHONE
from tests.unit.alerts.samples import sample_entry
from tests.unit.pipeline.patrol.way_home import until

MOST_WORDS = 12

ON_LAPTOP = pytest.mark.parametrize("browser", [LAPTOP], indirect=True, ids=["laptop"])
BLUE = {"vehicle": [{"feature": "color", "read": "blue", "listed": "RED", "agrees": False, "score": -2.0}]}
# But for the fraction of a pixel that scrolling leaves.
IN_VIEW = """(one) => {
    const box = one.getBoundingClientRect();
    return box.top > -1 && box.top < innerHeight && box.left >= 0 && box.right <= innerWidth;
}"""
FITS = "document.documentElement.scrollWidth <= innerWidth"


def dangerous(number: int, plate: str) -> dict[str, Any]:
    """An alert of high priority."""
    return {
        "number": number,
        "plate": plate,
        "entry": sample_entry(plate)._replace(category=Category.OFFICER_SAFETY),
    }


def taken(car: Car, do: Callable[[], object]) -> None:
    """Do something that the board takes up, and wait until it has."""
    assert car.desk is not None
    board = car.desk.board
    before = board.cursor
    do()
    until(lambda: board.cursor != before)


@ON_LAPTOP
def test_what_came_while_somebody_answered_is_looked_at_first(car: Car, browser: Watched) -> None:
    browser.expected_statuses.add(409)
    page = car.page(browser)
    alert = car.alert(plate="VNV4527")
    expect(page.locator("#current article")).to_be_focused()
    page.locator("#current summary").click()
    page.locator("#current article").focus()

    def late(route: Route) -> None:
        taken(car, lambda: car.update(alert, "color seen", hit=BLUE))
        route.continue_()

    page.route("**/answer", late, times=1)
    press(page, "2")
    expect(page.locator("#did")).to_have_text("Not said: it has changed meanwhile: look again, and say it then.")
    expect(page.locator("#current .features .against")).to_be_visible()
    assert car.answers() == []
    # What was opened stays so, and the keys go on where they were.
    assert page.locator("#current details").get_attribute("open") is not None
    press(page, "1")
    again = page.get_by_role("group", name="Look again")
    expect(again).to_be_visible()
    # A second look counts for what was seen alone: more came, and it begins anew.
    car.update(alert, "make seen", hit={"vehicle": [*BLUE["vehicle"], {**BLUE["vehicle"][0], "feature": "make"}]})
    expect(page.locator("#current .features .against")).to_have_count(2)
    expect(again).to_be_hidden()
    assert page.evaluate("document.getElementById('current').contains(document.activeElement)")
    press(page, "1")
    expect(again).to_be_visible()
    press(page, "5")
    expect(page.locator("#current .confirmed")).to_contain_text("confirmed by kim")
    (answer,) = car.answers()
    assert answer.despite == ("color", "make")


def test_only_a_judgment_needs_that_the_newest_was_seen(car: Car) -> None:
    alert = car.alert(plate="VNV4527")
    with car.client(cookies={COOKIE: car.cookie()}, headers=SAME) as client:
        car.update(alert, "color seen", hit=BLUE)
        path = f"/alerts/{alert.alert_id}/answer"
        until(lambda: "contradicts" in client.get("/").text)
        for what in ("correct", "wrong_state", "misread"):
            answer = client.post(path, data={"what": what, "seen": "1", "again": "true"})
            assert (answer.status_code, "contradicts" in answer.json()["html"]) == (409, True), what
        assert car.answers() == []
        assert client.post(path, data={"what": "dismissed", "seen": "1"}).status_code == 200
        assert client.post(path, data={"what": "correct", "seen": "2", "again": "true"}).status_code == 200
        assert client.get("/here").status_code == 204
    assert [one.what for one in car.answers()] == ["dismissed", "correct"]


@ON_LAPTOP
def test_what_is_taken_back_is_said_in_the_notice_that_stands(car: Car, browser: Watched) -> None:
    car.speed = 15.0
    page = car.page_moving(browser)
    now = datetime.now(UTC)
    page.clock.install(time=now)
    page.clock.pause_at(now + timedelta(seconds=1))
    alert = car.alert(**dangerous(0, "VNV4527"))
    expect(page.locator("#lines li")).to_have_count(1)
    page.clock.run_for(200)
    expect(page.locator("#notice")).to_contain_text("VNV4527")
    assert "TAKEN" not in words(page)
    car.cancel(alert)
    # At once, and not when its five seconds are over.
    expect(page.locator("#notice")).to_contain_text("TAKEN BACK")
    assert len(words(page)) <= MOST_WORDS
    page.clock.run_for(6_000)
    page.clock.run_for(6_000)
    assert words(page) == ["Reading."]


@ON_LAPTOP
def test_two_hundred_alerts_and_what_presses_is_always_in_sight(car: Car, browser: Watched) -> None:
    car.alerts_at_once([made(number=number, plate=f"AA{number:04}") for number in range(200)])
    page = car.page(browser)
    expect(page.locator("#lines li")).to_have_count(200)
    card = page.locator("#current article")
    for number, width in enumerate((1024, 390)):
        page.set_viewport_size({"width": width, "height": 768})
        last = page.locator("#lines li").nth(150).get_by_role("button")
        last.click()
        expect(page.locator(f"#h-{last.get_attribute('data-open')}")).to_be_visible()
        assert card.evaluate(IN_VIEW)
        page.mouse.wheel(0, 400)
        car.alert(**dangerous(900 + number, f"BBB222{number}"))
        nearest = page.get_by_role("button", name=f"Next (N): high priority: officer safety: BBB222{number}")
        expect(nearest).to_be_visible()
        assert nearest.evaluate(IN_VIEW)
        page.wait_for_timeout(800)
        nearest.click()
        expect(card).to_contain_text("officer safety")
        assert card.evaluate(IN_VIEW)
        # Its answers, too, and nothing lies over them.
        assert card.get_by_role("button", name="Correct").evaluate(IN_VIEW)
        card.get_by_role("button", name="Dismiss").click(trial=True)
        assert page.evaluate(FITS)
        press(page, "4")
        expect(card.locator(".confirmed")).to_be_visible()
    assert page.evaluate(SMALL) == []


@ON_LAPTOP
def test_long_names_no_picture_and_everything_at_once_fit(car: Car, browser: Watched) -> None:
    browser.expected_statuses.add(404)
    page = car.page(browser)
    vehicle = VehicleDescription(make="MERCEDES-BENZ-OF-A-LONG-NAME", model="SPRINTER" * 6, color="SILVER OVER GREEN")
    changes = dangerous(0, "WWWWWWWWWW") | differing(listed_vehicle=vehicle)
    changes["entry"] = changes["entry"]._replace(instructions="HOLDFORLATENTS" * 30, originating_agency="O" * 60)
    read = {"plate": "VVWWWWWWWWW", "jurisdiction": "US-NC", "plate_image_key": "gone/plate.jpg"}
    car.alert(made(**changes, read=read).model_copy(update={"plate_picture": None}))
    card = page.locator("#current article")
    expect(card.locator(".nopicture")).to_have_text("the picture of the plate is not there any more")
    card.locator("summary").click()
    for width in (1024, 390):
        page.set_viewport_size({"width": width, "height": 768})
        assert page.evaluate(FITS)
        assert card.evaluate("(one) => one.scrollWidth <= one.clientWidth")
    assert violations(page) == []
    assert page.evaluate(PALE) == []
    car.speed = 15.0
    expect(card).to_be_hidden()
    car.alert(made(**changes | {"number": 1}, read={"jurisdiction": "US-NC"}))
    expect(page.locator("#notice")).to_contain_text("WWWWWWWWWW")
    assert len(words(page)) <= MOST_WORDS
    assert page.evaluate(FITS)
    assert page.evaluate(PALE) == []


@ON_LAPTOP
def test_of_two_tabs_one_sounds_and_both_are_muted(car: Car, browser: Watched) -> None:
    first, second = car.page(browser), browser.new_page()
    second.goto(car.url)
    expect(second.locator("#live")).to_have_text("live")
    first.get_by_label("low").uncheck()
    expect(second.get_by_label("low")).not_to_be_checked()
    car.alert(number=0, plate="TXR2958", entry=sample_entry("TXR2958")._replace(category=Category.UNINSURED))
    for page in (first, second):
        expect(page.locator("#news")).to_contain_text("TXR2958")
    car.alert(**dangerous(1, "BBB2222"))
    for page in (first, second):
        expect(page.locator("#news")).to_contain_text("BBB2222")
        page.wait_for_timeout(300)
    assert sorted(page.locator("html").get_attribute("data-tones") or "" for page in (first, second)) == ["", "high"]


@ON_LAPTOP
def test_a_program_that_is_cut_is_said_and_whoever_was_here_signs_on_again(tmp_path: Path, browser: Watched) -> None:
    browser.expected_words |= {"ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "ERR_INCOMPLETE_CHUNKED_ENCODING"}
    browser.expected_statuses.add(401)
    car = make_car(tmp_path)
    try:
        with car.running():
            page = car.page(browser)
            car.alert(plate="VNV4527")
            expect(page.locator("#current article")).to_be_visible()
        # Nobody knows whether the car still stands.
        expect(page.locator("#rest")).to_have_text("NOT SHOWN: program does not answer.")
        expect(page.locator("#current article")).to_be_hidden()
        assert len(words(page)) <= MOST_WORDS
        page.get_by_role("button", name="The car stands").press("Enter")
        expect(page.locator("#current article")).to_be_visible()
        expect(page.locator("#trouble")).to_contain_text("The car's own program does not answer")
        press(page, "1")
        expect(page.locator("#did")).to_contain_text("Not said: the car's own program does not answer")
        # It starts again, and knows nobody: that is said, and not that it does not answer.
        with car.running():
            expect(page.get_by_label("Password")).to_be_visible()
            assert car.answers() == []
    finally:
        car.close()


@pytest.mark.parametrize("browser", [PHONE], indirect=True, ids=["phone"])
def test_a_phone_whose_clock_is_wrong_counts_as_the_car_does(car: Car, browser: Watched) -> None:
    browser.context.clock.install(time=datetime.now(UTC) - timedelta(hours=3))
    page = car.page(browser)
    car.alert(plate="VNV4527")
    expect(page.locator("#current article")).to_contain_text("s ago")
    page.clock.run_for(800)
    page.get_by_role("button", name="Asked: urgent, 10 min").click()
    expect(page.locator("#current .clock .left")).to_contain_text("9:5")


def test_a_page_shows_the_last_hours_and_says_of_every_red_list_that_it_is_old(car: Car) -> None:
    """By the list's own limit and the law's, too, which the matcher knows."""
    car.alert(plate="VNV4527")
    car.alert(number=1, plate="AAA1111", hit={"explanation": "exact; LIST NOT CURRENT: its content is 13 h old"})
    with car.client(cookies={COOKIE: car.cookie()}) as client:
        until(lambda: "AAA1111" in client.get("/").text)
        assert client.get("/").text.count("OLD LIST, ask before you act") == 1
        assert car.desk is not None
        car.desk.board.now = lambda: datetime.now(UTC) + timedelta(hours=25)
        page = client.get("/").text
        assert "AAA1111" not in page
        assert "VNV4527" not in page
