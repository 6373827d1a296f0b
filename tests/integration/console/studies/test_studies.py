"""Questions about many vehicles, reads that are kept for a case, corrections: by two people, in a real browser."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

from schemas.audit import Action
from schemas.roles import Role
from schemas.settings import PolicySettings
from schemas.types import PlateRead
from storage.audit.reader import AuditFilter, audit_entries
from storage.database import Database
from storage.reads.images import ImageStore, image_key
from tests.browser.chromium import Watched, violations
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.console.conftest import PHONE
from tests.integration.console.site import ConsoleSite, running_console
from tests.integration.operations.analyses.test_command import END, MASK, PAIR, WEEK, some_traffic, store
from tests.integration.storage.samples import sample_read
from tests.unit.ingest.vendors.messages import jpeg

HOSTILE = "<script>alert(1)</script>'\"&"
WHY = {"purpose": "robbery on Elm Street", "case": "26-117"}
CONVOY = {
    **{"area": "36.8,-76.3,2", "since": f"{WEEK.astimezone():%Y-%m-%dT%H:%M}"},
    **{"until": f"{END.astimezone():%Y-%m-%dT%H:%M}"},
    **WHY,
}


def actions(database: Database) -> list[Action]:
    return [row.action for row in audit_entries(database, AuditFilter(), limit=100)]


def read_that_passed(database: Database, plate: str = "VNV4S27") -> PlateRead:
    read = sample_read(1, plate, captured_at=datetime.now(UTC) - timedelta(hours=3))
    read = dataclasses.replace(read, plate_image_key=image_key(read, "plate"))
    Records(database).write([ReadRecord(read)])
    return read


def as_somebody(console: ConsoleSite, browser: Watched, name: str, role: Role) -> Page:
    browser.context.clear_cookies()
    console.sign_in(browser, name, role)
    return browser.new_page()


def filled(page: Page, **fields: str) -> None:
    for name, text in fields.items():
        field = page.locator(f"[name={name}]")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(text)
        else:
            field.fill(text)


@pytest.mark.parametrize("browser", [PHONE], indirect=True)
def test_one_asks_another_approves_and_a_result_is_opened_by_name(console: ConsoleSite, browser: Watched) -> None:
    store(console.database, *PAIR, *some_traffic())
    browser.expected_statuses.add(422)
    page = as_somebody(console, browser, "lee", Role.ANALYST)
    page.goto(f"{console.url}/analyses")
    expect(page.get_by_text("at most 7 days, and 25 square kilometers an area")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Who passes together?").click()
    filled(page, **CONVOY | {"purpose": "test", "offense": "120"})
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("alert")).to_contain_text("says nothing")
    assert violations(page) == []
    # Nothing that was typed is lost.
    expect(page.locator("[name=area]")).to_have_value("36.8,-76.3,2")
    expect(page.locator("[name=since]")).to_have_value(CONVOY["since"])
    page.locator("[name=purpose]").fill(WHY["purpose"])
    page.locator("[name=purpose]").press("Enter")
    expect(page.get_by_text("another person has to approve it")).to_be_visible()
    assert page.get_by_role("button", name="Approve").count() == 0
    assert page.get_by_role("button", name="Run").count() == 0
    page.close()

    page = as_somebody(console, browser, "kim", Role.SUPERVISOR)
    page.goto(f"{console.url}/analyses/1")
    expect(page.get_by_text("case 26-117; offense 120")).to_be_visible()  # whoever approves reads the whole reason
    page.get_by_label("Why it is approved").fill("none")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("alert")).to_contain_text("says nothing")
    page.get_by_label("Why it is approved").fill("it is needed for the case")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("by kim")).to_be_visible()
    assert page.get_by_role("button", name="Run").count() == 0
    page.close()

    page = as_somebody(console, browser, "lee", Role.ANALYST)
    page.goto(f"{console.url}/analyses/1")
    page.get_by_role("button", name="Run, once").press("Enter")
    expect(page.get_by_text("1 pairs of")).to_be_visible()
    expect(page.get_by_text("of the pairs are expected to be chance")).to_be_visible()
    assert MASK in page.content()
    assert "BKR2203" not in page.content()
    page.get_by_role("button", name="Open result 1").click()
    expect(page.locator("#result-1 .seen")).to_contain_text("BKR2203")
    expect(page.locator("#result-1 .seen")).to_contain_text("VNV4527")
    row = audit_entries(console.database, AuditFilter(action=Action.OPEN_RESULT))[0]
    assert (row.actor.name, row.case_number, set(row.details["plates"])) == ("lee", "26-117", {"VNV4527", "BKR2203"})
    assert row.details["offense"] == "120"
    # Who has not opened it themselves does not see it.
    with console.client(console.cookies["kim"]) as client:
        assert "BKR2203" not in client.get("/analyses/1").text
    assert actions(console.database).count(Action.REFUSED) == 2


def test_reads_are_kept_seen_renewed_released_and_the_queue_says_what_goes(
    console: ConsoleSite, browser: Watched
) -> None:
    read = read_that_passed(console.database)
    read_id = read.read_id
    ImageStore(console.settings).save(str(read.plate_image_key), jpeg())
    browser.expected_statuses.add(422)
    page = as_somebody(console, browser, "lee", Role.ANALYST)
    page.goto(f"{console.url}/corrections")
    asked = {"read": str(read_id), "plate": "VNV4527", "reason": HOSTILE + " the picture shows a 5"}
    filled(page, **asked | {"plate": "VNV4S27"})
    page.get_by_role("button", name="Put it beside").click()
    expect(page.get_by_role("alert")).to_contain_text("there is nothing to correct")
    expect(page.locator("[name=read]")).to_have_value(str(read_id))
    filled(page, **asked)
    page.get_by_role("button", name="Put it beside").click()
    expect(page.get_by_role("status")).to_contain_text("stands beside the read")
    expect(page.locator(".counted")).to_have_text("5 as S 1")
    assert "VNV4" not in page.content()
    assert violations(page) == []

    page.goto(f"{console.url}/preservations")
    wish = {"plate": "VNV4S27", "by": HOSTILE, "form": "sworn statement", "case": "26-117", "reason": "seen at a theft"}
    filled(page, **wish)
    page.get_by_role("button", name="Keep them").click()
    expect(page.get_by_role("alert")).to_contain_text("say for how many they are kept")
    expect(page.locator("[name=by]")).to_have_value(HOSTILE)
    page.locator("[name=days]").fill("5")
    page.get_by_role("button", name="Keep them").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("No. 1, kept for case 26-117")
    assert "VNV4" not in page.content()
    page.get_by_role("button", name="Renew").click()
    expect(page.get_by_role("alert")).to_contain_text("no number of days")
    assert violations(page) == []
    filled(page, **WHY)
    page.get_by_role("button", name="Show the reads").click()
    expect(page.locator("td.seen")).to_contain_text("VNV4S27")
    expect(page.get_by_role("row", name="VNV4527")).to_contain_text("by lee")
    assert page.get_by_role("img", name="Picture of the plate").evaluate("one => one.complete && one.naturalWidth > 0")
    assert violations(page) == []
    page.goto(f"{console.url}/preservations")
    page.get_by_role("link", name="What is about to go").click()
    expect(page.get_by_role("link", name="No. 1")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="No. 1").click()
    page.locator("[name=days]").fill("60")
    page.get_by_role("button", name="Renew").click()
    expect(page.get_by_text("renewed 1 times")).to_be_visible()
    page.get_by_label("Why they are not needed any more").fill("the case was closed")
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_text("by lee: the case was closed")).to_be_visible()
    assert page.get_by_role("button", name="Renew").count() == 0
    assert {Action.PRESERVE, Action.VIEW_PRESERVED, Action.RENEW_PRESERVATION, Action.RELEASE_PRESERVATION} <= set(
        actions(console.database)
    )


def test_every_form_that_asks_for_a_warrant_hands_it_on(database: Database, tmp_path: Path) -> None:
    """By the law of Vermont, which asks for one for reads of more than half a year ago."""
    old = dataclasses.replace(read_that_passed(database), captured_at=datetime.now(UTC) - timedelta(days=200))
    old = dataclasses.replace(old, read_id=uuid4(), first_seen=old.captured_at, last_seen=old.captured_at)
    Records(database).write([ReadRecord(old)])
    vermont = {"policy": PolicySettings(profile="vermont")}
    why = {"purpose": "robbery on Elm Street, two men in a grey van", "case": "26-117"}
    begin = f"{datetime.now() - timedelta(days=201):%Y-%m-%dT%H:%M}"
    end = f"{datetime.now() - timedelta(days=199):%Y-%m-%dT%H:%M}"
    span = {"since": begin, "until": end}
    passes = {"passes_of": "VNV4S27", "passes_since": begin, "passes_until": end}
    kept = {"plate": "VNV4S27", "by": "counsel", "form": "warrant", "case": "26-117", "reason": "seen at a robbery"}
    with running_console(database, tmp_path / "data", beside=vermont) as console:
        cookie = console.signed_in("lee", Role.ANALYST)
        with console.client(cookie) as client:
            assert client.post("/preservations", data=kept | {"days": "30"}).status_code == 303
            for path, asked in (
                ("/search", {"plate": "VNV4S27", **span}),
                ("/search/passes", passes),
                ("/search/read", {"read": str(old.read_id)}),
                ("/search/export", {"plate": "VNV4S27", "as": "csv", **span}),
                ("/preservations/1/reads", {}),
            ):
                refused = client.post(path, data=asked | why)
                assert (refused.status_code, "warrant" in refused.text) == (422, True), (path, refused.text[:4000])
                answer = client.post(path, data=asked | why | {"warrant": "W-26-9", "offense": "120"})
                assert (answer.status_code, "VNV4S27" in answer.text) == (200, True), path
                row = audit_entries(console.database, AuditFilter(actor="lee"))[0]
                assert (row.details["warrant"], row.details["offense"]) == ("W-26-9", ["120 robbery"]), path


ANALYST_ALONE = {
    "/analyses/ask/convoy": CONVOY,
    "/analyses/1/run": {},
    "/analyses/1/results/1/open": {},
    "/preservations": {"plate": "VNV4S27", "by": "x", "form": "x", "case": "26-117", "reason": "a theft", "days": "5"},
    "/preservations/1/reads": WHY,
    "/preservations/1/renew": {"days": "9"},
    "/preservations/1/release": {"reason": "the case was closed"},
    "/corrections": {"read": str(uuid4()), "plate": "VNV4527", "reason": "the picture shows it"},
}


def answers(client: httpx.Client) -> dict[str, int]:
    return {path: client.post(path, data=data).status_code for path, data in ANALYST_ALONE.items()}


def test_roles_differ(console: ConsoleSite) -> None:
    read_that_passed(console.database)
    with console.client(console.signed_in("lee", Role.ANALYST)) as client:
        assert client.post("/analyses/ask/convoy", data=CONVOY).headers["location"] == "/analyses/1"
        assert client.post("/analyses/1/approve", data={"reason": "it is needed for the case"}).status_code == 403
        assert client.post("/preservations", data=ANALYST_ALONE["/preservations"]).status_code == 303
        for path in ("/analyses/99", "/preservations/99", "/analyses/1/results/1/open"):
            answer = client.get(path) if path.endswith("99") else client.post(path)
            assert answer.status_code == 422, path
        assert client.get("/analyses/x").status_code == 422
        long = client.post("/preservations", data={"plate": "x" * 5000})
        assert (long.status_code, "at most 4000" in long.text) == (422, True)
    with console.client(console.signed_in("ana", Role.AUDITOR)) as client:
        assert set(answers(client).values()) == {403}
        assert client.post("/analyses/1/approve", data={"reason": "it is needed for the case"}).status_code == 403
        for path in ("/analyses", "/analyses/1", "/preservations", "/preservations/1", "/preservations/ending"):
            assert client.get(path).status_code == 200, path
        assert "Keep them" not in client.get("/preservations").text
        assert "Show the reads" not in client.get("/preservations/1").text
        assert "/analyses/ask" not in client.get("/analyses").text
        assert client.get("/corrections").status_code == 403
    with console.client(console.signed_in("off", Role.OFFICER)) as client:
        assert set(answers(client).values()) == {403}
        for path in ("/analyses", "/analyses/ask/convoy", "/preservations", "/preservations/ending", "/corrections"):
            assert client.get(path).status_code == 403, path
        assert "/analyses" not in client.get("/board").text
    with console.client() as client:
        assert set(answers(client).values()) == {303}


def test_places_and_a_stakeout_are_asked_and_bounded(console: ConsoleSite) -> None:
    days = {1: "2026-01-30", 2: "2026-01-31"}
    at = {f"since_{row}": f"{day}T20:00" for row, day in days.items()}
    at |= {f"until_{row}": f"{day}T21:00" for row, day in days.items()}
    with console.client(console.signed_in("lee", Role.ANALYST)) as client:
        stakeout = client.post("/analyses/ask/stakeout", data=at | WHY | {"area": "36.8,-76.3,1"})
        assert stakeout.headers["location"] == "/analyses/1"
        told = client.get("/analyses/1").text
        assert ("stakeout" in told, "on 2 of them or more" in told) == (True, True)
        places = at | WHY | {"area_1": "36.8,-76.3,1", "area_2": "36.9,-76.3,1"}
        assert client.post("/analyses/ask/places", data=places).headers["location"] == "/analyses/2"
        for wrong, says in (
            ({"area_2": "36.9,-76.3,9"}, "254 square kilometers"),
            ({"area_2": HOSTILE}, "is no area"),
            ({"until_2": "2026-02-20T21:00"}, "more than 7 days"),
            ({"since_2": HOSTILE}, "is no time"),
            ({"since_2": ""}, "a time is needed"),
            ({"least": "-1"}, "is no whole number"),
            ({"case": ""}, "case or call number"),
        ):
            answer = client.post("/analyses/ask/places", data=places | wrong)
            assert (answer.status_code, says in answer.text) == (422, True), (wrong, answer.text)
            assert HOSTILE not in answer.text
        assert client.get("/analyses/ask/places?rows=20").text.count('name="area_') == 20
        assert client.get("/analyses/ask/places?rows=21").status_code == 422
        assert client.get("/analyses/ask/everything").status_code == 422
