"""Signing on in the car, with and without the server; what was said there is kept and goes home under a name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from console.car.visitors import COOKIE
from operations.patrol.credentials import FOLDER, Credentials, Granted
from schemas.events import Answered, Noted
from schemas.types import ListStanding
from tests.browser.chromium import Watched, violations
from tests.integration.console.car.car import KEY, PASSWORD, Car
from tests.integration.console.car.test_page import LAPTOP, SMALL, press
from tests.integration.console.conftest import PHONE

SAME = {"Sec-Fetch-Site": "same-origin"}


def sign_on(page: Page, car: Car, password: str = PASSWORD, unit: str = "12") -> None:
    """Type what is asked for, with the keyboard alone."""
    page.goto(car.url)
    expect(page.get_by_label("Name")).to_be_focused()
    for text in ("kim", unit, password):
        page.keyboard.insert_text(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")


@pytest.mark.parametrize("browser", [LAPTOP, PHONE], indirect=True, ids=["laptop", "phone"])
def test_with_the_server_then_without_it_and_what_is_said_waits_for_it(car: Car, browser: Watched) -> None:
    browser.expected_statuses.add(403)
    page = browser.new_page()
    page.goto(car.url)
    assert violations(page) == []
    assert page.evaluate(SMALL) == []
    sign_on(page, car, "wrong wrong wrong")
    expect(page.get_by_role("alert")).to_contain_text("look at the name, the password and the code")
    assert page.get_by_label("Name").input_value() == "kim"
    sign_on(page, car) if page.get_by_label("Name").is_visible() else None
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kim Lee unit 12, car car-12")
    assert [(one.number, one.secret) for one in car.keys] == [(3, KEY)]
    page.get_by_role("button", name="Sign off").click()
    expect(page.get_by_label("Name")).to_be_visible()
    car.server.is_reached = False
    sign_on(page, car, unit="7")
    expect(page.get_by_role("heading", level=1)).to_contain_text("unit 7")
    expect(page.locator("#stand")).to_contain_text("Signed on without the server")
    assert car.keys[-1].secret == KEY
    car.alert(plate="VNV4527")
    expect(page.locator("#current article")).to_be_visible()
    press(page, "2")
    expect(page.locator("#current .confirmed")).to_contain_text("rejected (wrong state) by kim")
    (answer,) = car.answers()
    assert (answer.what, answer.unit, answer.sign_on) == (Answered.WRONG_STATE, "7", car.server.granted)
    noted = [(one.what, one.unit) for one in car.notes() if one.what in (Noted.SIGNED_ON, Noted.SIGNED_OFF)]
    assert noted == [(Noted.SIGNED_ON, "12"), (Noted.SIGNED_OFF, "12"), (Noted.SIGNED_ON, "7")]
    shown = [one for one in car.notes() if one.what is Noted.ALERT_SHOWN]
    assert [(one.person, one.unit, one.alert_id) for one in shown] == [("kim", "7", answer.alert_id)]


@pytest.mark.parametrize("browser", [LAPTOP], indirect=True, ids=["laptop"])
def test_a_shift_that_begins_with_old_lists_says_so_in_red(car: Car, browser: Watched) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=3)
    car.lists = [ListStanding("ncic", long_ago, "not renewed since Monday, when the law asks for it")]
    page = browser.new_page()
    sign_on(page, car)
    fault = page.locator(".fault")
    expect(fault).to_contain_text("ncic: not renewed since Monday, when the law asks for it")
    assert fault.evaluate("(one) => getComputedStyle(one).color") == "rgb(255, 138, 138)"
    assert violations(page) == []


@pytest.mark.parametrize("browser", [LAPTOP], indirect=True, ids=["laptop"])
def test_after_a_cut_the_page_has_everything_once(car: Car, browser: Watched) -> None:
    """The car's program ends and starts again: kim signs on anew, and what was said before stands."""
    browser.expected_words |= {"ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "ERR_INCOMPLETE_CHUNKED_ENCODING"}
    browser.expected_statuses.add(401)
    page = car.page(browser)
    first = car.alert(number=0, plate="AAA1111")
    expect(page.locator("#current article")).to_be_visible()
    press(page, "3")
    expect(page.locator("#current .confirmed")).to_contain_text("rejected (misread) by kim")
    assert car.desk is not None
    car.desk.sign_ons.sign_off()
    expect(page.get_by_label("Name")).to_be_visible()
    car.alert(number=1, plate="BBB2222")
    car.alert(number=2, plate="CCC3333")
    sign_on(page, car)
    expect(page.locator("#lines li")).to_have_count(3)
    page.locator(f'[data-open="{first.alert_id}"]').click()
    expect(page.locator("#current .confirmed")).to_contain_text("rejected (misread) by kim")
    assert len(car.answers()) == 1


def test_nobody_sees_anything_who_did_not_sign_on_here(car: Car) -> None:
    alert = car.alert(plate="VNV4527")
    cookie = car.cookie()
    paths = ["/", "/events", f"/alerts/{alert.alert_id}/plate.jpg"]
    with car.client() as client:
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 401
            assert "VNV4527" not in answer.text
        form = {"what": "correct"}
        assert client.post(f"/alerts/{alert.alert_id}/answer", data=form, headers=SAME).status_code == 401
        client.cookies.set(COOKIE, cookie)
        answer = client.get("/")
        assert "VNV4527" in answer.text
        # Nothing from elsewhere is loaded, and no script is written into the page.
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        # Another site's page, and a name that leads here, get nothing.
        sent = client.post("/standing", headers={"Sec-Fetch-Site": "cross-site"})
        assert sent.status_code == 403
        assert client.get("/", headers={"Host": "evil.example:8460"}).status_code == 421
        assert client.post("/sign-off", headers=SAME).status_code == 303
        assert client.get("/").status_code == 401
    assert car.answers() == []


def test_another_officer_ends_the_shift_of_the_one_before(car: Car) -> None:
    before = car.cookie()
    assert car.desk is not None
    who = car.desk.shift.of(before)
    assert who is not None
    granted = Granted(
        sign_on=car.server.granted, person="lee", granted_at=who.at, expires_at=who.at + timedelta(hours=8)
    )
    Credentials(car.folder).keep(granted, "lee", PASSWORD)
    car.server.is_reached = False
    car.desk.sign_ons.sign_on("lee", PASSWORD, "", "12")
    assert car.desk.shift.of(before) is None


def test_what_the_car_keeps_opens_with_the_password_alone_and_not_for_ever(car: Car) -> None:
    car.cookie()
    (kept,) = (car.folder / FOLDER).glob("*.json")
    content = kept.read_bytes()
    assert kept.stat().st_mode & 0o077 == 0
    assert PASSWORD.encode() not in content
    assert KEY not in content
    car.server.is_reached = False
    with car.client() as client:
        for password in ("wrong", "wrong again"):
            form = {"name": "kim", "password": password, "unit": "12"}
            answer = client.post("/sign-on", data=form, headers=SAME)
            assert answer.status_code == 403
            assert "the name or the password is wrong" in answer.text
        assert COOKIE not in client.cookies


def test_a_car_that_was_taken_off_says_so_and_opens_nothing_that_it_kept(car: Car) -> None:
    car.cookie()
    assert list((car.folder / FOLDER).glob("*.json"))
    form = {"name": "kim", "password": PASSWORD, "unit": "12"}
    car.server.is_revoked = True
    with car.client() as client:
        answer = client.post("/sign-on", data=form, headers=SAME)
        assert answer.status_code == 403
        assert "this car may not sign anybody on" in answer.text
        assert 'value="kim"' in answer.text  # the page again, with what was typed
        car.server.is_reached = False
        assert client.post("/sign-on", data=form, headers=SAME).status_code == 403
        assert COOKIE not in client.cookies
