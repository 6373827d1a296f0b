"""An auditor's way through the pages in a real browser: at a desk by keyboard, on a phone; an officer is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from operations.proving import write_proof
from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from schemas.roles import Role
from services.signing import SigningKeys
from storage.audit.writer import write_audit
from storage.database import Database
from tests.browser.chromium import Watched, violations
from tests.browser.screenshots import take
from tests.integration.console.conftest import PHONE
from tests.integration.console.site import AGENCY, ConsoleSite, running_console
from tests.integration.operations.reports.test_stops import lines

HOSTILE = "<img src=x onerror=alert(1)>"
PAGES = (
    *("/audit", "/audit/review", "/audit/notes", "/audit/verify"),
    *(
        "/reports",
        "/reports/california-access-log?since=2026-01-01&until=2999-01-01",
        "/reports/stops",
        "/transparency",
    ),
    *("/transparency", "/retention?days=30", "/people"),
)


def happened(console: ConsoleSite) -> None:
    """Let something stand on each page, some of it as an attacker would write it."""
    for plate, case in (("ABC1234", None), (HOSTILE, HOSTILE), ("W" * 200, "26-1")):
        for _ in range(3):
            lee = Actor("lee", SignIn.PASSWORD, "desk", AGENCY)
            details = {"pattern": plate, "cameras": [f"{HOSTILE}-{number}" for number in range(4)]}
            write_audit(console.database, AuditRecord(lee, Action.SEARCH, details, f"stolen {HOSTILE}", case), 7)
    for plate, purpose, case, found in (
        ("VNV4S27", "stolen vehicle", "26-00117", 4),
        ("KLM?23*", "missing child", "26-00121", 61),
        ("ABC1234", "stolen vehicle", "26-00117", 0),
        ("TRK9081", "hit and run", "26-00130", 12),
    ):
        rivera = Actor("rivera", SignIn.PASSKEY, "192.0.2.7", AGENCY)
        details = {"pattern": plate, "cameras": ["high-st-court-st", "elm-ave-5th"]}
        write_audit(console.database, AuditRecord(rivera, Action.SEARCH, details, purpose, case), found)
    searched = {"files": 4, "bytes": 9, "plates": 7, "found": {}, "unread": [], "in_broker": []}
    outcome = {"reads": 1, "hits": 0, "alerts": 0, "pictures": 2, "searched": searched}
    write_proof(console.database, console.settings, datetime.now(UTC), outcome)


def fits(page: Page) -> bool:
    """Return whether nothing stands out of the page to the right; wide tables scroll by themselves."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_an_auditor_looks_and_an_officer_is_refused(database: Database, tmp_path: Path, browser: Watched) -> None:
    with running_console(database, tmp_path / "data", transparency=True) as console:
        SigningKeys(console.settings.data_dir).current()
        happened(console)
        console.sign_in(browser, "sam", Role.SUPERVISOR, Role.AUDITOR)
        page = browser.new_page()
        page.set_default_timeout(60_000)
        for path in PAGES:
            page.goto(f"{console.url}{path}")
            assert page.get_by_role("heading", level=1).count() == 1, path
            assert page.locator("img").count() == 0, path
            assert violations(page) == [], path
        _looks(console, page)
        _reports(console, page, tmp_path)
        browser.expected_statuses.add(403)
        browser.context.clear_cookies()
        console.sign_in(browser, "kim", Role.OFFICER)
        page.goto(f"{console.url}/account")
        assert page.get_by_role("navigation", name="Main").get_by_role("link").all_inner_texts() == ["Board"]
        for path in PAGES:
            answer = page.goto(f"{console.url}{path}")
            assert answer is not None
            assert answer.status == (200 if path == "/transparency" else 403), path
        page.close()


@pytest.mark.parametrize("browser", [PHONE], indirect=True, ids=["phone"])
def test_the_pages_fit_a_phone(database: Database, tmp_path: Path, browser: Watched) -> None:
    with running_console(database, tmp_path / "data", transparency=True) as console:
        happened(console)
        console.sign_in(browser, "sam", Role.SUPERVISOR, Role.AUDITOR)
        page = browser.new_page()
        page.set_default_timeout(60_000)
        for path in PAGES:
            page.goto(f"{console.url}{path}")
            assert fits(page), path
        page.goto(f"{console.url}/audit?who=lee")
        assert violations(page) == []
        # While the server is there: a browser may still fetch what a page names.
        page.close()


def _looks(console: ConsoleSite, page: Page) -> None:
    """Filter by keyboard alone, keep a table, verify, review, note."""
    page.goto(f"{console.url}/audit?who=rivera")
    take(page, "console-audit")
    page.get_by_label("Who").fill("")
    page.get_by_label("Who").focus()
    page.keyboard.type("lee")
    page.keyboard.press("Enter")
    rows = page.get_by_role("region", name="Rows of the audit").locator("tbody tr")
    expect(rows).to_have_count(9)
    assert page.url == f"{console.url}/audit"
    rows.first.locator("summary").focus()
    page.keyboard.press("Enter")
    rows.first.get_by_text("Cameras searched:").wait_for()
    page.locator("summary", has_text="Keep these as a table").click()
    page.get_by_label("Why", exact=True).fill("complaint of a resident")
    with page.expect_download() as kept:
        page.get_by_role("button", name="Download CSV").click()
    assert kept.value.suggested_filename == "audit.csv"
    page.get_by_role("link", name="Verify").click()
    page.get_by_role("button", name="Verify now").click()
    page.get_by_text("all of it is as it was written").wait_for()
    assert violations(page) == []
    page.get_by_role("link", name="Weekly review").click()
    page.get_by_label("Why you look").fill("weekly review of lookups")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("rowheader", name="lee").first.wait_for()
    page.get_by_label("What you found").fill("lee was asked for the missing case numbers")
    page.get_by_role("button", name="Note it").click()
    page.wait_for_url("**/audit/notes")
    page.get_by_text("lee was asked for the missing case numbers").wait_for()


def _reports(console: ConsoleSite, page: Page, folder: Path) -> None:
    """Add stops, count them, take the report along."""
    stops = folder / "stops.jsonl"
    stops.write_text("\n".join(lines({}, {"record_id": "B-2"})))
    page.goto(f"{console.url}/reports/stops")
    page.get_by_label("A file with a JSON object a line").set_input_files(stops)
    page.get_by_role("button", name="Add").click()
    assert "2 stops were kept" in page.get_by_role("status").inner_text()
    page.get_by_role("link", name="All reports").click()
    page.get_by_role("link", name="Virginia: annual report").click()
    page.get_by_label("From").fill("2026-01-01")
    page.get_by_label("Until").fill("2027-01-01")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("row", name="stolen vehicle 2", exact=True).wait_for()
    with page.expect_download() as taken:
        page.get_by_role("link", name="json", exact=True).click()
    assert json.loads(Path(taken.value.path()).read_text("utf-8"))["report"] == "virginia-annual"
