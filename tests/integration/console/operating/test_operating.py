"""Pages of operations: each does what its operation does, for whoever may, and what is shown there does nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from schemas.events import AlarmKind
from schemas.roles import Role
from storage.alerts.alarms import Alarms
from storage.alerts.outbox import Outbox
from storage.alerts.rules import RuleBook
from storage.alerts.storms import standing_storms
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.leadership import Leadership
from storage.quarantine.quarantine import Quarantine
from storage.spool.messages import Message
from tests.browser.chromium import Watched
from tests.integration.alerts.test_storms import storm
from tests.integration.console.board.alerts import made, raise_alert
from tests.integration.console.site import ConsoleSite, running_console

EVIL = '<img src=x onerror="window.hurt=1"></pre><script>window.hurt=2</script>\'`{{7*7}}'
ROOMS = {
    "/cameras": {Role.CAMERA_ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR},
    "/figures": {Role.CAMERA_ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR},
    "/cameras/_new": {Role.CAMERA_ADMINISTRATOR, Role.SUPERVISOR},
    "/operations": {Role.CAMERA_ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR},
    "/operations/alarms": {Role.CAMERA_ADMINISTRATOR, Role.SUPERVISOR, Role.LIST_ADMINISTRATOR},
    "/operations/quarantine": {Role.CAMERA_ADMINISTRATOR, Role.SUPERVISOR},
    "/operations/deliveries": {Role.SUPERVISOR},
    "/operations/held": {Role.SUPERVISOR},
    "/operations/rules": {Role.SUPERVISOR},
}
RULE = '[[rules]]\nname = "night"\nchannels = ["desk"]\ncategories = ["stolen_vehicle"]\n'


def quarantine(database: Database, body: bytes = EVIL.encode(), reason: str = EVIL) -> int:
    """Keep a message that nobody understands; return its number."""
    message = Message("axis", datetime.now(UTC), body, EVIL, {"X-Evil": EVIL}, f"/{EVIL}")
    Quarantine(database).add(message, "axis", reason)
    return Quarantine(database).newest(1)[0].message_number


def actions(site: ConsoleSite) -> list[str]:
    return [row.action for row in audit_entries(site.database, limit=1000)]


@pytest.fixture
def sue(console: ConsoleSite) -> Iterator[httpx.Client]:
    with console.client(console.signed_in("sue", Role.SUPERVISOR)) as client:
        yield client


def test_each_role_sees_its_rooms_alone(console: ConsoleSite) -> None:
    for role in Role:
        with console.client(console.signed_in(f"the-{role.value.replace('_', '-')}", role)) as client:
            statuses = {path: client.get(path).status_code for path in ROOMS}
            expected = {path: 200 if role in roles else 403 for path, roles in ROOMS.items()}
            assert statuses == expected, role
            links = client.get("/account").text
            for path in ("/cameras", "/figures", "/operations", "/operations/alarms"):
                assert (f'href="{path}"' in links) == (role in ROOMS[path]), (role, path)
    posts = (
        *("/cameras/_new", "/cameras/gate/check", "/cameras/gate/watch", "/cameras/gate/describe"),
        *("/cameras/gate/remove", "/operations/alarms/1/acknowledge", "/operations/quarantine/retry"),
        *("/operations/quarantine/1/retry", "/operations/quarantine/1/discard", "/operations/deliveries/retry"),
        *("/operations/deliveries/refused/retry", "/operations/held/1/release", "/operations/held/1/discard"),
        *("/operations/rules", "/operations/rules/try", "/operations/rules/switch", "/operations/rules/remove"),
    )
    data = {"reason": "a test of roles", "name": "night", "on": "true", "text": RULE, "camera_id": "a", "url": "x"}
    with console.client(console.signed_in("ann", Role.AUDITOR)) as client:
        assert {path: client.post(path, data=data).status_code for path in posts} in (
            dict.fromkeys(posts, 403),
            # Of a camera there is none of nobody is told more.
            dict.fromkeys(posts, 403) | {"/cameras/gate/check": 404},
        )


def test_somebody_of_another_agency_gets_nothing(console: ConsoleSite) -> None:
    number = quarantine(console.database)
    everything = (Role.SUPERVISOR, Role.CAMERA_ADMINISTRATOR, Role.AUDITOR)
    with console.client(console.signed_in("gordon", *everything, agency_id="gotham-pd")) as client:
        paths = [*ROOMS, f"/operations/quarantine/{number}", "/cameras/gate", "/cameras/gate/picture.jpg"]
        assert {client.get(path).status_code for path in paths} == {403}
        assert client.post(f"/operations/quarantine/{number}/retry").status_code == 403


def test_a_message_is_looked_at_tried_again_and_given_up(console: ConsoleSite, browser: Watched) -> None:
    console.sign_in(browser, "pat", Role.CAMERA_ADMINISTRATOR)
    number = quarantine(console.database)
    page = browser.new_page()
    page.goto(f"{console.url}/operations/quarantine")
    expect(page.get_by_role("row").nth(1)).to_contain_text("<img src=x onerror=")
    page.get_by_role("link", name=str(number), exact=True).click()
    expect(page.locator("pre.body")).to_have_text(EVIL)
    assert page.evaluate("window.hurt") is None
    assert "49'" not in page.content()
    browser.expected_statuses.add(422)
    page.get_by_label("Why it is given up").fill("...")
    page.get_by_role("button", name="Delete it").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("reason", timeout=60_000)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("status")).to_contain_text("1 message is tried again", timeout=60_000)
    stored = Quarantine(console.database).newest(1)[0]
    assert stored.retry_asked_at is not None
    page.goto(f"{console.url}/operations/quarantine/{number}")
    page.get_by_label("Why it is given up").fill("a test of the installer")
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("Nothing is quarantined.")).to_be_visible(timeout=60_000)
    assert {"retry_quarantined", "discard_quarantined", "view_quarantine", "refused"} <= set(actions(console))


def test_alarms_are_acknowledged_once(console: ConsoleSite, sue: httpx.Client) -> None:
    alarms = Alarms(console.database, console.settings.agency_id, console.settings.alarm_topic)
    alarms.raise_alarm(AlarmKind.CAMERA_FAILED, "gate", EVIL, datetime.now(UTC))
    number = alarms.standing()[0].alarm_number
    shown = sue.get("/operations/alarms").text
    assert "&lt;img src=x" in shown
    assert "<img src=x" not in shown
    assert sue.post(f"/operations/alarms/{number}/acknowledge").status_code == 303
    assert alarms.standing()[0].acknowledged_by == "sue"
    again = sue.post(f"/operations/alarms/{number}/acknowledge")
    assert again.status_code == 422
    assert "waits to be acknowledged" in again.text.replace("&#39;", "'")
    # Its camera says what is wrong with it, too.
    assert sue.get("/cameras").status_code == 200
    alarms.clear(AlarmKind.CAMERA_FAILED, "gate", datetime.now(UTC))
    assert "gate" not in sue.get("/operations/alarms").text
    assert "gate" in sue.get("/operations/alarms?all=true").text


def test_a_rule_is_written_tried_switched_and_removed(database: Database, console_folder: Path) -> None:
    alerts = {"channels": [{"name": "desk", "kind": "log"}]}
    with running_console(database, console_folder, beside={"alerts": alerts}) as site:
        raise_alert(database, made())
        with site.client(site.signed_in("sue", Role.SUPERVISOR)) as client:
            broken = client.post("/operations/rules", data={"text": "[[rules]]\nname = <x>"})
            assert broken.status_code == 422
            assert "name = &lt;x&gt;" in broken.text
            tried = client.post("/operations/rules", data={"text": RULE, "do": "try"})
            assert "night would have sent 1 of 1 alerts" in tried.text
            assert RuleBook(database).all() == []
            assert client.post("/operations/rules", data={"text": RULE.replace("\n", "\r\n")}).status_code == 303
            untried = client.post("/operations/rules/switch", data={"name": "night", "on": "true"})
            assert untried.status_code == 422
            assert "was never tried" in untried.text
            for days in ("0", "367"):
                assert client.post("/operations/rules/try", data={"name": "night", "days": days}).status_code == 422
            tried = client.post("/operations/rules/try", data={"name": "night", "days": "2"})
            assert "It counts as tried" in tried.text
            assert client.post("/operations/rules/switch", data={"name": "night", "on": "true"}).status_code == 303
            assert RuleBook(database).all()[0].is_on
            assert client.get("/operations/rules").status_code == 200
            assert client.post("/operations/rules/remove", data={"name": "night"}).status_code == 303
            assert RuleBook(database).all() == []


def test_what_there_is_none_of_is_said(sue: httpx.Client) -> None:
    assert sue.get("/operations/quarantine/17").status_code == 404
    assert sue.get("/cameras/nowhere").status_code == 404
    assert sue.get("/cameras/nowhere/picture.jpg").status_code == 404
    assert sue.get("/cameras/nowhere/live/" + "x" * 32).status_code == 404
    for path in (
        "/operations/held/17/release",
        "/operations/deliveries/17/retry",
        "/operations/deliveries/refused/17/retry",
    ):
        assert sue.post(path).status_code == 422
    assert sue.post("/cameras/nowhere/watch", data={"reason": "a blocked crossing"}).status_code == 404
    for path in ("/operations/quarantine/x", "/operations/alarms/1e9/acknowledge", "/figures?span=year"):
        assert (sue.post if "acknowledge" in path else sue.get)(path).status_code == 422
    assert sue.get("/cameras/" + "%2e%2e%2f" * 3).status_code == 404


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://169.254.169.254/latest", "host 169.254.169.254 may not be asked"),
        ("http://127.0.0.1:5432/", "host 127.0.0.1 may not be asked"),
        ("file:///etc/passwd", "is no camera"),
        ("rtsp://root:hunter22@10.0.0.5/", "give user and password by themselves"),
    ],
)
def test_a_page_asks_no_host_that_the_settings_do_not_name(
    console: ConsoleSite, sue: httpx.Client, url: str, words: str
) -> None:
    form = {"camera_id": "gate", "url": url, "user": "alpr", "password": "Pa55word", "name": EVIL, "anyway": "1"}
    answer = sue.post("/cameras/_new", data=form)
    assert answer.status_code == 422
    assert words in answer.text.replace("&#39;", "'")
    assert "Pa55word" not in answer.text
    assert "<img src=x" not in answer.text
    kept = str([(row.action, row.details) for row in audit_entries(console.database, limit=100)])
    assert "hunter22" not in kept
    assert "Pa55word" not in kept


def test_what_a_storm_holds_is_sent_or_not(console: ConsoleSite, sue: httpx.Client) -> None:
    storm(console.database, 8)
    storm(console.database, 7, "bridge")
    shown = sue.get("/operations/held").text
    assert "Camera gate: 3 alerts are held" in shown
    assert "ABG0007" in shown
    numbers = {one.subject: one.storm_number for one in standing_storms(console.database, None)}
    refused = sue.post(f"/operations/held/{numbers['bridge']}/discard", data={"reason": "..."})
    assert refused.status_code == 422
    assert 'value="..."' in refused.text
    said = {"reason": "the reader was turned to a parking lot"}
    assert sue.post(f"/operations/held/{numbers['bridge']}/discard", data=said).status_code == 303
    assert sue.post(f"/operations/held/{numbers['gate']}/release").status_code == 303
    assert "Nothing is held." in sue.get("/operations/held").text
    assert {"release_held", "discard_held", "view_held"} <= set(actions(console))


def test_what_the_broker_refused_is_published_again(console: ConsoleSite, sue: httpx.Client) -> None:
    raise_alert(console.database, made())
    with Leadership(console.database) as leadership:
        outbox = Outbox(console.database, leadership)
        (row,) = outbox.take(10)
        outbox.dead_letter(row.outbox_id, EVIL)
    shown = sue.get("/operations/deliveries").text
    assert "&lt;img src=x" in shown
    assert "<img src=x" not in shown
    assert "VNV4527" not in shown
    assert "1 were refused for good" in sue.get("/operations").text
    answer = sue.post(f"/operations/deliveries/refused/{row.outbox_id}/retry")
    assert answer.headers["location"] == "/operations/deliveries?retried=1"
    assert "is tried again" in sue.get(answer.headers["location"]).text
    assert "0 were refused for good" in sue.get("/operations").text
