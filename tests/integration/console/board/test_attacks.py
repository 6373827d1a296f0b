"""What comes from plates, cameras, lists and other agencies is text, and nobody gets at what is not theirs."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import expect

from console.board.events import event
from operations.life.deciding import reject_alert
from schemas.roles import Role
from schemas.types import Rejection
from storage.audit.reader import audit_entries
from tests.browser.chromium import Watched
from tests.integration.console.board.alerts import made, raise_alert
from tests.integration.console.conftest import PHONE
from tests.integration.console.site import ConsoleSite
from tests.integration.operations.life.alerts import KIM_SAYS
from tests.unit.alerts.samples import sample_entry

EVIL = '<img src=x onerror="window.hurt=1"></li><script>window.hurt=2</script>\'`&{{7*7}}'
LINES = f"{EVIL}\r\n\r\nevent: card\rdata: <b id=forged>forged</b>\n\nid: 999999\n"


@pytest.fixture
def lee(console: ConsoleSite) -> Iterator[httpx.Client]:
    with console.client(console.signed_in("lee", Role.OFFICER)) as client:
        yield client


@pytest.mark.parametrize("browser", [PHONE], indirect=True, ids=["phone"])
def test_texts_from_elsewhere_are_shown_and_do_nothing(console: ConsoleSite, browser: Watched) -> None:
    """On a phone: nothing of it is wider than the screen, either."""
    console.sign_in(browser, "lee", Role.OFFICER)
    page = browser.new_page()
    page.goto(f"{console.url}/board")
    expect(page.locator("#live")).to_have_text("live", timeout=60_000)
    entry = sample_entry()._replace(instructions=LINES, case_number=EVIL, originating_agency=EVIL)
    alert = made(
        entry=entry,
        read={"plate": EVIL[:30], "camera_id": LINES},
        hit={"explanation": LINES, "characters": ()},
    )
    raise_alert(console.database, alert)
    reject_alert(KIM_SAYS, console.database, alert.alert_id, Rejection.MISREAD, note=LINES)
    card = page.locator(f"#alert-{alert.alert_id}")
    expect(card).to_contain_text("rejected (misread) by kim", timeout=60_000)
    expect(card).to_contain_text("<img src=x onerror=")
    for path in ("/board", f"/board/alerts/{alert.alert_id}", f"/board/alerts/{alert.alert_id}/confirm"):
        page.goto(f"{console.url}{path}")
        assert page.evaluate("window.hurt") is None
        assert page.locator("#forged").count() == 0
        assert "49'" not in page.content()
        wide, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide <= room, path
    page.goto(f"{console.url}/board/alerts/{alert.alert_id}")
    expect(page.locator("#map .leaflet-tooltip").first).to_contain_text("<img src=x onerror=")


@pytest.mark.parametrize("text", [LINES, "", "\n", "\r\n\r\n", "a\rb", "id: 7\n\nevent: card\n\n"])
def test_an_event_is_one_event_whatever_it_holds(text: str) -> None:
    sent = event("card", text, 17)
    assert sent.startswith("id: 17\nevent: card\ndata: ")
    assert sent.endswith("\n\n")
    assert "\r" not in sent
    inner = sent[:-2].split("\n")[2:]
    assert all(line.startswith("data: ") for line in inner)


def test_another_agencys_alert_is_not_there_for_anybody_here(console: ConsoleSite, lee: httpx.Client) -> None:
    alert_id = raise_alert(console.database, made(agency_id="gotham-pd"))
    path = f"/board/alerts/{alert_id}"
    assert "VNV4527" not in lee.get("/board").text
    gets = [path, f"{path}/facts", f"{path}/confirm", f"{path}/plate.jpg", f"{path}/scene.jpg"]
    assert {lee.get(one).status_code for one in gets} == {404}
    looks = {"plate": "VNV4527"}
    posts = {
        "acknowledge": {},
        "look": looks,
        "confirm": looks,
        "reject": {"rejection": "misread"},
        "record": {"priority": "urgent"},
        "record/answer": {"answer": "valid"},
        "outcome": {"outcome": "no_action"},
    }
    answers = {name: lee.post(f"{path}/{name}", data=data) for name, data in posts.items()}
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code not in (404, 422)} == {}
    assert not any("VNV4527" in answer.text.replace('value="VNV4527"', "") for answer in answers.values())
    # The same as for one that there is none of.
    assert lee.get(path).text == lee.get(f"/board/alerts/{uuid4()}").text
    assert [row for row in audit_entries(console.database) if row.details.get("alert")] == []


def test_somebody_of_the_other_agency_sees_no_alert_of_ours(console: ConsoleSite) -> None:
    alert_id = raise_alert(console.database)
    cookie = console.signed_in("gordon", Role.OFFICER, agency_id="gotham-pd")
    with console.client(cookie) as client:
        answers = [client.get(path) for path in ("/board", f"/board/alerts/{alert_id}/plate.jpg")]
    assert all(answer.status_code in (403, 404) for answer in answers)
    assert "VNV4527" not in answers[0].text


def test_a_picture_is_sent_as_one_and_kept_by_nobody(console: ConsoleSite, lee: httpx.Client) -> None:
    picture = lee.get(f"/board/alerts/{raise_alert(console.database)}/plate.jpg")
    assert picture.status_code == 200
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.headers["cache-control"] == "private, no-store"
    assert picture.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "../../etc/passwd",
        "..%2f..%2fetc%2fpasswd/plate.jpg",
        "2026%2F11%2F20%2Fgate%2Fx-plate.jpg",
        "{id}/..%2f..%2fplate.jpg",
        "{id}/secret.jpg",
        "{id}/plate.jpg%00",
        "1/plate.jpg",
        "'%20or%201=1--/plate.jpg",
    ],
)
def test_pictures_have_no_paths(console: ConsoleSite, lee: httpx.Client, path: str) -> None:
    alert_id = raise_alert(console.database)
    answer = lee.get(f"/board/alerts/{path.format(id=alert_id)}")
    assert answer.status_code in (404, 422)
    assert not answer.content.startswith(b"\xff\xd8")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR, Role.CAMERA_ADMINISTRATOR, Role.LIST_ADMINISTRATOR])
def test_whoever_is_no_officer_sees_no_alert(console: ConsoleSite, role: Role) -> None:
    alert_id = raise_alert(console.database)
    with console.client(console.signed_in("pat", role)) as client:
        for path in ("/board", f"/board/alerts/{alert_id}", f"/board/alerts/{alert_id}/plate.jpg"):
            answer = client.get(path)
            assert answer.status_code == 403, path
            assert "VNV4527" not in answer.text
        assert client.post(f"/board/alerts/{alert_id}/acknowledge").status_code == 403
        assert 'href="/board"' not in client.get("/account").text


def test_nobody_signed_in_sees_nothing(console: ConsoleSite) -> None:
    alert_id = raise_alert(console.database)
    with console.client() as client:
        for path in ("/board", "/board/events", f"/board/alerts/{alert_id}", f"/board/alerts/{alert_id}/plate.jpg"):
            answer = client.get(path)
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("number", ["-1", "9" * 40, "1 or 1=1", "NaN", "١٢"])
def test_a_stream_goes_on_from_numbers_alone(console: ConsoleSite, lee: httpx.Client, number: str) -> None:
    raise_alert(console.database)
    with lee.stream("GET", "/board/events", headers={"Last-Event-ID": number.encode()}) as stream:
        assert stream.status_code == 200
        assert "data: <li" in next(chunk for chunk in stream.iter_text() if "event: card" in chunk)
