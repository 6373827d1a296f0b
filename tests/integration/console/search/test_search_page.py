"""The analyst's pages in a real browser: refused without a purpose, found, followed, corrected, drawn, taken out."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from schemas.audit import Action
from schemas.roles import Role
from storage.audit.reader import AuditFilter, audit_entries
from storage.reads.search import corrections_of
from tests.browser.chromium import Watched, violations
from tests.browser.screenshots import take
from tests.integration.console.conftest import PHONE
from tests.integration.console.search.reads import WHY, passed
from tests.integration.console.site import ConsoleSite

EVIL = '<img src=x onerror="window.hurt=1"></li><script>window.hurt=2</script>\'`&{{7*7}}'


def actions(console: ConsoleSite) -> list[Action]:
    return [row.action for row in reversed(audit_entries(console.database, AuditFilter(), limit=99))]


def fits(page: Page) -> bool:
    """Whether nothing is wider than the screen, nothing was run, and axe finds nothing."""
    page.wait_for_load_state()
    wide, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert violations(page) == []
    assert page.evaluate("window.hurt") is None
    return bool(wide <= room)


def test_a_search_says_why_and_is_followed_to_a_correction(console: ConsoleSite, browser: Watched) -> None:
    reads = [passed(console, number) for number in range(4)]
    passed(console, 9, "BKR2203", camera_id=EVIL)
    console.sign_in(browser, "kim", Role.ANALYST)
    browser.expected_statuses = {422}
    page = browser.new_page()
    page.goto(f"{console.url}/")
    page.get_by_role("navigation").get_by_role("link", name="Search", exact=True).click()
    # Without a purpose, by keyboard alone: refused at the field, counted, and nothing typed is lost.
    page.get_by_label("Plate; ? for one").fill("VNV4?27")
    page.get_by_label("Case or call number").fill("26-117")
    page.keyboard.press("Enter")
    fault = page.locator("#fault-purpose")
    expect(fault).to_contain_text("is missing")
    expect(page.get_by_role("alert")).to_contain_text("Nothing was looked for")
    expect(page.get_by_label("What happened, in words")).to_have_attribute("aria-describedby", "fault-purpose")
    expect(page.get_by_label("Plate; ? for one")).to_have_value("VNV4?27")
    assert fits(page)
    assert actions(console)[-1:] == [Action.REFUSED]
    take(page, "console-search-refused")
    # With one it finds, as a table with pictures, on a map and in time.
    page.get_by_label("Purpose, of the law's list").select_option("stolen_vehicle")
    page.get_by_label("What happened, in words").fill("taken at Main Street, seen going east")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="4 reads")).to_be_focused()
    expect(page.locator("table img.plate")).to_have_count(4)
    page.wait_for_function("[...document.images].every((one) => one.complete && one.naturalWidth > 0)")
    expect(page.locator("svg.timeline .mark")).to_have_count(4)
    expect(page.locator("#found-map .leaflet-tooltip")).to_have_count(2)
    assert page.url == f"{console.url}/search"
    assert fits(page)
    take(page, "console-search", whole=True)
    # One vehicle's passes, and one read, to which a correction is put.
    page.get_by_role("button", name="Passes of VNV4527").first.click()
    expect(page.get_by_role("heading", level=2)).to_have_text("4 passes on 2 days at 3 cameras")
    expect(page.locator("tbody th")).to_have_text(["1", "2", "3", "4"])
    expect(page.locator("#found-map path.leaflet-interactive").first).to_be_attached()
    assert fits(page)
    take(page, "console-passes", whole=True)
    page.get_by_role("button", name="Look at pass 1", exact=True).click()
    expect(page.locator("img.plate.large, img.scene")).to_have_count(2)
    page.get_by_label("Plate, as you see it").fill("VNV4S27")
    page.get_by_label("How you know").fill("x")
    page.get_by_role("button", name="Put it beside the read").click()
    expect(page.get_by_role("alert")).to_contain_text("is one letter")
    expect(page.get_by_label("Plate, as you see it")).to_have_value("VNV4S27")
    page.get_by_label("How you know").fill("the picture shows an S")
    page.get_by_role("button", name="Put it beside the read").click()
    expect(page.get_by_role("status")).to_contain_text("stands beside what was read")
    assert fits(page)
    take(page, "console-read", whole=True)
    assert corrections_of(console.database, [reads[0].read_id])[reads[0].read_id].plate == "VNV4S27"
    page.get_by_role("button", name="Back to the search").click()
    expect(page.get_by_role("row", name=re.compile("VNV4527.*seen by kim: VNV4S27"))).to_be_visible()
    # It leaves as a file, and is kept for the case.
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename.endswith(".csv")
    assert download.value.path().read_text().count("VNV4527") == 4
    page.get_by_text("Keep this search for its case").click()
    page.get_by_label("What to call it").fill(EVIL)
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("row", name=re.compile("img src=x"))).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("heading", name="4 reads")).to_be_visible()
    expect(page.get_by_label("What happened, in words")).to_have_value("taken at Main Street, seen going east")
    assert (
        actions(console)[-9:]
        == [
            *(Action.SEARCH, Action.VIEW_PASSES, Action.VIEW_REVISIONS, Action.REFUSED, Action.VIEW_REVISIONS),
            *(Action.CORRECT_READ, Action.VIEW_REVISIONS, Action.SEARCH, Action.EXPORT),
            *(Action.SAVE_SEARCH, Action.VIEW_SEARCHES, Action.SEARCH),
        ][-9:]
    )


@pytest.mark.parametrize("browser", [PHONE], indirect=True, ids=["phone"])
def test_an_area_is_drawn_and_hostile_texts_do_nothing(console: ConsoleSite, browser: Watched) -> None:
    """On a phone."""
    passed(console, 1, camera_id=EVIL)
    passed(console, 2, "VNV4528", camera_id="gate-2")
    console.sign_in(browser, "kim", Role.ANALYST)
    page = browser.new_page()
    page.goto(f"{console.url}/search")
    page.get_by_label("What happened, in words").fill(f"stolen vehicle {EVIL}")
    page.get_by_label("Case or call number").fill(WHY["case"])
    page.get_by_label("Plate; ? for one").fill("VNV*")
    page.get_by_text("Where, and what of the vehicle").click()
    area, box = page.get_by_label("Area: LAT,LON,KM"), page.locator(".drawing .map")
    area.fill("36.8354,-76.2983,1")
    box.scroll_into_view_if_needed()
    expect(box.locator("path.leaflet-interactive")).to_have_count(1)
    page.get_by_role("button", name="Draw a circle").click()
    expect(area).to_have_value("")
    size = box.bounding_box()
    assert size is not None
    middle = (size["width"] / 2, size["height"] / 2)
    box.click(position={"x": middle[0], "y": middle[1]})
    box.click(position={"x": middle[0] + 100, "y": middle[1]})
    expect(area).to_have_value(re.compile(r"^36\.8\d+,-76\.2\d+,\d+\.\d+$"))
    page.get_by_role("button", name="Draw corners").click()
    for x, y in ((-110, -110), (110, -110), (110, 110), (-110, 110)):
        box.click(position={"x": middle[0] + x, "y": middle[1] + y})
    expect(area).to_have_value(re.compile(r"^(36\.8\d+,-76\.\d+ ?){4}$"))
    assert fits(page)
    take(page, "console-search-phone", whole=True)
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("1 read")
    expect(page.get_by_role("row", name=re.compile("VNV4528"))).to_be_visible()
    page.get_by_text("Where, and what of the vehicle").scroll_into_view_if_needed()
    page.get_by_role("button", name="No area").click()
    expect(area).to_have_value("")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("2 reads")
    assert "49'" not in page.content()
    expect(page.locator("#found-map .leaflet-tooltip").first).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="Passes of VNV4527").click()
    expect(page.locator("table")).to_contain_text("<img src=x onerror=")
    assert fits(page)
    page.get_by_role("button", name="Look at pass 1").click()
    expect(page.locator("dl")).to_contain_text("<img src=x onerror=")
    assert fits(page)
