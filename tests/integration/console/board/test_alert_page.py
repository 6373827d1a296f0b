"""An alert's page: two steps to a confirmation, and everything else that an officer may say of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import uuid4

from playwright.sync_api import Page, expect

from operations.life.deciding import acknowledge_alert, reject_alert
from operations.life.looking import show_alert
from schemas import ids
from schemas.events import Answered, CarAnswer
from schemas.roles import Role
from schemas.types import CheckPriority, Rejection, Surface, VehicleDescription
from storage.cars.answers import keep_answer, settle_answer
from tests.browser.chromium import Watched
from tests.browser.screenshots import take
from tests.integration.console.board.alerts import raise_alert
from tests.integration.console.site import ConsoleSite
from tests.integration.operations.life.alerts import KIM_SAYS, LEE_SAYS

PATIENCE = 60_000


def opened(console: ConsoleSite, browser: Watched, alert_id: object) -> Page:
    console.sign_in(browser, "lee", Role.OFFICER)
    page = browser.new_page()
    page.goto(f"{console.url}/board/alerts/{alert_id}")
    return page


def confirmed(page: Page) -> str:
    return page.locator("#facts .confirmed").inner_text()


def test_a_plate_is_read_before_it_is_compared_and_then_confirmed(console: ConsoleSite, browser: Watched) -> None:
    alert_id = raise_alert(console.database)
    page = opened(console, browser, alert_id)
    expect(page.get_by_role("heading", level=1)).to_have_text("No. 1, stolen vehicle: VNV4527 VA")
    assert confirmed(page) == "confirmed by nobody yet"
    take(page, "console-alert")
    page.get_by_role("link", name="Confirm: what do you see on the plate?").click()
    # What is listed is not shown where one is asked what one sees.
    assert "VNV4527" not in page.content()
    expect(page.get_by_label("Plate as you see it")).to_be_focused()
    page.get_by_label("Plate as you see it").fill("VNV4521")
    page.get_by_label("the picture").check()
    page.get_by_role("button", name="Compare with the list").click()
    expect(page.get_by_role("alert")).to_contain_text("the plate as seen is not the listed one")
    assert page.get_by_role("button", name="Confirm").count() == 0
    page.get_by_role("link", name="Look again").click()
    page.get_by_label("Plate as you see it").fill("vnv 4527")
    page.get_by_label("State on the plate").fill("Virginia")
    page.get_by_label("the picture").check()
    page.get_by_role("button", name="Compare with the list").click()
    expect(page.get_by_text("nothing that is known of the vehicle contradicts it")).to_be_visible()
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.locator("#facts .confirmed")).to_contain_text(re.compile("confirmed by lee at .* E[SD]T|UTC"))
    (*_, said) = show_alert(LEE_SAYS, console.database, alert_id).dispositions
    assert (said.person, said.surface, said.plate_seen, said.state_seen) == (
        "lee",
        Surface.CONSOLE,
        "vnv 4527",
        "US-VA",
    )


def test_a_vehicle_that_contradicts_blocks_one_step_and_takes_a_reason_for_each(
    console: ConsoleSite, browser: Watched
) -> None:
    alert_id = raise_alert(
        console.database,
        listed_vehicle=VehicleDescription(style="MC", color="RED"),
        read_vehicle=VehicleDescription(vehicle_class="car"),
    )
    page = opened(console, browser, alert_id)
    expect(page.locator("#facts")).to_contain_text("class contradicts: seen car, listed motorcycle")
    # In one step, as a program might post it: refused, and nothing is said of the alert.
    with console.client(console.signed_in("lee", Role.OFFICER)) as client:
        answer = client.post(f"/board/alerts/{alert_id}/confirm", data={"plate": "VNV4527"})
    assert answer.status_code == 422
    assert "CLASS: seen car, listed motorcycle" in answer.text
    page.goto(f"{console.url}/board/alerts/{alert_id}/confirm")
    page.get_by_label("Plate as you see it").fill("VNV4527")
    page.get_by_label("Color").fill("blue")
    page.get_by_label("the vehicle").check()
    page.get_by_role("button", name="Compare with the list").click()
    expect(page.get_by_text("The vehicle contradicts the entry.")).to_be_visible()
    page.get_by_label("Why class is no contradiction").fill("it stands beside a car")
    page.get_by_label("Why color is no contradiction").fill("none")
    browser.expected_statuses |= {422}
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("the reason why color contradicts nothing")
    page.get_by_label("Why color is no contradiction").fill("repainted, as the list's notes say")
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.locator("#facts .confirmed")).to_contain_text("confirmed by lee")
    (*_, said) = show_alert(LEE_SAYS, console.database, alert_id).dispositions
    assert dict(said.despite) == {"class": "it stands beside a car", "color": "repainted, as the list's notes say"}


def test_another_states_plate_is_rejected_from_where_it_was_seen(console: ConsoleSite, browser: Watched) -> None:
    alert_id = raise_alert(console.database)
    page = opened(console, browser, alert_id)
    page.get_by_role("link", name="Confirm: what do you see on the plate?").click()
    page.get_by_label("Plate as you see it").fill("VNV4527")
    page.get_by_label("State on the plate").fill("NC")
    page.get_by_label("the picture").check()
    page.get_by_role("button", name="Compare with the list").click()
    page.get_by_role("button", name="Reject: wrong state").click()
    expect(page.locator("#facts .confirmed")).to_contain_text("rejected (wrong state) by lee")


def test_taking_it_a_record_check_and_its_outcome(console: ConsoleSite, browser: Watched) -> None:
    alert_id = raise_alert(console.database)
    page = opened(console, browser, alert_id)
    page.get_by_role("button", name="Acknowledge: I take care of it").click()
    expect(page.locator("#facts")).to_contain_text("acknowledged by lee")
    page.get_by_text("Outcome: what came of it").click()
    expect(page.get_by_text("recovered: somebody has to compare the plate first")).to_be_visible()
    page.get_by_text("Record check: ask the entering agency").click()
    page.get_by_role("button", name="I have asked: start the clock").click()
    clock = page.locator("#facts .clock")
    expect(clock).to_contain_text(f"{CheckPriority.URGENT.value}, asked by lee")
    expect(clock.locator(".left")).to_have_text(re.compile(r"\((9:\d\d|10:00) left\)"), timeout=PATIENCE)
    page.get_by_label("It says").select_option("valid")
    page.get_by_role("button", name="Note the answer").click()
    expect(clock).to_contain_text("its agency says that the entry stands; entered by lee")
    page.get_by_text("Outcome: what came of it").click()
    page.locator("select[name=outcome]").select_option("no_action")
    page.get_by_role("button", name="Close the alert").click()
    expect(page.locator("#facts .tags")).to_contain_text("closed (no action) by lee")


def test_two_officers_at_one_alert_know_of_each_other(console: ConsoleSite, browser: Watched) -> None:
    alert_id = raise_alert(console.database)
    page = opened(console, browser, alert_id)
    page.locator("summary", has_text="Reject").click()
    page.get_by_label("Why").select_option("misread")
    page.get_by_label("Plate as you see it, if it is another one").fill("VNV4521")
    reject_alert(KIM_SAYS, console.database, alert_id, Rejection.VEHICLE_DIFFERS)
    # What is known is shown anew, and what was typed stays.
    expect(page.locator("#facts .confirmed")).to_contain_text("rejected (vehicle differs) by kim", timeout=PATIENCE)
    expect(page.locator("#changed")).to_be_visible()
    assert page.get_by_label("Plate as you see it, if it is another one").input_value() == "VNV4521"
    browser.expected_statuses |= {422}
    page.get_by_role("button", name="Reject", exact=True).click()
    expect(page.locator("main > .problem:not(#trouble)")).to_contain_text(
        "it was rejected (vehicle differs) by kim at "
    )
    assert page.get_by_label("Plate as you see it, if it is another one").input_value() == "VNV4521"
    page.get_by_role("button", name="Reject", exact=True).click()
    expect(page.locator("#facts .confirmed")).to_contain_text("rejected (misread) by lee")


def test_what_the_board_offers_is_said_by_keyboard_alone(console: ConsoleSite, browser: Watched) -> None:
    for number, plate in enumerate(("AAA1111", "BBB2222")):
        acknowledge_alert(KIM_SAYS, console.database, raise_alert(console.database, number=number, plate=plate))
    console.sign_in(browser, "lee", Role.OFFICER)
    page = browser.new_page()
    page.goto(f"{console.url}/board")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    while page.evaluate("document.activeElement.dataset.key") != "open":
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/board/alerts/*")
    while "button" not in page.evaluate("document.activeElement.className"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Plate as you see it")).to_be_focused()
    listed = show_alert(LEE_SAYS, console.database, page.url.split("/")[-2]).first.entry.plate  # type: ignore[arg-type]
    page.keyboard.type(listed)
    while page.evaluate("document.activeElement.name") != "compared":
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/look")
    while page.evaluate("document.activeElement.textContent") != "Confirm":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#facts .confirmed")).to_contain_text("confirmed by lee")


def test_what_was_said_in_a_car_meanwhile_stands_beside_what_counts(console: ConsoleSite, browser: Watched) -> None:
    alert_id = raise_alert(console.database)
    reject_alert(LEE_SAYS, console.database, alert_id, Rejection.WRONG_STATE)
    at = datetime.now(UTC)
    shift = uuid4()
    answer = CarAnswer(
        answer_id=ids.car_answer_id("car-12", shift, alert_id, Answered.CORRECT.value, at),
        **{"car_id": "car-12", "alert_id": alert_id, "what": Answered.CORRECT, "at": at, "sign_on": shift},
        **{"person": "kim", "unit": "7", "plate_seen": "VNV4527"},
    )
    keep_answer(console.database, answer)
    settle_answer(console.database, answer.answer_id, "conflict", "it was rejected by lee")
    page = opened(console, browser, alert_id)
    facts = page.locator("#facts")
    expect(facts.get_by_role("heading", name="Said in a car, and not taken over")).to_be_visible()
    expect(facts).to_contain_text("correct, by kim (unit 7, car car-12) at ")
    expect(facts).to_contain_text("it was rejected by lee")
