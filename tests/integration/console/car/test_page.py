"""The officer's page in a real browser: at standstill, with the keyboard alone, on the laptop and on a phone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from schemas.events import Answered
from schemas.types import Category, CheckPriority, ListStanding, RecordAnswer, VehicleDescription
from storage.car.outcomes import AnswerOutcome
from tests.browser.chromium import Watched, violations
from tests.browser.screenshots import take
from tests.integration.console.car.car import Car
from tests.integration.console.conftest import PHONE
from tests.unit.alerts.samples import sample_entry

LAPTOP = {"viewport": {"width": 1024, "height": 768}}
COPYING = LAPTOP | {"permissions": ["clipboard-read", "clipboard-write"]}
RED = """(card) => {
    const probe = document.createElement("p");
    probe.style.color = "var(--alarm)";
    card.append(probe);
    const alarm = getComputedStyle(probe).color;
    probe.remove();
    return [card, ...card.querySelectorAll("*")]
        .filter((one) => Object.values(getComputedStyle(one)).includes(alarm)).map((one) => one.className);
}"""
SMALL = """() => [...document.querySelectorAll("button, summary, input, label, a")]
    .filter((one) => one.offsetParent !== null && !(one.matches("input") && one.closest("label")))
    .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
    .filter(([, box]) => box.height < 48 || box.width < 48).map(([what]) => what)"""

PALE = """async () => (await axe.run(document, {runOnly: ["color-contrast-enhanced"]})).violations
    .flatMap((one) => one.nodes.map((node) => node.html.slice(0, 120)))"""


def press(page: Page, *keys: str) -> None:
    """Press keys after the card has stood long enough to take them."""
    page.wait_for_timeout(800)
    for key in keys:
        page.keyboard.press(key)


def differing(**changes: Any) -> dict[str, Any]:
    """An alert whose vehicle has another color than is listed."""
    evidence = [{"feature": "color", "read": "blue", "listed": "RED", "agrees": False, "score": -2.0}]
    return {"hit": {"vehicle": evidence}, "listed_vehicle": VehicleDescription(color="RED"), **changes}


@pytest.mark.parametrize("browser", [LAPTOP, PHONE], indirect=True, ids=["laptop", "phone"])
def test_the_card_says_what_matters_and_is_answered(car: Car, browser: Watched, request: pytest.FixtureRequest) -> None:
    page = car.page(browser)
    expect(page.locator("#none")).to_be_visible()
    entry = sample_entry("VNV4527")._replace(category=Category.FELONY_VEHICLE)
    alert = car.alert(entry=entry, plate="VNV4527", read={"plate": "VNV4S27"}, hit={"characters": []})
    card = page.locator("#current article")
    expect(card.get_by_role("heading", level=2)).to_have_text("felony vehicle")
    assert card.get_by_role("img", name="seen VNV4S27, listed VNV4527").is_visible()
    assert card.locator(".pair.differs").count() == 1
    # What is read of the state stands before everything else.
    assert card.inner_text().split("\n")[0].startswith("VA read, VA listed")
    expect(card).to_contain_text("s ago: looking west")
    expect(card.locator("img.plate")).to_have_js_property("naturalWidth", 240)
    expect(page.locator("html")).to_have_attribute("data-tones", "high")
    assert violations(page) == []
    # In the sun: seven to one, where four and a half are enough elsewhere.
    assert page.evaluate(PALE) == []
    assert page.evaluate(SMALL) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if "laptop" in request.node.name:
        take(page, "patrol-page")
    page.wait_for_timeout(800)
    card.get_by_role("button", name="Correct").click()
    expect(page.locator("#current .confirmed")).to_contain_text("confirmed by kim")
    (answer,) = car.answers()
    assert (answer.what, answer.person, answer.unit, answer.plate_seen) == (Answered.CORRECT, "kim", "12", "VNV4527")
    assert (answer.alert_id, answer.sign_on, answer.car_id) == (alert.alert_id, car.server.granted, "car-12")
    assert violations(page) == []


@pytest.mark.parametrize("browser", [COPYING], indirect=True, ids=["laptop"])
def test_by_the_keyboard_alone_with_the_record_check(car: Car, browser: Watched) -> None:
    page = car.page(browser)
    car.alert(plate="VNV4527")
    expect(page.locator("#current article")).to_be_focused()
    press(page, "1")
    expect(page.locator("#did")).to_have_text("VNV4527 copied: paste it into the record check.")
    assert page.evaluate("navigator.clipboard.readText()") == "VNV4527"
    expect(page.locator("#current")).to_contain_text("The record check is another thing")
    press(page, "u")
    expect(page.locator("#current .clock .left")).to_contain_text("9:5")
    press(page, "9")
    expect(page.locator("#current .clock")).to_contain_text("needs more time")
    press(page, "7")
    expect(page.locator("#current .clock")).to_contain_text("its agency says that the entry stands")
    said = [(one.what, one.priority, one.answer, one.minutes) for one in car.answers()]
    assert said == [
        (Answered.CORRECT, None, None, None),
        (Answered.RECORD_ASKED, CheckPriority.URGENT, None, None),
        (Answered.RECORD_ANSWERED, None, RecordAnswer.TIME_NEEDED, 10),
        (Answered.RECORD_ANSWERED, None, RecordAnswer.VALID, None),
    ]


@pytest.mark.parametrize("browser", [LAPTOP], indirect=True, ids=["laptop"])
def test_a_routine_check_has_an_hour_and_the_shift_can_be_gone_through(car: Car, browser: Watched) -> None:
    page = car.page(browser)
    first = car.alert(number=0, plate="AAA1111")
    expect(page.locator("#current article")).to_be_focused()
    second = car.alert(
        number=1, plate="BBB2222", entry=sample_entry("BBB2222")._replace(category=Category.OFFICER_SAFETY)
    )
    # A card never comes under a finger: what is more urgent is offered, and shown when it is asked for.
    expect(page.get_by_role("button", name="Next (N): high priority: officer safety: BBB2222 VA")).to_be_visible()
    assert page.locator("#current article").get_attribute("aria-labelledby") == f"h-{first.alert_id}"
    press(page, "n")
    expect(page.locator("#current article")).to_have_attribute("aria-labelledby", f"h-{second.alert_id}")
    press(page, "r")
    expect(page.locator("#current .clock .left")).to_contain_text("59:5")
    press(page, "4")
    expect(page.locator("#lines li").first).to_contain_text("seen")
    press(page, "ArrowDown")
    expect(page.locator("#current article")).to_have_attribute("aria-labelledby", f"h-{first.alert_id}")
    press(page, "3")
    expect(page.locator("#current .confirmed")).to_contain_text("rejected (misread) by kim")
    assert [one.what for one in car.answers()] == [Answered.RECORD_ASKED, Answered.DISMISSED, Answered.MISREAD]
    page.reload()
    expect(page.locator("#lines li")).to_have_count(2)
    opened = {one.alert_id for one in car.notes() if one.what == "alert_opened"}
    assert opened == {first.alert_id, second.alert_id}


@pytest.mark.parametrize("browser", [LAPTOP], indirect=True, ids=["laptop"])
def test_what_contradicts_the_entry_takes_a_second_tap(car: Car, browser: Watched) -> None:
    browser.expected_statuses.add(409)
    page = car.page(browser)
    car.alert(plate="VNV4527", **differing())
    expect(page.locator("#current .features .against")).to_contain_text("color contradicts: seen blue, listed RED")
    press(page, "1")
    again = page.get_by_role("group", name="Look again")
    expect(again).to_contain_text("COLOR: seen blue, listed RED (by the reader)")
    assert car.answers() == []
    assert violations(page) == []
    press(page, "b")
    expect(again).to_be_hidden()
    press(page, "1")
    expect(again).to_be_visible()
    press(page, "5")
    expect(page.locator("#current .confirmed")).to_contain_text("confirmed by kim")
    (answer,) = car.answers()
    assert answer.despite == ("color",)


@pytest.mark.parametrize("browser", [LAPTOP], indirect=True, ids=["laptop"])
def test_another_state_has_its_own_tone_and_nothing_of_it_is_red(car: Car, browser: Watched) -> None:
    page = car.page(browser)
    entry = sample_entry("CCC3333")._replace(category=Category.OFFICER_SAFETY)
    car.alert(plate="CCC3333", entry=entry, read={"jurisdiction": "US-NC"})
    expect(page.locator("html")).to_have_attribute("data-tones", "other-state")
    card = page.locator("#current article")
    assert card.inner_text().startswith("NC read, VA listed: ANOTHER STATE")
    assert card.evaluate(RED) == []
    assert violations(page) == []
    press(page, "2")
    expect(page.locator("#current .confirmed")).to_contain_text("rejected (wrong state) by kim")
    car.alert(number=1, plate="DDD4444", **differing())
    press(page, "n")
    expect(card.locator(".features .against")).to_be_visible()
    # The check can fail: what contradicts in another way is red.
    assert card.evaluate(RED) != []


@pytest.mark.parametrize("browser", [LAPTOP], indirect=True, ids=["laptop"])
def test_low_and_normal_can_be_muted_and_high_never(car: Car, browser: Watched) -> None:
    page = car.page(browser)
    page.get_by_label("normal").uncheck()
    page.get_by_label("low").uncheck()
    page.evaluate("localStorage.setItem('tone-high', 'off')")
    page.reload()
    expect(page.locator("#live")).to_have_text("live")
    car.alert(number=0, plate="AAA1111")
    expect(page.locator("#news")).to_have_text("normal priority: stolen vehicle: AAA1111 VA")
    car.alert(number=1, plate="TXR2958", entry=sample_entry("TXR2958")._replace(category=Category.UNINSURED))
    expect(page.locator("#news")).to_have_text("low priority: uninsured: TXR2958 VA")
    car.alert(number=2, plate="BBB2222", entry=sample_entry("BBB2222")._replace(category=Category.OFFICER_SAFETY))
    expect(page.locator("html")).to_have_attribute("data-tones", "high")


@pytest.mark.parametrize("browser", [LAPTOP], indirect=True, ids=["laptop"])
def test_a_storm_makes_no_tone_is_said_and_leaves_high_to_be_heard(car: Car, browser: Watched) -> None:
    page = car.page(browser)
    assert car.settings.patrol is not None
    most = car.settings.patrol.storm_minimum
    for number in range(most + 1):
        car.alert(number=number, plate=f"AAA{number:04d}")
    lines = page.locator("#lines .line")
    expect(lines).to_have_count(most + 1)
    expect(page.locator("#states")).to_contain_text(f"{most + 1} alerts of list")
    # Of many at once the first ones are said, and how many more there are.
    expect(page.locator("#news")).to_contain_text(re.compile(rf"AAA{most - 1:04d}|and \d+ more"))
    assert f"AAA{most:04d}" not in page.locator("#news").inner_text()
    assert violations(page) == []
    car.alert(
        number=most + 1, plate="BBB2222", entry=sample_entry("BBB2222")._replace(category=Category.OFFICER_SAFETY)
    )
    expect(page.locator("#news")).to_contain_text("high priority")
    expect(page.locator("html")).to_have_attribute("data-tones", re.compile(r"high\s*$"))


@pytest.mark.parametrize("browser", [LAPTOP], indirect=True, ids=["laptop"])
def test_an_answer_that_the_server_did_not_take_is_said_on_its_card_though_it_was_answered(
    car: Car, browser: Watched
) -> None:
    page = car.page(browser)
    car.alert(plate="VNV4527")
    card = page.locator("#current article")
    expect(card).to_be_visible()
    press(page, "3")
    expect(page.locator("#current .confirmed")).to_contain_text("rejected (misread) by kim")
    assert car.desk is not None
    (answer,) = car.answers()
    car.desk.outcomes.take([AnswerOutcome(answer.answer_id, "conflict", "it was confirmed by lee")])
    expect(card.locator(".untaken")).to_contain_text(
        "was not taken: it was confirmed by lee. What was said there counts"
    )
    assert violations(page) == []
    assert page.evaluate(PALE) == []


@pytest.mark.parametrize("browser", [LAPTOP], indirect=True, ids=["laptop"])
def test_an_old_list_is_red_and_every_alert_of_it_says_so(car: Car, browser: Watched) -> None:
    page = car.page(browser)
    ages = page.locator("#states .listages")
    expect(ages).to_contain_text("ncic 2 h old")
    assert ages.locator(".red").count() == 0
    now = datetime.now(UTC)
    car.lists = [ListStanding("ncic", now - timedelta(hours=30), "its content is 30 h old and may be 24 h old")]
    expect(ages.locator(".red")).to_have_text("ncic 30 h old: OLD LIST")
    alert = car.alert(plate="VNV4527")
    expect(page.locator("#current .lists")).to_be_visible()
    assert "OLD LIST" not in page.locator("#current").inner_text()
    car.update(alert, "better read", hotlist={"age_seconds": 30 * 3600.0})
    expect(page.locator("#current .lists.red")).to_contain_text("ncic, 30 h old: OLD LIST, ask before you act")
