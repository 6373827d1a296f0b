"""The officer's page while the car moves: few words, for five seconds, and nothing to type or to press."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from schemas.types import CarState, Category, StateKind
from tests.browser.chromium import Watched, violations
from tests.browser.screenshots import take
from tests.integration.console.car.car import Car
from tests.integration.console.car.test_page import LAPTOP
from tests.integration.console.conftest import PHONE
from tests.unit.alerts.samples import sample_entry

MOST_WORDS = 12

BOTH = pytest.mark.parametrize("browser", [LAPTOP, PHONE], indirect=True, ids=["laptop", "phone"])


def words(page: Page) -> list[str]:
    """All that can be read on the screen."""
    return page.locator("body").inner_text().split()


@BOTH
def test_an_alert_is_a_few_words_for_five_seconds_and_the_whole_card_at_standstill(
    car: Car, browser: Watched, request: pytest.FixtureRequest
) -> None:
    car.speed = 15.0
    page = car.page_moving(browser)
    assert words(page) == ["Reading."]
    entry = sample_entry("VNV4527")._replace(category=Category.OFFICER_SAFETY)
    car.alert(plate="VNV4527", entry=entry)
    notice = page.locator("#notice")
    expect(notice).to_contain_text("VNV4527")
    seen = words(page)
    assert violations(page) == []
    assert {"officer", "safety", "VNV4527", "VA", "looking", "west"} <= {one.strip(",") for one in seen}
    assert len(seen) <= MOST_WORDS
    expect(page.locator("html")).to_have_attribute("data-tones", "high")
    assert page.locator("input:visible, select:visible, textarea:visible, button:visible, a:visible").count() == 0
    if "laptop" in request.node.name:
        take(page, "patrol-moving")
    # It goes by itself; what is left says that one waits.
    expect(notice).to_be_empty(timeout=60_000)
    assert words(page) == ["Reading.", "1", "to", "answer."]
    assert violations(page) == []
    car.speed = 0.0
    expect(page.locator("#current article")).to_be_visible()
    expect(page.get_by_role("button", name="Correct")).to_be_visible()
    car.speed = 15.0
    expect(page.locator("#current article")).to_be_hidden()
    assert len(words(page)) <= MOST_WORDS


@BOTH
def test_five_seconds_pass_for_each_of_several_the_most_urgent_first(car: Car, browser: Watched) -> None:
    car.speed = 15.0
    page = car.page_moving(browser)
    # The page's clock goes on when the test says so.
    now = datetime.now(UTC)
    page.clock.install(time=now)
    page.clock.pause_at(now + timedelta(hours=1))
    car.alert(number=0, plate="TXR2958", entry=sample_entry("TXR2958")._replace(category=Category.UNINSURED))
    page.clock.run_for(200)
    expect(page.locator("#notice")).to_contain_text("TXR2958")
    car.alert(number=1, plate="AAA1111")
    car.alert(number=2, plate="BBB2222", entry=sample_entry("BBB2222")._replace(category=Category.OFFICER_SAFETY))
    expect(page.locator("#lines li")).to_have_count(3)
    page.clock.run_for(4_700)
    assert "TXR2958" in words(page)
    page.clock.run_for(400)
    assert "BBB2222" in words(page)
    page.clock.run_for(5_000)
    assert "AAA1111" in words(page)
    page.clock.run_for(5_000)
    assert words(page) == ["Reading.", "3", "to", "answer."]


@BOTH
def test_where_the_speed_is_not_known_somebody_has_to_say_that_it_stands(car: Car, browser: Watched) -> None:
    car.speed = None
    car.alert(plate="VNV4527")
    page = car.page_moving(browser)
    assert "Speed unknown: press when standing." in page.locator("#rest").inner_text()
    assert len(words(page)) <= MOST_WORDS
    expect(page.locator("#current article")).to_be_hidden()
    assert violations(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#current article")).to_be_visible()
    car.speed = 15.0
    expect(page.locator("#current article")).to_be_hidden()
    car.speed = None
    expect(page.locator("#rest")).to_contain_text("Speed unknown")


@BOTH
def test_it_says_why_nothing_is_read(car: Car, browser: Watched) -> None:
    page = car.page(browser)
    car.states = [
        CarState(StateKind.NO_CAMERA, "front", "no camera", "camera front gives no pictures since 10:15", stops=True)
    ]
    expect(page.locator("#states .stops")).to_have_text("NOT READING camera front gives no pictures since 10:15")
    assert violations(page) == []
    car.speed = 15.0
    expect(page.locator("#rest.stopped")).to_have_text("NOT READING: no camera.")
    car.states = []
    expect(page.locator("#rest")).to_have_text("Reading.")
