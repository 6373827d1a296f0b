"""Lists and analyses by keyboard alone: everything is reached, in the order in which it is read, and can be done."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from hotlists.importing.single import SingleEntry, single_entry
from operations.hotlists.adding import add_entry
from schemas.audit import Action
from schemas.roles import Role
from schemas.types import Category
from storage.audit.reader import AuditFilter, audit_entries
from tests.browser.chromium import Watched, violations
from tests.integration.console.site import KEEPER, ConsoleSite

MOST_STOPS = 400
REACHABLE = """() => {
  const kinds = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
  const all = [...document.querySelectorAll(kinds)].filter((one) =>
    one.tabIndex >= 0 && !one.disabled && one.type !== 'hidden' && one.checkVisibility({ visibilityProperty: true }));
  all.forEach((one, number) => { one.dataset.stop = number; });
  document.activeElement.blur();
  return all.map((one) => one.outerHTML.slice(0, 120));
}"""
FOCUSED = """() => {
  const one = document.activeElement;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 && box.width > 0 && box.height > 0;
  return [one.dataset.stop ?? null, seen];
}"""


def walk(page: Page) -> None:
    """Go through a page by Tab: each stop once, in the page's order, each with a mark that is seen."""
    for box in page.locator(".drawing .map").all():
        # A map is made when it is seen, with its own buttons.
        box.scroll_into_view_if_needed()
        expect(box).to_have_class(re.compile("leaflet-container"))
    expected: list[str] = page.evaluate(REACHABLE)
    stops: list[int] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop, is_seen = page.evaluate(FOCUSED)
        if stop is None:
            break
        number = int(stop)
        assert is_seen, expected[number]
        # A field for a time has several stops of its own.
        if not stops or stops[-1] != number:
            stops.append(number)
        if len(stops) == len(expected):
            break
    assert stops == list(range(len(expected))), [expected[one] for one in set(range(len(expected))) - set(stops)]


def go_to(page: Page, target: Locator) -> None:
    """Press Tab until something has the focus."""
    target.wait_for()
    for _ in range(MOST_STOPS):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached by Tab")


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    go_to(page, target)
    page.keyboard.press(key)


def write(page: Page, target: Locator, text: str) -> None:
    go_to(page, target)
    page.keyboard.type(text)


def write_time(page: Page, target: Locator, text: str) -> None:
    """Type a time, part after part as an American browser asks for it: 01/31/2026 09:00 PM."""
    moment = datetime.fromisoformat(text)
    go_to(page, target)
    page.keyboard.type(f"{moment:%m%d%Y}")
    page.keyboard.press("Tab")
    page.keyboard.type(f"{moment:%I%M%p}")
    expect(target).to_have_value(text)


@pytest.fixture
def listed(console: ConsoleSite) -> str:
    """A list with an entry; return the entry's page."""
    entry = single_entry(SingleEntry(Category.STOLEN_VEHICLE, "KBD2604", "VA"), "local", datetime.now(UTC))
    add_entry(KEEPER, console.database, entry)
    return f"/lists/entries/{entry.entry_id}"


def test_pages_of_lists_are_walked(console: ConsoleSite, browser: Watched, listed: str) -> None:
    console.sign_in(browser, "lee", Role.LIST_ADMINISTRATOR)
    page = browser.new_page()
    for path in ("/lists", "/lists/named/local", "/lists/law", "/lists/entries", "/lists/entries/new", listed):
        page.goto(f"{console.url}{path}")
        walk(page)


def test_an_entry_is_found_withdrawn_and_brought_back(console: ConsoleSite, browser: Watched, listed: str) -> None:
    console.sign_in(browser, "lee", Role.LIST_ADMINISTRATOR)
    page = browser.new_page()
    page.goto(f"{console.url}/lists")
    press(page, page.get_by_role("link", name="Find an entry"))
    write(page, page.get_by_label("Plate"), "kbd 2604")
    page.keyboard.press("Enter")
    press(page, page.get_by_role("link", name="KBD2604"))
    write(page, page.get_by_label("Why it is withdrawn"), "recovered on Main Street")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Withdrawn by lee")).to_be_visible()
    walk(page)
    write(page, page.get_by_label("Why it is brought back"), "it was another vehicle")
    press(page, page.get_by_role("button", name="Bring it back"), "Space")
    expect(page.get_by_text("In force.")).to_be_visible()


def test_an_entry_is_added(console: ConsoleSite, browser: Watched) -> None:
    console.sign_in(browser, "lee", Role.LIST_ADMINISTRATOR)
    page = browser.new_page()
    page.goto(f"{console.url}/lists/entries/new")
    write(page, page.get_by_label("Plate ("), "KBD2605")
    write(page, page.get_by_label("State"), "VA")
    go_to(page, page.get_by_label("Listed for"))
    page.keyboard.type("stolen veh")
    expect(page.get_by_label("Listed for")).to_have_value("stolen_vehicle")
    write(page, page.get_by_label("Case number"), "26-00117")
    write(page, page.get_by_label("Ends"), "3d")
    press(page, page.get_by_role("button", name="See what it would raise"))
    expect(page.get_by_text("Nothing has been added yet.")).to_be_visible()
    walk(page)
    page.evaluate("document.activeElement.blur()")
    press(page, page.get_by_role("button", name="Add it now"))
    expect(page.get_by_text("In force.")).to_be_visible()


def test_pages_of_analyses_are_walked(console: ConsoleSite, browser: Watched) -> None:
    console.sign_in(browser, "kim", Role.ANALYST)
    page = browser.new_page()
    paths = ("/analyses", *(f"/analyses/ask/{kind}" for kind in ("convoy", "places", "stakeout")), "/preservations")
    for path in paths:
        page.goto(f"{console.url}{path}")
        walk(page)


def test_a_question_is_asked_with_an_area_that_is_drawn(console: ConsoleSite, browser: Watched) -> None:
    console.sign_in(browser, "kim", Role.ANALYST)
    page = browser.new_page()
    page.goto(f"{console.url}/analyses")
    press(page, page.get_by_role("link", name="Who passes together?"))
    area = page.locator("[name=area]")
    # The map begins where somebody wrote; the circle is drawn anew around it.
    write(page, area, "36.8354,-76.2983,1")
    press(page, page.get_by_role("button", name="Draw a circle"))
    expect(area).to_have_value("")
    expect(page.get_by_role("region", name="Map on which an area is drawn")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".drawing [role=status]")).to_have_text("Now where the circle ends.")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(500)  # the map slides
    page.keyboard.press("Enter")
    expect(area).to_have_value(re.compile(r"^36\.83\d*,-76\.29\d*,[01]\.\d+$"))
    assert violations(page) == []
    write_time(page, page.locator("[name=since]"), "2026-01-30T20:00")
    write_time(page, page.locator("[name=until]"), "2026-01-31T21:00")
    write(page, page.get_by_label("What happened, in words"), "robbery on Elm Street")
    write(page, page.get_by_label("Case or call number"), "26-117")
    page.keyboard.press("Enter")
    expect(page.get_by_text("another person has to approve it")).to_be_visible()
    (row,) = audit_entries(console.database, AuditFilter(action=Action.REQUEST_ANALYSIS), limit=5)
    assert row.details["area"] == page.locator("dt:text-is('Area') + dd").inner_text()


def test_corners_are_drawn_into_the_field_that_is_chosen_and_given_up(console: ConsoleSite, browser: Watched) -> None:
    console.sign_in(browser, "kim", Role.ANALYST)
    page = browser.new_page()
    page.goto(f"{console.url}/analyses/ask/places?rows=2")
    first, second = (page.locator(f"[name=area_{row}]") for row in (1, 2))
    write(page, first, "36.8354,-76.2983,1")
    go_to(page, page.get_by_label("On the map:"))
    page.keyboard.press("ArrowDown")
    press(page, page.get_by_role("button", name="Draw corners"))
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press("Enter")
        page.keyboard.press(key)
        page.wait_for_timeout(500)  # the map slides
    expect(second).to_have_value(re.compile(r"^(36\.8\d*,-76\.\d* ?){3}$"))
    expect(first).to_have_value("36.8354,-76.2983,1")
    press(page, page.get_by_role("button", name="Draw a circle"))
    page.keyboard.press("Escape")
    expect(page.locator(".drawing [role=status]")).to_have_text("Not drawn.")
    expect(page.locator(".drawing .map path.leaflet-interactive")).to_have_count(1)
