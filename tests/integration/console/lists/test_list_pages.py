"""Lists in a browser: a file is sent, held, forced with a reason and rolled back; an entry is added after a look."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from schemas.audit import Action
from schemas.roles import Role
from storage.audit.reader import AuditFilter, audit_entries
from tests.browser.chromium import Watched
from tests.integration.console.conftest import PHONE
from tests.integration.console.lists.files import rows
from tests.integration.console.site import ConsoleSite

PATIENCE = 60_000
EVIL = "<img src=x onerror=window.hurt=1>"


def sent(console: ConsoleSite, page: Page, path: Path, name: str) -> None:
    page.goto(f"{console.url}/lists")
    page.locator("input[type=file]").set_input_files(path)
    page.locator("select[name=layout]").select_option("csv")
    page.get_by_label("Name of the list").fill(name)
    page.get_by_role("button", name="Send and look at it").click()
    expect(page.get_by_role("heading", name="What it holds")).to_be_visible(timeout=PATIENCE)


def fits(page: Page) -> bool:
    """Whether nothing is wider than the screen."""
    wide, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    return bool(wide <= room)


def test_a_file_is_sent_held_forced_with_a_reason_and_rolled_back(
    console: ConsoleSite, browser: Watched, tmp_path: Path
) -> None:
    console.sign_in(browser, "lee", Role.LIST_ADMINISTRATOR)
    page = browser.new_page()
    whole, half = tmp_path / "whole.csv", tmp_path / "half.csv"
    whole.write_bytes(rows(range(60), EVIL) + b"!!!,VA,stolen vehicle,1,=HYPERLINK(1)\n")
    half.write_bytes(rows(range(10)))

    sent(console, page, whole, "region")
    expect(page.get_by_role("table", name="First entries")).to_contain_text("LST0000", timeout=PATIENCE)
    expect(page.get_by_role("table", name="Rows that cannot be used")).to_contain_text(
        "=HYPERLINK(1)", timeout=PATIENCE
    )
    page.get_by_role("button", name="Import it now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("List region", timeout=PATIENCE)
    expect(page.locator("dl")).to_contain_text("60", timeout=PATIENCE)

    browser.expected_statuses |= {422}
    sent(console, page, half, "region")
    page.get_by_role("button", name="Import it now").click()
    expect(page.get_by_role("alert")).to_contain_text("it shrinks from 60 to 10 entries", timeout=PATIENCE)
    page.goto(f"{console.url}/lists")
    held = page.get_by_role("region", name="Held version of region")
    expect(held).to_contain_text("sent by lee", timeout=PATIENCE)
    held.get_by_label("Why it may become active").fill("x")
    held.get_by_role("button", name="Make it active").click()
    expect(page.get_by_role("alert")).to_contain_text("the reason", timeout=PATIENCE)
    assert held.get_by_label("Why it may become active").input_value() == "x"
    held.get_by_label("Why it may become active").fill("the source sends this month's alone")
    held.get_by_role("button", name="Make it active").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("List region", timeout=PATIENCE)
    versions = page.get_by_role("table", name="Versions")
    expect(versions).to_contain_text("import: the source sends this month's alone", timeout=PATIENCE)

    page.get_by_role("link", name=re.compile("^What version .* has changed")).first.click()
    expect(page.get_by_text("0 added, 50 removed, 10 changed.")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("link", name="The list region").click()
    page.get_by_text("Go back to an earlier version").click()
    page.get_by_label("Why one goes back").fill("cut off at its source")
    page.get_by_role("button", name="Go back").click()
    expect(page.get_by_role("status")).to_contain_text("60 entries (60 restored, 10 removed)", timeout=PATIENCE)
    expect(versions).to_contain_text("cut off at its source", timeout=PATIENCE)
    assert page.evaluate("window.hurt") is None
    for path in ("/lists", "/lists/law"):
        browser.new_page().goto(f"{console.url}{path}")
    _find(console, browser.new_page(), "LST0001")


@pytest.mark.parametrize("browser", [PHONE], indirect=True, ids=["phone"])
def test_an_entry_is_added_after_a_look_at_what_it_would_raise(console: ConsoleSite, browser: Watched) -> None:
    console.sign_in(browser, "lee", Role.LIST_ADMINISTRATOR)
    page = browser.new_page()
    page.goto(f"{console.url}/lists/entries/new")
    page.get_by_label("Plate (").fill("BKV4921")
    page.get_by_label("State").fill("VA")
    page.get_by_label("Listed for").select_option("stolen_vehicle")
    page.get_by_label("Case number").fill(EVIL)
    page.get_by_label("Ends").fill("tomorrow or so")
    browser.expected_statuses |= {422}
    page.get_by_role("button", name="See what it would raise").click()
    expect(page.get_by_role("alert")).to_contain_text("is neither a time nor a duration", timeout=PATIENCE)
    assert page.get_by_label("Case number").input_value() == EVIL
    page.get_by_label("Ends").fill("3d")
    page.get_by_role("button", name="See what it would raise").click()
    expect(page.get_by_text("Nothing has been added yet.")).to_be_visible(timeout=PATIENCE)
    texts = page.get_by_role("table", name="Texts that would alert")
    expect(texts.get_by_role("rowheader").first).to_have_text("BKV4921", timeout=PATIENCE)
    expect(texts.get_by_role("rowheader", name="8KV4921", exact=True)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("region", name="Expected false alerts")).to_contain_text(
        "of 10,000 reads", timeout=PATIENCE
    )
    assert fits(page)
    page.get_by_role("button", name="Change it first").click()
    page.get_by_label("Vehicle (").fill("2014 grey Honda Odyssey")
    page.get_by_role("button", name="See what it would raise").click()
    page.get_by_role("button", name="Add it now").click()
    expect(page.get_by_text("In force.")).to_be_visible(timeout=PATIENCE)
    page.get_by_label("Why it is withdrawn").fill("recovered on Main Street")
    page.get_by_role("button", name="Withdraw it").click()
    expect(page.get_by_text("Withdrawn by lee")).to_be_visible(timeout=PATIENCE)
    page.get_by_label("Why it is brought back").fill("it was another vehicle")
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_text("In force.")).to_be_visible(timeout=PATIENCE)
    assert page.evaluate("window.hurt") is None
    for path in ("/lists", "/lists/named/local", "/lists/law"):
        page.goto(f"{console.url}{path}")
        assert fits(page), path
    _find(console, page, "BKV4921")
    assert fits(page)
    done = [row.action for row in audit_entries(console.database, AuditFilter(), limit=50)]
    assert [done.count(action) for action in (Action.ADD, Action.WITHDRAW, Action.RESTORE)] == [1, 1, 1]
    assert done.count(Action.TRY_ENTRY) == 2


def _find(console: ConsoleSite, page: Page, plate: str) -> None:
    """Find a plate's entries; it stands in no address."""
    page.goto(f"{console.url}/lists/entries")
    page.get_by_label("Plate").fill(plate)
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("table", name="Entries in force")).to_contain_text(plate, timeout=PATIENCE)
    assert plate not in page.url
