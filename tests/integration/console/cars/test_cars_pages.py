"""The pages of patrol cars, and the same by the API: a token once, one row each, and nothing over a changed car."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from operations.cars.cars import add_car
from operations.cars.looking import CarStatus, view_cars
from operations.cars.reporting import take_report
from schemas.actions import Action
from schemas.roles import Role
from storage.audit.reader import AuditFilter, audit_entries
from storage.cars.cars import Cars
from storage.database import Database
from tests.browser.chromium import Watched, violations
from tests.integration.console.conftest import PHONE
from tests.integration.console.site import KEEPER, ConsoleSite, Stage

TOKEN = re.compile(r"platewatch_car_[A-Za-z0-9_-]{43}")
REASON = "the car was stolen from the yard"


def car_at(database: Database, car_id: str = "unit-12") -> CarStatus:
    return next(one for one in view_cars(KEEPER, database) if one.car_id == car_id)


def said(database: Database) -> None:
    """The car says how it is."""
    now = datetime.now(UTC)
    report = {
        **{"car_id": "unit-12", "at": now.isoformat(), "person": "kim", "unit": "12"},
        **{"withdrawals_as_of": (now - timedelta(hours=3)).isoformat(), "reads": 1204, "answers": 1, "pictures": 40},
        **{"picture_bytes": 8_100_000, "used_bytes": 9_000_000, "most_bytes": 4_000_000_000, "refused": 21},
        "oldest_at": (now - timedelta(hours=5)).isoformat(),
        "lists": [{"hotlist_id": "ncic", "dated": now.isoformat(), "why_red": "its content is 3 d old"}],
        "states": [{"kind": "dark_lens", "subject": "front", "words": "camera front sees nothing", "stops": True}],
        "refusals": [{"kind": "read", "upload_id": "one", "reason": "arrived_at lies ahead (see --config)"}],
    }
    take_report(database, "unit-12", report)
    Cars(database).seen("unit-12", now)


def rows(database: Database, action: Action) -> int:
    return len(audit_entries(database, AuditFilter(action=action)))


def test_a_car_from_its_token_to_its_end(console: ConsoleSite) -> None:
    database = console.database
    with console.client(console.signed_in("pat", Role.CAMERA_ADMINISTRATOR)) as client:
        form = {"car_id": "unit-12", "name": "Unit 12", "cameras": "unit-12-front,\n unit-12-rear"}
        made = client.post("/cars", data=form)
        assert made.status_code == 200
        (token,) = TOKEN.findall(made.text)
        assert car_at(database).camera_ids == ("unit-12-front", "unit-12-rear")
        assert token not in client.get("/cars/unit-12").text  # once
        # What is refused is said, with what was typed; a camera is one car's.
        again = client.post("/cars", data=form | {"car_id": "unit-13"})
        assert again.status_code == 422
        assert "car &#39;unit-12&#39;s" in again.text
        assert 'value="unit-13"' in again.text
        renewed = client.post("/cars/unit-12/token", data={"knows": "1"})
        (second,) = TOKEN.findall(renewed.text)
        assert second != token
        # Whoever looks at an older page, or sends this one again, ends no token.
        for path, data in (
            ("token", {}),
            ("cameras", {"cameras": "unit-12-roof"}),
            ("revoke", {"reason": REASON}),
        ):
            late = client.post(f"/cars/unit-12/{path}", data={"knows": "1", **data})
            assert late.status_code == 412, path
            assert "was changed since you looked at it" in late.text
            assert all(text in late.text for text in data.values())
        assert TOKEN.findall(late.text) == []
        assert client.post("/cars/unit-12/cameras", data={"knows": "2", "cameras": "unit-12-roof"}).status_code == 303
        assert client.post("/cars/unit-12/revoke", data={"knows": "3", "reason": "..."}).status_code == 422
        assert client.post("/cars/unit-12/revoke", data={"knows": "3", "reason": REASON}).status_code == 303
        page = client.get("/cars/unit-12").text
        assert "revoked" in page
        assert "Revoke it" not in page
        for path in ("/cars/unit-99", "/cars/%00", "/cars/..%2f..%2fetc"):
            assert client.get(path).status_code == 404, path
    assert car_at(database).camera_ids == ("unit-12-roof",)
    done = {Action.ADD_CAR: 1, Action.RENEW_CAR_TOKEN: 1, Action.CHANGE_CAR: 1, Action.REVOKE_CAR: 1}
    assert {action: rows(database, action) for action in done} == done
    written = str([row.details for row in audit_entries(database, limit=1000)])
    assert token not in written
    assert second not in written


def test_who_may_not_sees_and_changes_no_car(console: ConsoleSite) -> None:
    add_car(KEEPER, console.database, console.settings, "unit-12", ["unit-12-front"])
    may = {Role.CAMERA_ADMINISTRATOR, Role.SUPERVISOR}
    looks = may | {Role.AUDITOR}
    buttons = ("Add a car<", "Make another token<", "Revoke unit-12<")
    for role in Role:
        with console.client(console.signed_in(f"the-{role.value.replace('_', '-')}", role)) as client:
            pages = [client.get(path) for path in ("/cars", "/cars/unit-12")]
            assert {page.status_code for page in pages} == {200 if role in looks else 403}, role
            shown = "".join(page.text for page in pages)
            assert [one for one in buttons if one in shown] == (list(buttons) if role in may else []), role
            assert ('href="/cars"' in client.get("/account").text) == (role in looks), role
            if role not in may:
                for path in ("", "/unit-12/token", "/unit-12/cameras", "/unit-12/revoke"):
                    data = {"knows": "1", "reason": REASON, "car_id": "mine", "cameras": "mine-front"}
                    assert client.post(f"/cars{path}", data=data).status_code == 403, (role, path)
    assert (car_at(console.database).version, car_at(console.database).revoked_at) == (1, None)


def test_a_form_that_comes_after_the_session_is_sent_again(console: ConsoleSite) -> None:
    add_car(KEEPER, console.database, console.settings, "unit-12", ["unit-12-front"])
    cookie = console.signed_in("pat", Role.CAMERA_ADMINISTRATOR)
    with console.client(cookie) as client:
        assert client.post("/sign-out").status_code == 303
        ended = client.post("/cars/unit-12/revoke", data={"knows": "1", "reason": REASON})
        assert ended.headers["location"].startswith("/sign-in?next=")  # kept until pat is there again
    assert car_at(console.database).revoked_at is None


def test_the_page_says_what_the_car_says(console: ConsoleSite) -> None:
    add_car(KEEPER, console.database, console.settings, "unit-12", ["unit-12-front"], "Unit 12")
    said(console.database)
    with console.client(console.signed_in("pat", Role.CAMERA_ADMINISTRATOR)) as client:
        for path in ("/cars", "/cars/unit-12"):
            page = re.sub(r"\s+", " ", client.get(path).text)
            for words in (
                *("connected", "kim, unit 12 (by a sign-on that this server does not know)", "1 of 1 list red"),
                *("withdrawals are not current", "1,204 reads, 1 answer or note, 40 pictures (8.1 MB)"),
                "nothing is read: camera front sees nothing",
            ):
                assert words in page, (path, words)
        assert "its content is 3 d old" in page
        assert "read one: arrived_at lies ahead<" in page  # without what is for the command line
        assert "21 stay in the car" in page
        assert "1204 reads wait in them" in client.get("/operations").text


@pytest.mark.parametrize("browser", [PHONE], indirect=True, ids=["phone"])
def test_on_a_phone_by_keyboard(console: ConsoleSite, browser: Watched) -> None:
    add_car(KEEPER, console.database, console.settings, "unit-12", ["unit-12-front"], "Unit 12")
    said(console.database)
    console.sign_in(browser, "pat", Role.CAMERA_ADMINISTRATOR)
    page = browser.new_page()
    page.goto(f"{console.url}/cars")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("link", name="Unit 12").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Unit 12")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_text("Another token", exact=True).press("Enter")
    page.get_by_role("button", name="Make another token").press("Enter")
    token = page.get_by_role("region", name="The car's token").locator("code.key")
    expect(token).to_have_text(TOKEN)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page) == []
    page.get_by_text("Revoke it", exact=True).press("Enter")
    page.get_by_label("Why it is revoked").fill(REASON)
    page.keyboard.press("Enter")
    expect(page.get_by_text("All cars")).to_be_visible()
    expect(page.locator(".count").first).to_have_text("revoked")


def test_the_api_does_the_same_and_knows_versions(stage: Stage) -> None:
    database = stage.site.database
    with stage.api("cars") as api:
        asked = {"car_id": "unit-50", "camera_ids": ["unit-50-front"], "name": "Unit 50"}
        made = api.post("/cars", json=asked)
        assert made.status_code == 201
        assert TOKEN.fullmatch(made.json()["token"])
        assert api.post("/cars", json=asked).status_code == 409
        listed = {one["car_id"]: one for one in api.get("/cars").json()["items"]}
        assert listed["unit-50"]["state"] == "never seen"
        one = api.get("/cars/unit-50")
        assert (one.json(), one.headers["etag"]) == (listed["unit-50"], '"1"')
        known = {"If-Match": '"1"'}
        cameras = {"camera_ids": ["unit-50-rear"]}
        changed = api.patch("/cars/unit-50", json=cameras, headers=known)
        assert (changed.json()["camera_ids"], changed.headers["etag"]) == (["unit-50-rear"], '"2"')
        for again in (
            api.patch("/cars/unit-50", json=cameras, headers=known),
            api.post("/cars/unit-50/token", headers=known),
            api.post("/cars/unit-50/revocation", json={"reason": REASON}, headers=known),
            api.post("/cars/unit-50/token", headers={"If-Match": '"other"'}),
        ):
            assert again.status_code == 412, again.text
        revoked = api.post("/cars/unit-50/revocation", json={"reason": REASON}, headers={"If-Match": '"2"'})
        assert revoked.json()["state"] == "revoked"
        assert api.post("/cars/unit-50/revocation", json={"reason": REASON}).status_code == 404
        assert TOKEN.fullmatch(api.post("/cars/unit-50/token").json()["token"])
        for path in ("/cars/unit-99", "/cars/UNIT 99"):
            assert api.get(path).status_code == 404, path
    # What a token could do before, none of them can by the scope that is new.
    for scope in stage.world.tokens:
        with stage.api(scope) as api:
            assert api.get("/cars").status_code == (200 if scope == "cars" else 403), scope
    with stage.api("cameras") as api:
        answer = api.post("/cars/unit-50/token")
    assert answer.status_code == 403
    assert "the token needs the scope 'cars'" in answer.json()["detail"]
    assert rows(database, Action.REVOKE_CAR) == 1
